"""JSON Schemas of the files that people write, so that editors complete and check them.

``python -m practicum.schemas DIR`` writes them; a test keeps those in course/schemas fresh.
They check the form only: what a file contradicts itself in, ``practicum check`` tells.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from practicum.briefs import Brief
from practicum.course import CourseSettings
from practicum.people import Roster
from practicum.placements import Placements
from practicum.rubrics import Rubric
from practicum.rubrics.rubric import TOP_LEVEL

__all__ = ["schemas", "write_schemas"]

# The dialect that every editor's YAML support understands.
DIALECT = "http://json-schema.org/draft-07/schema#"
MODELS: dict[str, tuple[type[BaseModel], str, str]] = {
    "course": (CourseSettings, "course.yml", "A course: its briefs, dates, limits and policies."),
    "brief": (Brief, "brief.yml", "What an employer asks for."),
    "rubric": (Rubric, "A rubric", "The criteria and levels by which work is judged."),
    "roster": (Roster, "roster.yml", "The people of a course."),
    "placements": (Placements, "placements.yml", "Which student works on which brief."),
}
TIME = r"^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)?)?$"


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file, by its name."""
    return {name: _schema(*about) for name, about in MODELS.items()}


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write ``<name>.json`` for each kind of file into ``folder``; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, schema in schemas().items():
        file = folder / f"{name}.json"
        text = json.dumps(schema, indent=2, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")
        files.append(file)
    return tuple(files)


def _schema(model: type[BaseModel], title: str, description: str) -> dict[str, Any]:
    plain = _plain(model.model_json_schema())
    return {"$schema": DIALECT, **plain, "title": title, "description": description}


def _plain(node: Any) -> Any:  # noqa: ANN401 (a schema is any JSON)
    """Return a schema without what only Python means."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("format") == "date-time":
        # YAML's times may lack a zone, which JSON Schema's format does not allow.
        return {"type": "string", "pattern": TIME}
    plain = {key: _plain(value) for key, value in node.items()}
    if isinstance(plain.get("description"), str):
        plain["description"] = plain["description"].replace("``", "`").split("\n\n")[0]
    properties = plain.get("properties")
    if isinstance(properties, dict) and "levels" in properties:
        properties["levels"] = _levels(properties["levels"])
    return plain


def _levels(node: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the levels: YAML's whole numbers are names to JSON Schema."""
    rest: dict[str, Any] = {key: node[key] for key in ("title", "description") if key in node}
    return {
        **rest,
        "type": "object",
        "patternProperties": {f"^[0-{TOP_LEVEL}]$": node["additionalProperties"]},
        "additionalProperties": False,
        "required": [str(level) for level in range(TOP_LEVEL + 1)],
    }


def _main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m practicum.schemas DIR\n")
        return 2
    for file in write_schemas(Path(arguments[0])):
        sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
