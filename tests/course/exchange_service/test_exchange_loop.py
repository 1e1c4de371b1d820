"""The whole loop by nbgrader's own commands, as processes, with the service in between."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jwt
import nbgrader
import pytest

pytestmark = [pytest.mark.suite, pytest.mark.slow]

FILES = Path(nbgrader.__file__).parent / "tests" / "apps" / "files"
CONFIG = """\
c = get_config()
plugin = "practicum.gradebook.service_exchange"
c.ExchangeFactory.exchange = f"{plugin}.Exchange"
c.ExchangeFactory.fetch_assignment = f"{plugin}.ExchangeFetchAssignment"
c.ExchangeFactory.fetch_feedback = f"{plugin}.ExchangeFetchFeedback"
c.ExchangeFactory.release_assignment = f"{plugin}.ExchangeReleaseAssignment"
c.ExchangeFactory.release_feedback = f"{plugin}.ExchangeReleaseFeedback"
c.ExchangeFactory.list = f"{plugin}.ExchangeList"
c.ExchangeFactory.submit = f"{plugin}.ExchangeSubmit"
c.ExchangeFactory.collect = f"{plugin}.ExchangeCollect"
c.Authenticator.plugin_class = f"{plugin}.ServiceAuthPlugin"
"""


class Home:
    """Somebody's folder on the hub, with nbgrader's commands."""

    def __init__(self, service: Any, who: str, place: Path) -> None:
        self.service, self.who, self.place = service, who, place
        place.mkdir(parents=True)
        more = f'c.CourseDirectory.root = r"{place}"\nc.CourseDirectory.course_id = "abc101"\n'
        (place / "nbgrader_config.py").write_text(CONFIG + more, encoding="utf-8")

    def run(self, *words: str, ok: bool = True) -> str:
        """Run a command of nbgrader; return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.place,
            env=self.service.environ(self.who, self.place),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) == ok, said
        assert "Traceback" not in said, said
        return said


@pytest.fixture
def homes(service: Any, tmp_path: Path) -> tuple[Home, Home, Home]:
    """The course's account, and two students."""
    course, pat, quinn = (
        Home(service, who, tmp_path / who) for who in ("grader-abc101", "pat", "quinn")
    )
    source = course.place / "source" / "ps1"
    source.mkdir(parents=True)
    shutil.copy(FILES / "test.ipynb", source / "p1.ipynb")
    return course, pat, quinn


@pytest.mark.slow
def test_the_whole_loop_works_with_configuration_alone(homes: tuple[Home, Home, Home]) -> None:
    """Release, fetch, submit, collect, autograde, feedback and fetch it: nbgrader as it is."""
    course, pat, quinn = homes
    course.run("generate_assignment", "ps1", "--create")
    course.run("release_assignment", "ps1")
    assert "add --force" in course.run("release_assignment", "ps1", ok=False)
    course.run("release_assignment", "ps1", "--force")

    assert "abc101 ps1" in pat.run("list")
    pat.run("fetch_assignment", "ps1")
    assert "(already downloaded)" in pat.run("list")
    assert "already have a copy" in pat.run("fetch_assignment", "ps1", ok=False)
    (pat.place / "ps1" / "p1.ipynb").unlink()
    pat.run("fetch_assignment", "ps1", "--replace")
    assert (pat.place / "ps1" / "p1.ipynb").is_file()

    assert "Receipt: " in pat.run("submit", "ps1")
    (cached,) = (pat.place / "data" / "nbgrader_cache" / "abc101").glob("pat+ps1+*")
    claims = jwt.decode(
        (cached / "receipt.jws").read_text(),
        pat.service.ask("pat", "GET", "key").text,
        algorithms=["EdDSA"],
    )
    assert (claims["student"], claims["assignment"]) == ("pat", "ps1")

    assert "Collecting submission: pat ps1" in course.run("collect", "ps1")
    assert "use --update" in course.run("collect", "ps1")
    course.run("autograde", "ps1", "--create")
    course.run("generate_feedback", "ps1")
    course.run("release_feedback", "ps1")

    assert "(feedback ready to be fetched)" in pat.run("list", "--cached")
    pat.run("fetch_feedback", "ps1")
    timestamp = (cached / "timestamp.txt").read_text()
    page = pat.place / "ps1" / "feedback" / timestamp / "p1.html"
    assert "<html" in page.read_text(encoding="utf-8")[:500].lower()
    assert "(feedback already fetched)" in pat.run("list", "--inbound")

    quinn.run("fetch_assignment", "ps1")
    quinn.run("fetch_feedback", "ps1")
    assert not (quinn.place / "ps1" / "feedback").exists()
    assert "pat" not in quinn.run("list", "--inbound")
    assert "is for its instructors" in quinn.run("collect", "ps1", ok=False)


def test_the_lists_are_those_that_assignment_list_shows(
    homes: tuple[Home, Home, Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Assignment List finds every key that its page reads, before and after a submission."""
    course, pat, _ = homes
    release = course.place / "release" / "ps1"
    release.mkdir(parents=True)
    shutil.copy(FILES / "test.ipynb", release / "p1.ipynb")
    course.run("release_assignment", "ps1")
    code = (
        "import json, os, logging\n"
        "from nbgrader.server_extensions.assignment_list.handlers import AssignmentList\n"
        "manager = AssignmentList(); manager.root_dir = os.getcwd()\n"
        "found = [manager.list_assignments('abc101')]\n"
        "manager.fetch_assignment('abc101', 'ps1')\n"
        "found.append(manager.submit_assignment('abc101', 'ps1'))\n"
        "found += [manager.list_assignments('abc101'), manager.list_courses()]\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=pat.place,
        env=pat.service.environ("pat", pat.place),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, submitted, after, courses = json.loads(done.stdout.strip().splitlines()[-1])

    assert submitted == {"success": True}
    assert courses == {"success": True, "value": ["abc101"]}
    (released,) = before["value"]
    assert (released["status"], released["assignment_id"]) == ("released", "ps1")
    assert [book["notebook_id"] for book in released["notebooks"]] == ["p1"]
    fetched, handed_in = after["value"]
    assert (fetched["status"], fetched["path"]) == ("fetched", "ps1")
    (one,) = handed_in["submissions"]
    assert one["status"] == "submitted"
    assert one["local_feedback_path"] is None
    assert not one["has_exchange_feedback"]
    assert one["timestamp"].endswith(" UTC")
