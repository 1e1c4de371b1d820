"""The room as the service of a real JupyterHub: who comes in by an account, and who does not."""

import os
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.course.review.hub_door.conftest import REVIEW, Hub, Visitor
from tests.course.review.visiting import FULL, MONTH

from practicum.records import Records
from practicum.room.hub_door import REMEMBERED, hub_place

pytestmark = [pytest.mark.suite, pytest.mark.slow]

New = Callable[[], Visitor]


def test_from_an_account_to_a_submitted_assessment(hub: Hub, visitor: New, noted: Records) -> None:
    """A reviewer logs in, sees the own briefs, opens one, and sends a sheet that then counts."""
    rita, code = visitor(), noted.blind_code("demo", "ada")

    lobby = rita.log_in("rita")

    assert (lobby.status_code, urlsplit(str(lobby.url)).path) == (200, REVIEW)
    assert f'href="{REVIEW}demo/">Which Saturdays?</a>' in lobby.text
    assert 'id="review-room"' in rita.get(f"{REVIEW}demo/").text
    room = rita.get(f"{REVIEW}demo/api/room").json()
    assert room["reviewer"]["name"] == "Rita Reviewer"
    assert code in [line["code"] for line in room["submissions"]]
    sent = rita.put_in("POST", f"sheets/{code}/submit", {"sheet": FULL, "revision": 0})
    assert sent.status_code == 200, sent.text
    told = {(one.reviewer, one.criterion, one.level) for one in noted.assessments("demo")}
    assert {("rita", "analysis", 3), ("rita", "advice", 2)} <= told


def test_the_login_leads_back_to_the_brief(visitor: New) -> None:
    """Who opened a brief without a cookie is offered the login, and then sees that brief."""
    rita = visitor()
    page = rita.get(f"{REVIEW}demo/")

    assert page.status_code == 401
    assert f'href="{REVIEW}login/demo"' in page.text
    there = rita.log_in("rita", f"{REVIEW}login/demo")
    assert urlsplit(str(there.url)).path == f"{REVIEW}demo/"
    assert 'id="review-room"' in there.text


def test_a_student_is_refused_by_the_hub(visitor: New) -> None:
    """Whoever lacks the scope does not get past the hub, and has no cookie of the room."""
    ada = visitor()

    refused = ada.log_in("ada")

    assert refused.status_code == 403
    assert ada.get(f"{REVIEW}demo/api/room").status_code == 401


def test_the_roster_counts_beside_the_scope(visitor: New) -> None:
    """An account that may come to the service but is nobody in the roster is told so."""
    zoe = visitor()

    refused = zoe.log_in("zoe")

    assert (refused.status_code, "is not among the reviewers" in refused.text) == (403, True)
    assert zoe.get(f"{REVIEW}demo/").status_code == 403
    assert zoe.get(f"{REVIEW}demo/api/room").status_code == 403


def test_an_instructor_is_shown_the_desk(visitor: New) -> None:
    """An instructor is told where the desk is, and judges nothing."""
    ines = visitor()

    page = ines.log_in("ines")

    assert page.status_code == 200
    assert 'href="/services/testing/lab/tree/notebooks/instructor_desk.ipynb"' in page.text
    assert ines.get(f"{REVIEW}demo/api/room").status_code == 403


def test_names_in_headers_and_queries_are_no_evidence(visitor: New) -> None:
    """Whoever says to be Rita is asked to log in, and who is somebody else stays that."""
    said = {
        "X-Forwarded-User": "rita",
        "REMOTE_USER": "rita",
        "JUPYTERHUB_USER": "rita",
        "Authorization": "token rita",
    }
    stranger, zoe = visitor(), visitor()
    zoe.log_in("zoe")

    place = f"{REVIEW}demo/api/room?user=rita&token=rita"
    assert stranger.get(place, headers=said).status_code == 401
    assert zoe.get(place, headers=said).status_code == 403


def test_a_state_is_used_once_and_by_its_own_browser(visitor: New) -> None:
    """The address that ends a login works neither again nor in another browser."""
    rita, mallory = visitor(), visitor()
    rita.log_in("rita")
    rita.cookies.delete(_token_cookie(rita))
    rita.follow_redirects = False
    asked = rita.get(REVIEW)
    question = parse_qs(urlsplit(asked.headers["Location"]).query)
    assert question["code_challenge_method"] == ["S256"]
    assert question["state"]
    back = rita.get(asked.headers["Location"]).headers["Location"]
    assert urlsplit(back).path == f"{REVIEW}oauth_callback"

    assert mallory.get(back).status_code == 403
    came = rita.get(back)
    assert (came.status_code, came.headers["Location"]) == (302, REVIEW)
    rita.cookies.delete(_token_cookie(rita))
    again = rita.get(back)
    assert again.status_code == 403
    assert "Logging in did not work" in again.text or "for reviewers" in again.text
    assert rita.get(f"{REVIEW}demo/api/room").status_code == 401


def test_the_cookies_keep_the_rooms_rules(visitor: New) -> None:
    """The login's cookies are HttpOnly, for the room's addresses alone, and not sent by others."""
    rita = visitor()
    rita.log_in("rita")
    rita.cookies.delete(_token_cookie(rita))
    rita.follow_redirects = False
    asked = rita.get(REVIEW)
    back = rita.get(asked.headers["Location"]).headers["Location"]
    came = rita.get(back)

    set_here = asked.headers.get_list("Set-Cookie") + came.headers.get_list("Set-Cookie")
    login = [line for line in set_here if line.startswith("service-review=")]
    state = [line for line in set_here if line.startswith("service-review-oauth-state=")]
    assert login
    assert state
    for line in (*login, state[0]):
        for part in ("HttpOnly", f"Path={REVIEW}", "SameSite=Lax"):
            assert part in line


def test_a_forged_or_foreign_cookie_opens_nothing(visitor: New) -> None:
    """A cookie that this room has not signed, and the hub's own cookie, are none."""
    rita, mallory = visitor(), visitor()
    rita.log_in("rita")
    name = _token_cookie(rita)
    signed = rita.cookies.get(name) or ""
    hubs = next(c for c in rita.cookies.jar if c.name == "jupyterhub-hub-login")
    for value in (signed[:-4] + "0000", hubs.value or "", "rita", ""):
        mallory.cookies.clear()
        mallory.cookies.set(name, value, path=REVIEW)
        assert mallory.get(f"{REVIEW}demo/api/room").status_code == 401


def test_another_site_and_another_page_write_nothing(visitor: New, noted: Records) -> None:
    """With the cookie alone, neither another site nor a form without the header writes."""
    rita, code = visitor(), noted.blind_code("demo", "grace")
    rita.log_in("rita")
    body = {"sheet": FULL, "revision": 0}

    cross = rita.put_in("PUT", f"sheets/{code}", body, Sec_Fetch_Site="cross-site")
    bare = rita.put("/services/review/demo/api/sheets/" + code, json=body)

    assert (cross.status_code, bare.status_code) == (403, 403)
    assert noted.draft("demo", "grace", "rita") is None


def test_who_logs_out_of_the_hub_is_out(visitor: New) -> None:
    """After the logout the cookie that was left in the browser is no good."""
    rita = visitor()
    rita.log_in("rita")
    assert rita.get(f"{REVIEW}demo/api/room").status_code == 200

    rita.get("/hub/logout")

    assert rita.get(f"{REVIEW}demo/api/room").status_code == 401
    assert "/hub/login" in str(rita.get(REVIEW).url)


def test_what_the_hub_takes_back_is_soon_gone(hub: Hub, visitor: New) -> None:
    """A token that the hub revokes is asked about again within a minute, and then refused."""
    rita = visitor()
    rita.log_in("rita")
    assert rita.get(f"{REVIEW}demo/api/room").status_code == 200

    for token in hub.api("GET", "users/rita/tokens").json()["api_tokens"]:
        hub.api("DELETE", f"users/rita/tokens/{token['id']}")  # one may take others with it
    assert hub.api("GET", "users/rita/tokens").json()["api_tokens"] == []

    assert REMEMBERED <= 60
    assert _soon(lambda: rita.get(f"{REVIEW}demo/api/room").status_code == 401, REMEMBERED + 10)


def test_who_is_struck_from_the_roster_is_out(hub: Hub, visitor: New) -> None:
    """A reviewer whom the roster does not name any more sees nothing from then on."""
    hugo = visitor()
    hugo.log_in("hugo")
    assert hugo.get(f"{REVIEW}demo/api/room").status_code == 200
    roster = hub.course.root / "course" / "roster.yml"
    before = roster.read_text()
    try:
        roster.write_text("".join(x for x in before.splitlines(True) if "hugo" not in x))
        assert _soon(lambda: hugo.get(f"{REVIEW}demo/api/room").status_code == 403)
        assert hugo.get(REVIEW).status_code == 403
    finally:
        roster.write_text(before)


def test_a_link_works_beside_the_accounts(hub: Hub, visitor: New, noted: Records) -> None:
    """An outsider without an account comes in by a link, and by nothing else."""
    vera = visitor()
    secret = noted.invite("demo", "vera", MONTH)

    vera.post(f"{REVIEW}invite/{secret}", headers={"Origin": hub.address})

    room = vera.get(f"{REVIEW}demo/api/room")
    assert (room.status_code, room.json()["reviewer"]["name"]) == (200, "Vera Visitor")
    assert "/hub/login" in str(vera.get(REVIEW).url)
    noted.revoke("demo", "vera")
    assert vera.get(f"{REVIEW}demo/api/room").status_code == 401


def test_no_token_and_no_code_is_logged(hub: Hub, visitor: New) -> None:
    """What hub and room log holds neither a login's token nor the signed cookie of it."""
    rita = visitor()
    rita.log_in("rita")
    signed = (rita.cookies.get(_token_cookie(rita)) or "").strip('"')
    token = b64decode(signed.split("|")[4].partition(":")[2]).decode()

    log = hub.log.read_text()

    assert hub.api("GET", "users/rita/tokens").status_code == 200
    assert "GET" in log
    for secret in (token, signed, hub.token):
        assert len(secret) > 20
        assert secret not in log


def test_the_token_is_taken_out_of_the_environment() -> None:
    """What is started after the room has read its place finds no token, and none is printed."""
    every = ("SERVICE_PREFIX", "SERVICE_NAME", "CLIENT_ID", "API_URL", "API_TOKEN")
    environ = {f"JUPYTERHUB_{name}": "secret-of-the-hub" for name in every}
    environ["JUPYTERHUB_SERVICE_URL"] = "http://127.0.0.1:8092"

    place = hub_place(environ)

    assert "JUPYTERHUB_API_TOKEN" not in environ
    assert (place.host, place.port, place.token) == ("127.0.0.1", 8092, "secret-of-the-hub")
    assert "secret" not in f"{place.model_copy(update={'name': 'a', 'prefix': '/b/'})!r}"


@pytest.mark.parametrize("missing", ["JUPYTERHUB_API_TOKEN", "JUPYTERHUB_SERVICE_URL"])
def test_without_a_hub_it_is_said_what_to_do(hub: Hub, missing: str) -> None:
    """Started by hand, the command names what a hub would have set, and ends with code 2."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTERHUB")}
    every = ("SERVICE_URL", "SERVICE_PREFIX", "SERVICE_NAME", "CLIENT_ID", "API_URL", "API_TOKEN")
    environ |= {f"JUPYTERHUB_{name}": "http://127.0.0.1:1/x/" for name in every}
    del environ[missing]

    done = subprocess.run(
        [sys.executable, "-m", "practicum", "room", "serve", "--hub", "--course", hub.course.root],
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )

    assert done.returncode == 2
    assert missing in done.stderr
    assert "let the hub start this command" in done.stderr
    assert "Traceback" not in done.stderr


def _token_cookie(visitor: Visitor) -> str:
    return next(c.name for c in visitor.cookies.jar if c.name == "service-review")


def _soon(holds: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False
