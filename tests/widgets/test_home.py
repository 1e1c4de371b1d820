"""Home: a student's briefs, what to do next, and what has been achieved."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.widgets.conftest import REPOSITORY, lay_desk

from practicum.errors import BadInput, ExchangeFailed
from practicum.internship import Achievement, HandIn, Internship, Objective, TimeEntry
from practicum_widgets import Home
from practicum_widgets.home.desks import next_step

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)


def test_first_day_shows_what_to_do(tmp_path: Path) -> None:
    """With nothing in the folder the page says how to get a first assignment."""
    home = Home(tmp_path)

    assert home.view["briefs"] == []
    assert "Look for assignments" in str(home.still())


def test_briefs_are_sorted_by_due_date(tmp_path: Path) -> None:
    """What is due first stands first; what has no date stands last."""
    lay_desk(tmp_path, "rainy-days")
    lay_desk(tmp_path, "flight-delays", due=NOW + timedelta(days=9))
    lay_desk(tmp_path, "first-steps", due=NOW + timedelta(days=2))

    names = [line["brief"] for line in Home(tmp_path).view["briefs"]]

    assert names == ["first-steps", "flight-delays", "rainy-days"]


def test_achievements_come_together(tmp_path: Path) -> None:
    """What was done in several briefs, and goals that were reached, stand on one page."""
    one, two = lay_desk(tmp_path, "first-steps"), lay_desk(tmp_path, "rainy-days")
    done = Achievement(id="a", text="Counted birds", skill="pandas", at=NOW)
    goals = (
        Objective(id="b", text="Write advice", reached="yes"),
        Objective(id="c", text="Draw maps", reached="no"),
    )
    one.sidecar.change(lambda kept: kept.model_copy(update={"achievements": (done,)}))
    two.sidecar.change(lambda kept: kept.model_copy(update={"objectives": goals}))

    home = Home(tmp_path)

    texts = [entry["text"] for entry in home.view["achievements"]]
    assert texts == ["Counted birds", "Write advice"]
    assert "Counted birds · pandas" in str(home.still())


def test_a_change_elsewhere_is_seen(tmp_path: Path) -> None:
    """Hours that were logged in a brief's notebook appear at the next look."""
    desk = lay_desk(tmp_path)
    home = Home(tmp_path)
    entry = TimeEntry(id="t", begin=NOW, minutes=90)
    desk.sidecar.change(lambda kept: kept.model_copy(update={"time": (entry,)}))

    home._asked(home, {"do": "look", "ask": 1}, [])

    assert home.view["briefs"][0]["logged"] == 1.5


def test_a_broken_desk_does_not_hide_the_others(tmp_path: Path) -> None:
    """A brief that cannot be read is named, and the others are shown."""
    lay_desk(tmp_path, "first-steps")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "brief.yml").write_text("a: [", encoding="utf-8")

    home = Home(tmp_path)

    assert [line["brief"] for line in home.view["briefs"]] == ["first-steps"]
    assert home.notices
    assert home.notices[0].startswith("broken:")


def test_hidden_folders_and_links_are_no_desks(tmp_path: Path) -> None:
    """Checkpoints and links to other places are not taken for briefs."""
    lay_desk(tmp_path / ".trash")
    outside = lay_desk(tmp_path.parent / f"{tmp_path.name}-outside").folder
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "brief.yml").symlink_to(outside / "brief.yml")

    assert Home(tmp_path).view["briefs"] == []


@pytest.mark.parametrize(
    ("kept", "due", "step"),
    [
        ({}, None, "goals"),
        ({"objectives": (Objective(id="a", text="x"),)}, None, "begin"),
        ({}, NOW + timedelta(hours=5), "hand_in"),
        ({}, NOW - timedelta(hours=5), "overdue"),
        (
            {
                "objectives": (Objective(id="a", text="x"),),
                "time": (TimeEntry(id="t", begin=NOW, minutes=60),),
            },
            NOW + timedelta(days=5),
            "work",
        ),
        (
            {
                "objectives": (Objective(id="a", text="x"),),
                "time": (TimeEntry(id="t", begin=NOW, minutes=420),),
            },
            NOW + timedelta(days=5),
            "finish",
        ),
        (
            {"hand_ins": (HandIn(id="h", at=NOW, way="zip", sha256="0" * 64),)},
            NOW - timedelta(days=1),
            "wait",
        ),
    ],
)
def test_next_step(tmp_path: Path, kept: dict[str, Any], due: datetime | None, step: str) -> None:
    """There is one next step, and it follows from what has been done."""
    desk = lay_desk(tmp_path, due=due)

    assert next_step(desk, Internship(brief="first-steps", **kept), NOW) == step


def test_feedback_is_the_next_step_once_it_is_there(tmp_path: Path) -> None:
    """Fetched feedback is to be read, whatever else is open."""
    desk = lay_desk(tmp_path)
    page = desk.folder / "feedback" / "2027-02-03" / "brief.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>", encoding="utf-8")

    assert next_step(desk, Internship(brief="first-steps"), NOW) == "read"


def test_bad_names_are_not_handed_to_a_program(tmp_path: Path) -> None:
    """What is no name of a course or an assignment is refused before nbgrader is called."""
    with pytest.raises(BadInput):
        Home(tmp_path).do("fetch", {"course": "--config=x", "brief": "first-steps"})


def test_without_an_exchange_the_message_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nbgrader complains of reaches the page, in one line and without a traceback."""
    _configure(tmp_path, tmp_path / "nowhere" / "exchange", monkeypatch)

    with pytest.raises(ExchangeFailed, match=r"nbgrader list says: .*exchange"):
        Home(tmp_path).do("list", {})


@pytest.mark.slow
def test_list_and_fetch_through_a_real_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a course has released is listed, fetched by a button, and then stands on the page."""
    exchange = tmp_path / "exchange"
    out = exchange / "c" / "outbound"
    out.mkdir(parents=True)
    for place in (exchange, exchange / "c", out):
        place.chmod(0o777)
    desk = lay_desk(tmp_path / "course")
    shutil.copytree(desk.folder, out / "first-steps")
    notebook = REPOSITORY / "assignments" / "first-steps" / "brief.ipynb"
    shutil.copy(notebook, out / "first-steps" / "brief.ipynb")
    student = tmp_path / "student"
    student.mkdir()
    _configure(student, exchange, monkeypatch)
    home = Home(student)

    home.do("list", {})
    assert home.view["available"] == [{"course": "c", "brief": "first-steps", "fetched": False}]

    home.do("fetch", {"course": "c", "brief": "first-steps"})
    assert [line["brief"] for line in home.view["briefs"]] == ["first-steps"]
    assert home.view["available"][0]["fetched"]


def _configure(folder: Path, exchange: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nbgrader use an exchange of our own."""
    lines = ["c = get_config()", f"c.Exchange.root = {str(exchange)!r}", ""]
    (folder / "nbgrader_config.py").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder / "jupyter"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(folder / "jupyter-data"))


def test_the_package_lists_what_it_has() -> None:
    """Everything that the package offers can be imported, and nothing heavy comes with the name."""
    code = (
        "import sys, practicum_widgets as p; "
        "assert not {'nbgrader', 'pandas', 'anywidget'} & set(sys.modules); "
        "[getattr(p, name) for name in p.__all__]; "
        "assert not {'nbgrader', 'pandas', 'sqlalchemy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
