"""nbgrader's own tests of its exchange, from the installed wheel, against the service."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbgrader
import pytest
import yaml
from nbgrader.utils import get_username

HERE = Path(__file__).parent
EXPECTED = HERE / "nbgraders_own.yml"
APPS = Path(nbgrader.__file__).parent / "tests" / "apps"
NAMES = (
    *("releaseassignment", "fetch_assignment", "submit", "collect"),
    *("list", "releasefeedback", "fetchfeedback"),
)


@pytest.mark.suite
@pytest.mark.timeout(1200)
def test_nbgraders_own_tests_pass_where_they_apply(
    make_course: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Each test that looks at no folder of the exchange passes; the others are named with why."""
    outcomes = run(make_course(tmp_path / "course"), tmp_path)
    expected: dict[str, Any] = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))

    assert all(entry["reason"] for entry in expected["do_not_apply"])
    assert outcomes == {
        **dict.fromkeys(expected["pass"], "passed"),
        **{entry["test"]: entry["outcome"] for entry in expected["do_not_apply"]},
    }


def run(course: Path, folder: Path) -> dict[str, str]:
    """Run them with our plugin; return what came of each."""
    config = folder / "config"
    config.mkdir()
    (config / "nbgrader_config.py").write_text(
        "from practicum.gradebook.config import set_service_exchange\n"
        "set_service_exchange(get_config())\n",
        encoding="utf-8",
    )
    report = folder / "report.json"
    environ = os.environ | {
        "OWN_TESTS_COURSE": str(course),
        "OWN_TESTS_REPORT": str(report),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
        "USER": os.environ.get("USER") or get_username(),
    }
    files = [str(APPS / f"test_nbgrader_{name}.py") for name in NAMES]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "own_tests", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", os.devnull, *files],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.is_file(), done.stdout[-3000:] + done.stderr[-3000:]
    (folder / "said.txt").write_text(done.stdout, encoding="utf-8")
    found: dict[str, str] = json.loads(report.read_text(encoding="utf-8"))
    return found
