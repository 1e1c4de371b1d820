"""The JSON Schemas: fresh, well-formed, and in agreement with what practicum reads."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from practicum.schemas import schemas, write_schemas

REPOSITORY = Path(__file__).parents[3]
FILES = [
    *(("brief", file) for file in sorted(REPOSITORY.glob("assignments/*/brief.yml"))),
    *(("rubric", file) for file in sorted(REPOSITORY.glob("rubrics/*.yml"))),
    *(
        (name, REPOSITORY / "course" / f"{name}.yml")
        for name in ("course", "roster", "placements")
        if (REPOSITORY / "course" / f"{name}.yml").is_file()
    ),
]


def as_json(value: Any) -> Any:
    """Return YAML's data as an editor hands it to a schema: keys are text, times too."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value


@pytest.mark.parametrize("name", schemas())
def test_fresh(name: str) -> None:
    """The schemas that are shipped are those that the models give."""
    shipped = json.loads((REPOSITORY / "course" / "schemas" / f"{name}.json").read_text())
    assert shipped == schemas()[name], "run `python -m practicum.schemas course/schemas`"


@pytest.mark.parametrize("name", schemas())
def test_well_formed(name: str) -> None:
    """Each schema is one, has a title and a description, and no address of its own."""
    schema = schemas()[name]
    Draft7Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    assert "$id" not in schema


@pytest.mark.parametrize(("name", "file"), FILES, ids=lambda part: getattr(part, "stem", part))
def test_shipped_files(name: str, file: Path) -> None:
    """Every sample file is valid, and its first line names the schema by its right path."""
    text = file.read_text()
    errors = list(Draft7Validator(schemas()[name]).iter_errors(as_json(yaml.safe_load(text))))
    assert [error.message for error in errors] == []
    comment = text.splitlines()[0]
    assert comment.startswith("# yaml-language-server: $schema=")
    assert (file.parent / comment.partition("=")[2]).resolve().name == f"{name}.json"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"skope": "x"}, "Additional properties are not allowed ('skope' was unexpected)"),
        ({"hours": 80}, "80 is greater than the maximum of 40"),
        ({"schema_version": 2}, "1 was expected"),
    ],
)
def test_editors_see_mistakes(change: dict[str, Any], message: str) -> None:
    """An editor marks an unknown key, a figure out of range and another version."""
    brief = yaml.safe_load((REPOSITORY / "assignments/first-steps/brief.yml").read_text())
    errors = Draft7Validator(schemas()["brief"]).iter_errors(as_json(brief | change))
    assert message in [error.message for error in errors]


def test_levels_in_an_editor() -> None:
    """Levels may be numbers, as YAML reads them; a missing or sixth level is marked."""
    rubric = as_json(yaml.safe_load((REPOSITORY / "rubrics/first-steps.yml").read_text()))
    validator = Draft7Validator(schemas()["rubric"])
    assert validator.is_valid(rubric)
    levels = rubric["criteria"][0]["levels"]
    del levels["3"]
    assert [error.message for error in validator.iter_errors(rubric)] == [
        "'3' is a required property"
    ]
    levels |= {"3": "x", "5": "y"}
    assert not validator.is_valid(rubric)


@pytest.mark.parametrize(
    ("due", "valid"),
    [
        ("2027-02-01T23:59:00", True),
        ("2027-02-01 23:59:00", True),
        ("2027-02-01T23:59:00+01:00", True),
        ("2027-02-01", True),
        (None, True),
        ("tomorrow", False),
    ],
)
def test_due_dates_in_an_editor(due: str | None, valid: bool) -> None:
    """A due date needs no zone; what is no date is marked."""
    course = {"schema_version": 1, "id": "x", "title": "x", "briefs": [{"brief": "x", "due": due}]}
    assert Draft7Validator(schemas()["course"]).is_valid(course) is valid


def test_module(tmp_path: Path) -> None:
    """`python -m practicum.schemas DIR` writes one file for each kind."""
    command = [sys.executable, "-m", "practicum.schemas", str(tmp_path / "new")]
    subprocess.run(command, check=True, capture_output=True)
    assert {file.stem for file in (tmp_path / "new").iterdir()} == set(schemas())
    assert write_schemas(tmp_path / "again")
    assert subprocess.run(command[:3], check=False, capture_output=True).returncode == 2
