"""Makes the table of attacks in docs/security.md: each is run against nbgrader and practicum.

``python scripts/security_page.py --write`` runs all of them (about half an hour, most of it
nbgrader's) and renews the page; without ``--write`` it prints the table. ``--ours FILE`` and
``--theirs FILE`` take results of a run before, one JSON object a line, as this script keeps them
in build/hostile/. What stands around the table is written by hand.
"""

import argparse
import json
import platform
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.hostile.attack import Attack, attacks  # noqa: E402 (found by the line above)
from tests.hostile.course import FULL, HONEST  # noqa: E402
from tests.hostile.ours import attacked  # noqa: E402
from tests.hostile.theirs import against_nbgrader, make_template  # noqa: E402

PAGE = ROOT / "docs" / "security.md"
BUILD = ROOT / "build" / "hostile"
MADE = re.compile(r"(?s)(<!-- attacks -->\n).*?(<!-- end of attacks -->)")
VERSIONS = ("nbgrader", "nbclient", "ipykernel", "ipython", "pandas")
TOPICS = "| Attack | What it does | nbgrader | practicum |\n|---|---|---|---|"

Row = dict[str, Any]


def run_ours() -> Iterator[Row]:
    """Run all attacks against practicum, in one batch."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415 (only where something is run)

    with TemporaryDirectory() as folder:
        batch = attacked(Path(folder) / "course", attacks())
    if not batch.outcomes:
        sys.exit(f"the run failed: {batch.said}")
    neighbours = {"neighbours": batch.neighbours, "manual": batch.manual}
    for name, outcome in batch.outcomes.items():
        yield {"name": name, "ending": outcome.ending} | neighbours | asdict(outcome)


def run_theirs() -> Iterator[Row]:
    """Run each attack against nbgrader."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        make_template(Path(folder) / "template")
        for attack in attacks():
            found = against_nbgrader(Path(folder) / "template", Path(folder) / "run", attack)
            yield {"name": attack.name} | asdict(found)


def kept(given: Path | None, name: str, rows: Iterator[Row]) -> dict[str, Row]:
    """Return results by attack: those of a file, or new ones, which are then kept."""
    if given is not None:
        lines = given.read_text(encoding="utf-8").splitlines()
        return {row["name"]: row for row in map(json.loads, lines)}
    BUILD.mkdir(parents=True, exist_ok=True)
    found = {}
    with (BUILD / f"{name}.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            found[row["name"]] = row
            file.write(json.dumps(row) + "\n")
            file.flush()
    return found


def theirs_in_words(row: Row) -> str:
    """Say what came of an attack on nbgrader."""
    said = []
    if row["points"] and not row["manual"]:
        said.append(f"**{row['points']:g} points**")
    said += [
        "**reaches the host**" if what == "the host" else f"**reads {what}**"
        for what in row["read"]
    ]
    if row["manual"]:
        said.append("**sets marks by hand, its own and others'**")
    elif any(points is not None and points != FULL for points in row["neighbours"].values()):
        said.append("**another's mark changes**")
    if any(points is None for points in row["neighbours"].values()):
        said.append("**another is not graded**")
    if row["processes"]:
        said.append("**a process stays**")
    if row["files"]:
        said.append("**files stay**")
    words = {"hung": "the run hangs", "killed": "the run is killed", "failed": "fails"}
    if row["ended"]:
        said.append(words[row["ended"]])
    return "; ".join(said) or "nothing gained"


def ours_in_words(attack: Attack, row: Row) -> str:
    """Say what came of an attack on practicum."""
    words = {
        "nothing": "no points",
        "refused": "refused, and why is said",
        "held": f"{row['points']:g} points wait for the instructor",
        "named": f"{row['points']:g} points, named: {_parts(row)}",
        "gained": f"**{row['points']:g} points**: {_parts(row)}",
    }
    said = [words[row["ending"]]]
    if row["read"]:
        seen = attack.reads_tests and row["read"] == ["hidden tests"]
        said.append("sees the test that runs" if seen else "**reads**: " + ", ".join(row["read"]))
    said += ["**leaves something behind**"] if row["processes"] or row["files"] else []
    said += ["**tells its name**"] if row["tells"] else []
    return "; ".join(said)


def _parts(row: Row) -> str:
    sure = row["points"] - row["held"] - row["unproved"]
    parts = {"wait": row["held"], "unproved": row["unproved"], "unnoticed": sure}
    return ", ".join(f"{points:g} {what}" for what, points in parts.items() if points)


def table(ours: dict[str, Row], theirs: dict[str, Row]) -> str:
    """Return the versions, the sums and the table, topic by topic."""
    lines = [_versions(), "", _sums(ours, theirs), ""]
    topic = ""
    for attack in attacks():
        if attack.topic != topic:
            topic = attack.topic
            lines += ["", f"**{topic.capitalize()}**", "", TOPICS]
        there = theirs_in_words(theirs[attack.name]) if attack.name in theirs else "not run"
        here = ours_in_words(attack, ours[attack.name]) if attack.name in ours else "not run"
        lines.append(f"| {attack.name.replace('-', ' ')} | {attack.what} | {there} | {here} |")
    return "\n".join(lines)


def _versions() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    return (
        f"Run with practicum {project['version']}, {named}, Python {platform.python_version()} on "
        f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}."
    )


def _sums(ours: dict[str, Row], theirs: dict[str, Row]) -> str:
    def count(rows: dict[str, Row], is_so: Any) -> int:  # noqa: ANN401 (a predicate)
        return sum(bool(is_so(row)) for row in rows.values())

    def harms(row: Row) -> bool:
        whole = all(points == FULL for points in row["neighbours"].values())
        return bool(not whole or row["manual"])

    gained = count(ours, lambda row: row["ending"] == "gained")
    held = count(ours, lambda row: row["ending"] == "held")
    named = count(ours, lambda row: row["ending"] == "named")
    read = count(ours, lambda row: set(row["read"]) - {"hidden tests"})
    harm = "none" if not count(ours, harms) else "**some**"
    return (
        f"Against nbgrader ({len(theirs)} attacks): {count(theirs, lambda r: r['points'])} gain "
        f"points, {count(theirs, lambda r: r['read'])} read or reach what they should not, "
        f"{count(theirs, harms)} change or prevent somebody else's mark, "
        f"{count(theirs, lambda r: r['processes'] or r['files'])} leave something behind. "
        f"Against practicum ({len(ours)} attacks, in one run with {len(HONEST)} honest students): "
        f"{gained} gain points unnoticed; of {held} the points wait for the instructor, of {named} "
        f"some count and are named as unproved; {read} read a file or memory of others; {harm} "
        "changes an honest student's mark."
    )


def main() -> None:
    """Print the table, or write it into the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="renew docs/security.md")
    options.add_argument("--ours", type=Path, help="results of a run before")
    options.add_argument("--theirs", type=Path, help="results of a run before")
    given = options.parse_args()
    ours = kept(given.ours, "ours", run_ours())
    made = table(ours, kept(given.theirs, "theirs", run_theirs()))
    if not given.write:
        sys.stdout.write(made + "\n")
        return
    page = PAGE.read_text(encoding="utf-8")
    if not MADE.search(page):
        sys.exit(f"{PAGE}: no place for the table: write `<!-- attacks -->`")
    text = MADE.sub(lambda found: f"{found[1]}\n{made}\n\n{found[2]}", page)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
