"""A student's server reaches the machine's ports: what listens there believes no header."""

import json
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from tests.hub.conftest import RunningHub, Visitor

pytestmark = pytest.mark.suite

FORGED = {
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-User": "ines",
    "Remote-User": "ines",
    "X-Forwarded-Host": "evil.example",
}
PROBE = """
import json, os, urllib.request, urllib.error

class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None

def status(url, with_token):
    headers = json.loads({forged!r})
    if with_token:
        headers["Authorization"] = "token " + os.environ["JUPYTERHUB_API_TOKEN"]
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.build_opener(Stay).open(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code

print(json.dumps([status(url, True) for url in json.loads({urls!r})]
    + [status(url, False) for url in json.loads({urls!r})]))
"""


def servers_address(hub: "RunningHub", name: str) -> str:
    """Return where somebody's server listens on the machine."""
    for process in hub.processes():
        try:
            found = process.environ()
        except psutil.Error:
            continue
        if found.get("JUPYTERHUB_USER") == name and f"/user/{name}/" in found.get(
            "JUPYTERHUB_SERVICE_URL", ""
        ):
            return str(found["JUPYTERHUB_SERVICE_URL"])
    pytest.fail(f"no server of {name}")


@pytest.mark.usefixtures("bob")
def test_no_port_of_the_machine_takes_a_student_for_another(
    running_hub: "RunningHub", ada: "Visitor"
) -> None:
    """Services, hub, proxy and others' servers refuse a student who goes past the proxy."""
    hosting = running_hub.course.settings.hub
    assert hosting is not None
    first = hosting.first_service_port
    urls = [
        f"http://127.0.0.1:{first}/services/practicum/audit",
        f"http://127.0.0.1:{first + 1}/services/review/",
        f"http://127.0.0.1:{first + 2}/services/tiny-course/api/contents",
        f"http://127.0.0.1:{first + 2}/services/tiny-course/formgrader",
        f"http://127.0.0.1:{first + 3}/api/routes",
        f"http://127.0.0.1:{hosting.hub_port}/hub/api/users",
        f"http://127.0.0.1:{hosting.hub_port}/hub/api/groups/formgrade-tiny-course",
        f"{servers_address(running_hub, 'bob')}api/contents",
        f"{servers_address(running_hub, 'bob')}api/status",
    ]

    said = json.loads(ada.run(PROBE.format(forged=json.dumps(FORGED), urls=json.dumps(urls))))

    assert len(said) == 2 * len(urls)
    # 302 leads to the log-in, without anything of the page.
    assert set(said) <= {302, 401, 403, 404}, dict(zip(urls * 2, said, strict=True))
