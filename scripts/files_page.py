"""Makes the tables in docs/files.md: every key of the files that people write, from the models.

``python scripts/files_page.py --write`` renews the page, and without ``--write`` only prints it;
tests/house/test_docs.py tells when that is due. What stands between the tables is written by hand.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from practicum.schemas import schemas
from practicum.values import ID_PATTERN

PAGE = Path(__file__).resolve().parents[1] / "docs" / "files.md"


FILES = {
    "brief": "assignments/BRIEF/brief.yml",
    "rubric": "rubrics/RUBRIC.yml",
    "course": "course/course.yml",
    "roster": "course/roster.yml",
    "placements": "course/placements.yml",
}
COLUMNS = """\
| Key | Value | If it is left out | Meaning |
|---|---|---|---|"""
MADE = re.compile(r"(?s)(<!-- keys of (\w+) -->\n).*?(<!-- end of keys -->)")


KINDS = {
    ID_PATTERN: "id",
    r"^[A-Za-z0-9_-]{1,100}$": "cell id",
    r"^[a-z0-9][a-z0-9-]{0,40}$": "small letters, digits, hyphens",
    r"^[A-Z]{3}$": "three capital letters",
    r"^[A-Za-z0-9._@-]{1,64}$": "letters, digits, `.` `_` `@` `-`",
    r"^[A-Za-z0-9_-][A-Za-z0-9_.-]*$": "file name",
}
BY_DESCRIPTION = {
    "an e-mail address": "e-mail address",
    "a path inside the brief's folder, such as data/flights.csv": "path in the brief's folder",
}
NO_MEANING = {
    "lower-case letters, digits, dot, dash, underscore; no dot first",
    *BY_DESCRIPTION,
}
"""Descriptions that tell the form of a value, which the column before tells already."""

MEANINGS = {
    "brief": {
        "schema_version": "the version of this file's form",
        "id": "the name of the brief, and of its folder",
        "title": "what students see first; at most 80 characters",
        "employer.name": "the organisation's name",
        "employer.about": "what it does, in a sentence or two",
        "employer.industry": "its industry",
        "employer.website": "its address on the web",
        "people.champion.name": "who helps day to day",
        "people.champion.role": "the role at the employer",
        "people.champion.email": "how to reach this person",
        "people.supervisor.name": "who signs the work off",
        "people.supervisor.role": "the role at the employer",
        "people.supervisor.email": "how to reach this person",
        "situation": "what is going on, why it matters, who will use the result",
        "question": "the one question that the work answers",
        "scope": "what is in and what is out",
        "tools": "what the student works with",
        "data[].file": "where the file lies",
        "data[].title": "what is in it",
        "data[].rows": "how many rows it has",
        "data[].source": "who made it, and where it was taken from",
        "data[].script": "the script that made the file from its source",
        "duration_weeks": "from the start to the end, in weeks",
        "team.min": "how many learners at least",
        "team.max": "how many learners at most",
        "pay.kind": "a fee for the whole work, by the hour, or none; `unpaid` needs "
        "`credit_bearing: true`",
        "pay.amount": "the fee, or the pay for one hour; not below the course's `pay_floor`",
        "pay.currency": "an ISO 4217 code",
        "credit_bearing": "whether the course gives credit for the work",
        "milestones[].id": "its name",
        "milestones[].title": "what is done then",
        "milestones[].hours": "its part of the hours; together they are `hours`",
        "deliverables[].id": "its name",
        "deliverables[].title": "what is handed over, countable",
        "support.kick_off": "how the work begins",
        "support.check_in": "when the employer looks in",
        "support.contact": "how to ask a question",
        "support.response_days": "how long an answer may take, in days",
        "legal.ip": "who owns the work",
        "legal.confidentiality": "`nda` needs an alternative brief and portfolio wording",
        "legal.portfolio.allowed": "whether the student may show the work",
        "legal.portfolio.wording": "what the student may say or show, in words",
        "legal.alternative_brief": "the brief for whoever does not want to sign; not this one",
        "safety.patient_care": "must be `false`: a micro-internship must not involve it",
        "safety.hazards": "must be `false`",
        "safety.vulnerable_people": "must be `false`",
        "matching.topics": "what it is about",
        "matching.prerequisites": "what a student should be able to do before",
        "matching.location": "where the work is done",
        "matching.hiring_potential": "whether a job may follow",
        "skills[].name": "the skill in plain words",
        "ai_policy.use": "no generative tools, tools that are named, or any",
        "ai_policy.text": "the rule as the student reads it",
        "grading.notebook": "the name of the notebook, without .ipynb",
        "grading.untouched_points": "what a copy earns in which nothing was done",
        "variants.ID": "a variable of the notebook; see [variants](service.md#variants)",
        "variants.ID.between": "a whole number between the two, both included",
        "variants.ID.one_of": "one of these values",
    },
    "rubric": {
        "schema_version": "the version of this file's form",
        "id": "the name of the rubric, and of its file",
        "title": "what students see",
        "competencies.ID": "a label in the course's own words, such as `Critical thinking`",
        "criteria[].id": "its name; its task cell in the notebook is `criterion-ID`",
        "criteria[].title": "what is judged",
        "criteria[].rater": "whose judgement it is",
        "criteria[].weight": "its part of the employer's points, beside the other weights; a "
        "criterion of the instructor has the points that its cell has in the notebook",
        "criteria[].competencies": "ids of competencies that it shows",
        "criteria[].levels.LEVEL": "what can be seen at this level, for each of 0, 1, 2, 3, 4",
    },
    "course": {
        "schema_version": "the version of this file's form",
        "id": "the name of the course, also for nbgrader",
        "title": "what people read",
        "roster": "the file with the people, beside course.yml",
        "placements": "the file with the placements, beside course.yml",
        "exchange": "nbgrader's exchange: a folder, from the course's folder on or absolute",
        "briefs[].brief": "the id of a brief in `assignments/`",
        "policies.late.grace_minutes": "so many minutes late cost nothing",
        "limits.cell_seconds": "how long one cell may run",
        "limits.notebook_seconds": "how long the whole notebook may run",
        "limits.memory_mb": "megabytes of memory, of all processes of a submission together",
        "limits.processes": "how many processes a submission may have at once",
        "limits.disk_mb": "megabytes that a submission may write",
        "limits.notebook_mb": "how large a submitted notebook may be, in megabytes",
        "limits.submission_mb": "how large all submitted files may be, in megabytes",
        "hub.hub_port": "where the hub itself listens, on this machine only",
        "hub.spawner": "where people's servers run; see [the hub](hub.md)",
        "hub.memory_mb": "megabytes that one person's server may use",
        "hub.grade_on_arrival": "collect and grade what is handed in at once",
        "hub.plain_courses[]": "a course of plain nbgrader that exchanges files here, too",
        "hub.plain_courses": "courses of plain nbgrader that exchange files here, too",
        "hub.settings.ID": "a class of JupyterHub, or of an authenticator or spawner",
    },
    "roster": {
        "schema_version": "the version of this file's form",
        "students[].id": "the name in every command; on a hub, the account",
        "students[].name": "as it stands on the feedback page",
        "students[].email": "how to reach this person",
        "students[].lms_id": "what the university's LMS calls the student in every assignment; "
        "it finds the owner of an exported file",
        "instructors[].id": "the name for the option `--by` of `practicum moderate`",
        "instructors[].name": "the full name",
        "instructors[].email": "how to reach this person",
        "reviewers[].id": "the name in the review table",
        "reviewers[].name": "the full name",
        "reviewers[].email": "how to reach this person",
        "reviewers[].employer": "for whom this person judges",
        "reviewers[].briefs": "the briefs that this person judges, and no others",
    },
    "placements": {
        "schema_version": "the version of this file's form",
        "placements[].student": "a student of the roster",
        "placements[].brief": "a brief of course.yml",
    },
}


def page(text: str) -> str:
    """Return the page with each of its tables of keys made anew."""
    found = {made[2] for made in MADE.finditer(text)}
    if missing := FILES.keys() - found:
        sys.exit(f"{PAGE}: no table for {', '.join(missing)}: write `<!-- keys of NAME -->`")
    return MADE.sub(lambda made: f"{made[1]}{_table(made[2])}\n{made[3]}", text)


def _table(name: str) -> str:
    schema = schemas()[name]
    rows = [
        f"| `{key}` | {value} | {default} | {_meaning(name, key, node)} |"
        for key, value, default, node in _rows(schema, schema.get("$defs", {}))
    ]
    return "\n".join([COLUMNS, *rows])


def _rows(
    node: dict[str, Any], defs: dict[str, Any], above: str = ""
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield the key, the kind of value, the default and the schema of each leaf."""
    required = node.get("required", [])
    for name, raw in node.get("properties", {}).items():
        inner, key = _resolved(raw, defs), above + name
        if inner.get("type") == "array":
            item = _resolved(inner["items"], defs)
            if "properties" in item:
                yield from _rows(item, defs, f"{key}[].")
                continue
        if "properties" in inner:
            yield from _rows(inner, defs, f"{key}.")
            continue
        if inner.get("type") == "object":
            (value,) = inner.get(
                "patternProperties", {"": inner.get("additionalProperties")}
            ).values()
            part = "LEVEL" if "required" in inner else "ID"
            yield f"{key}.{part}", _kind(_resolved(value, defs)), _default(raw, name, required), {}
            continue
        yield key, _kind(inner, defs), _default(raw, name, required), inner


def _resolved(node: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and take the kind that is not null; the own description counts."""
    own = {key: value for key, value in node.items() if key in {"description", "default"}}
    if "anyOf" in node:
        node = next(kind for kind in node["anyOf"] if kind.get("type") != "null")
    if "$ref" in node:
        node = defs[node["$ref"].rpartition("/")[2]]
        own = {"description": "", **own} if "properties" not in node else own
    return {**node, **own}


def _kind(node: dict[str, Any], defs: dict[str, Any] | None = None) -> str:
    """Return what a value must be, in words."""
    if "const" in node or "enum" in node:
        return ", ".join(f"`{value}`" for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        return "list of: " + _kind(_resolved(node["items"], defs or {}))
    plain = {"boolean": "`true`, `false`", "integer": "whole number", "number": "number"}
    if node.get("type") in plain:
        return plain[node["type"]] + _bounds(node)
    return _text(node)


def _text(node: dict[str, Any]) -> str:
    pattern = node.get("pattern", "")
    if pattern.startswith(r"^\d{4}-"):
        return "date and time"
    return KINDS.get(pattern) or BY_DESCRIPTION.get(node.get("description", ""), "text")


def _bounds(node: dict[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above = node.get("exclusiveMinimum")
    if above is not None:
        return f" above {above:,}" + (f", at most {high:,g}" if high is not None else "")
    if low is not None and high is not None:
        return f", {low:,} to {high:,}"
    return f", at least {low:,}" if low is not None else ""


def _default(node: dict[str, Any], name: str, required: list[str]) -> str:
    if name in required:
        return "required"
    default = node.get("default")
    if default is None or default in ({}, [], ()):
        return "none"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _meaning(file: str, key: str, node: dict[str, Any]) -> str:
    """Return what a key means: in this script's words, or in the model's own."""
    meaning = MEANINGS[file].get(key)
    if meaning is None and node.get("description") not in {None, "", *NO_MEANING}:
        meaning = str(node["description"])
    if meaning is None:
        sys.exit(f"{file}.yml: {key} has no meaning: add it to MEANINGS in {__file__}")
    return meaning


def main() -> None:
    """Print the page as it should be, or write it."""
    made = page(PAGE.read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(made, encoding="utf-8")
    else:
        sys.stdout.write(made)


if __name__ == "__main__":
    main()
