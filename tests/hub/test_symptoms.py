"""What is known to go wrong on hubs with nbgrader, each of it seen not to on a real one."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.hub.conftest import RunningHub, Visitor

pytestmark = pytest.mark.suite

START = "student_start.ipynb"


def page_settings(page: str) -> dict[str, Any]:
    """Return what JupyterLab's page tells its script."""
    found = re.search(r'(?s)<script id="jupyter-config-data"[^>]*>(.*?)</script>', page)
    assert found is not None
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def switched_off(settings: dict[str, Any]) -> set[str]:
    """Return the extensions that a page leaves out."""
    off = settings["disabledExtensions"]
    return {name for name in off if isinstance(off, list) or off[name]}


def test_a_student_has_no_instructors_menus(ada: "Visitor") -> None:
    """A student's JupyterLab has no formgrader, no course list and no cell toolbar for marks."""
    off = switched_off(page_settings(ada.client.get("user/ada/lab").text))

    assert {
        "@jupyter/nbgrader:formgrader",
        "@jupyter/nbgrader:create-assignment",
        "@jupyter/nbgrader:course-list",
    } <= off
    assert "@jupyter/nbgrader:assignment-list" not in off
    assert "@jupyter/nbgrader:validate-assignment" not in off


def test_a_students_server_loads_no_more_than_it_needs(ada: "Visitor") -> None:
    """Formgrader, language server and Voila are not there; the list of assignments is."""
    assert ada.client.get("user/ada/formgrader").status_code == 404
    assert ada.client.get("user/ada/lsp/status").status_code == 404
    assert ada.client.get("user/ada/voila").status_code == 404
    listed = ada.client.get("user/ada/assignments", params={"course_id": "tiny-course"})
    assert listed.status_code == 200


def test_nbgrader_knows_the_student_by_name(ada: "Visitor") -> None:
    """A submission is named after the student, not after the system's account."""
    said = ada.run(
        "from nbgrader.apps import NbGrader\n"
        "app = NbGrader(); app.initialize([]); app.load_config_file()\n"
        "print(app.config.CourseDirectory.student_id)"
    )

    assert said.split()[-1] == "ada"


def test_nbgrader_lists_the_courses_of_a_student(ada: "Visitor") -> None:
    """The token in a student's server is enough for nbgrader's list of courses."""
    said = ada.run(
        "from nbgrader.auth import JupyterHubAuthPlugin\n"
        "print(JupyterHubAuthPlugin().get_student_courses('*'))"
    )

    assert said.split() == ["['tiny-course']"]


def test_the_first_notebook_is_laid_once(running_hub: "RunningHub", bob: "Visitor") -> None:
    """A home begins with the start notebook; what a student does to it is never undone."""
    home = running_hub.state / "homes" / "bob"
    notebook = json.loads((home / START).read_text())
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"

    bob.run(f"import os; os.remove({START!r})")
    bob.stop_server()
    bob.start_server()

    assert not (home / START).exists()


def test_a_student_lands_at_the_first_notebook(running_hub: "RunningHub", ada: "Visitor") -> None:
    """Logging in leads a student into their own server, to the start notebook."""
    answer = running_hub.visitor("ada").log_in()
    assert answer.headers["location"].endswith(("/user/ada/", "/hub/spawn"))

    page = ada.client.get("user/ada/", follow_redirects=True)

    assert page.url.path == f"/user/ada/lab/tree/{START}"


def test_an_instructor_lands_in_the_course(running_hub: "RunningHub", ines: "Visitor") -> None:
    """Logging in leads an instructor into the course's JupyterLab, without a confirmation."""
    assert running_hub.visitor("ines").log_in().headers["location"] == "/services/tiny-course/lab"

    page = ines.client.get("services/tiny-course/lab")

    assert page.status_code == 200
    assert page.url.path == "/services/tiny-course/lab"
    # Inside JupyterLab the formgrader would be a blank frame: it is a page of its own.
    assert "@jupyter/nbgrader:formgrader" in switched_off(page_settings(page.text))


def test_the_formgrader_is_a_page_of_its_own(ines: "Visitor") -> None:
    """The formgrader opens under its own address, and knows the briefs of the course."""
    page = ines.client.get("services/tiny-course/formgrader")
    assert page.status_code == 200
    assert "formgrader" in page.text

    listed = ines.client.get("services/tiny-course/formgrader/api/assignments")

    assert listed.status_code == 200
    assert listed.json() == []


def test_a_reviewer_starts_no_server(running_hub: "RunningHub", rita: "Visitor") -> None:
    """No page and no call gives a reviewer a server, and logging in does not try."""
    landing = running_hub.visitor("rita").log_in().headers["location"]
    assert landing in {"/services/review/", "/hub/home"}
    for page in ("hub/spawn", "hub/spawn/rita", "hub/user-redirect/lab", "user/rita/"):
        rita.client.get(page)
    assert rita.api("POST", "users/rita/server").status_code == 403
    assert not (running_hub.state / "homes" / "rita").exists()


def test_no_trait_is_out_of_date(running_hub: "RunningHub", ada: "Visitor") -> None:
    """Neither the hub nor a student's server complains of a setting that it does not know."""
    log = (running_hub.state / "logs" / "hub.log").read_text()

    assert ada.name in log
    assert "deprecated" not in log.lower()
    assert "not recognized" not in log


def test_a_hub_is_started_again_at_once(own_hub: "Callable[..., RunningHub]") -> None:
    """A restart waits for the ports of the hub that ends, and people stay logged in."""
    first = own_hub({"course"})
    ada = first.log_in("ada")
    home = ada.client.get("hub/home")
    assert home.status_code == 200
    cookies = ada.client.cookies
    ines = first.log_in("ines")
    assert ines.client.get("services/tiny-course/lab").status_code == 200
    assert ines.run("print(1)", "services/tiny-course/") == "1\n"
    first.process.terminate()

    second = own_hub({"course"})

    returning = second.visitor("ada")
    returning.client.cookies = cookies
    assert returning.client.get("hub/home").url.path == "/hub/home"


def test_who_leaves_the_roster_loses_everything(own_hub: "Callable[..., RunningHub]") -> None:
    """After a restart, somebody who left the roster has no session, no log-in and no group."""
    first = own_hub(set(), spawner="simple")
    bob = first.log_in("bob")
    cookies = bob.client.cookies
    first.stop()
    roster = first.root / "course" / "roster.yml"
    roster.write_text(roster.read_text().replace("  - {id: bob, name: Bob Beispiel}\n", ""))

    second = own_hub(set())

    returning = second.visitor("bob")
    returning.client.cookies = cookies
    assert returning.client.get("hub/home").url.path == "/hub/login"
    assert second.visitor("bob").log_in().status_code == 403
    admin = second.log_in("root-admin", "correct horse battery staple and more of it")
    group = admin.api("GET", f"groups/{second.names.students}").json()
    assert group["users"] == ["ada"]
