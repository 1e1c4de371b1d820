"""A student's whole way on a hub, by the widgets alone: fetch, hand in, results, feedback."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.course.conftest import SOURCES
from tests.course.exchange_service.conftest import Service, tokens_file

from practicum.cli.main import practicum
from practicum.course import Course
from practicum.errors import ExchangeFailed
from practicum.internship.released import NAME
from practicum.publish import publish
from practicum.service.arrivals import run_command
from practicum_widgets import Desk, Feedback, HandIn, Home

HUB_YML = "hub: {files: course/work/depot}\nplacements: placements.yml\n"
CONFIG = """\
from practicum.gradebook.config import set_service_exchange

c = get_config()
set_service_exchange(c)
"""


@pytest.fixture(scope="module")
def hub(
    tiny_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Path]]:
    """A published course with its service, and the folder of a student's server."""
    base = tmp_path_factory.mktemp("hub")
    root = base / "course"
    shutil.copytree(tiny_files, root)
    file = root / "course" / "course.yml"
    file.write_text(file.read_text(encoding="utf-8") + HUB_YML, encoding="utf-8")
    (root / "course" / "placements.yml").write_text("schema_version: 1\nplacements: []\n")
    course = Course.find(root)
    course.prepare_work()
    publish(course, "tiny")
    service = Service(root, tokens_file(base))
    service.start()
    yield service, base / "ada"
    service.kill()


@pytest.fixture
def home(hub: tuple[Service, Path], monkeypatch: pytest.MonkeyPatch) -> Home:
    """The start page of ada, in a server of hers."""
    service, folder = hub
    settings = folder / "config"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    for name, value in service.environ("ada", folder).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (folder / "work").mkdir(exist_ok=True)
    return Home(folder / "work")


def _solve(desk: Desk) -> None:
    file = desk.folder / "brief.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("solution"):
            lines = SOURCES[about["grade_id"]].splitlines()
            cell["source"] = "\n".join(line for line in lines if "###" not in line)
    file.write_text(json.dumps(content), encoding="utf-8")


def _receipt(file: Path) -> tuple[int, dict[str, Any]]:
    arguments = ["receipt", str(file), "--json"]
    done = CliRunner().invoke(practicum, arguments, standalone_mode=False)
    assert done.exception is None, done.exception
    said: dict[str, Any] = json.loads(done.output)
    return int(done.return_value or 0), said


def _give_back(service: Service, number: str) -> None:
    """Release a page of feedback, as the course's account does by the exchange."""
    data = (
        '{"schema_version": 1, "brief": "tiny", "total": "1", "most": "2", "percent": "50"}'
    ).replace('"', "&quot;")
    page = f'<!doctype html><meta name="{NAME}" content="{data}"><p>Well done.</p>'.encode()
    file = {
        "path": "brief.html",
        "sha256": hashlib.sha256(page).hexdigest(),
        "size": len(page),
        "content": base64.b64encode(page).decode(),
    }
    manifest = {"key": "f" * 32, "files": [file]}
    path = f"tiny-course/submissions/{number}/feedback"
    answer = service.ask("grader-tiny-course", "PUT", path, json=manifest)
    assert answer.ok, answer.text


@pytest.mark.suite
@pytest.mark.slow
def test_from_the_catalogue_to_the_feedback(hub: tuple[Service, Path], home: Home) -> None:
    """Apply, fetch, hand in, keep the receipt, see the tests, check the receipt, read feedback."""
    service, _ = hub
    home.do("apply", {"brief": "tiny", "words": "I add numbers."})
    (offer,) = home.view["catalogue"]["offers"]
    assert (offer["state"], offer["published"], offer["here"]) == ("applied", True, False)
    home.do("fetch", {"course": home.view["catalogue"]["course"], "brief": "tiny"})
    assert home.view["catalogue"]["offers"][0]["here"]

    desk = Desk.here(home.folder / "tiny")
    _solve(desk)
    widget = HandIn(desk)
    widget.do("submit", {"id": "a", "confirmed": True})
    first = widget.view["outcome"]
    assert first["trouble"] == ""
    assert len(first["number"]) == 32
    assert first["asks"]

    kept = home.folder / first["kept"]
    code, said = _receipt(kept)
    assert (code, said["signed"], said["found"]["same"]) == (0, True, True)
    assert (said["claims"]["student"], said["claims"]["id"]) == ("ada", first["number"])
    notebook = desk.folder / "brief.ipynb"
    before = notebook.read_bytes()
    notebook.write_bytes(before + b"\n")
    (desk.folder / "course.json").rename(home.folder / "course.json")
    code, said = _receipt(kept)
    assert (code, said["found"]["changed"]) == (1, ["brief.ipynb"])
    assert said["found"]["missing"] == ["course.json"]
    notebook.write_bytes(before)
    (home.folder / "course.json").rename(desk.folder / "course.json")
    (cached,) = (home.folder.parent / "data" / "nbgrader_cache").glob("tiny-course/*/receipt.jws")
    code, said = _receipt(cached)
    assert (code, said["found"]["same"], said["found"]["listed"]) == (0, True, False)

    assert first["state"] == "nothing"
    assert all(run_command(service.course, [verb, "tiny"]) for verb in ("collect", "grade"))
    widget.do("results", {})
    came = widget.view["outcome"]
    assert came["state"] == "graded", came
    assert not came["asks"]
    assert all(test["outcome"] == "passed" for test in came["tests"])
    assert came["later"] > 0
    assert "score" not in json.dumps(came)
    assert first["number"] in str(widget.still())

    feedback = Feedback(desk)
    with pytest.raises(ExchangeFailed, match="has not released any feedback yet"):
        feedback.do("fetch", {})
    _give_back(service, first["number"])
    feedback.do("fetch", {})
    assert feedback.view["released"]["total"] == "1"
    assert feedback.view["page"].startswith("feedback/")
