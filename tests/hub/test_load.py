"""The benchmark of the hub, with few people: it measures, checks itself, and ends well."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
FEW = "--students 3 --reviewers 2 --seconds 4 --early 0 --peer 1 --rush 6 --rush-seconds 1"
NONE = "--rush-students 3 --servers 0"


@pytest.mark.suite
def test_few_people_lose_nothing(tmp_path: Path) -> None:
    """Three students and two reviewers: no errors, all receipts hold, all is graded, a picture."""
    picture = tmp_path / "load.png"
    command = [sys.executable, "benchmarks/hub.py", *FEW.split(), *NONE.split()]
    done = subprocess.run(
        [*command, "--picture", str(picture)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    assert figures["errors"] == 0
    assert figures["ledger"] == {
        "receipts": 9,
        "receipts_that_do_not_hold": 0,
        "lost": 0,
        "taken_twice": 0,
    }
    assert figures["graded"] == figures["to_grade"]
    assert figures["exchange"]["ratio"] > 0
    assert picture.stat().st_size > 10_000
