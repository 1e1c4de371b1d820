"""The sizing table of docs/deploy.md and the figures of docs/hub.md.

Both come from what `benchmarks/hub.py --keep` has measured.

    python benchmarks/sizing.py [--check] [FIGURES]     default: benchmarks/figures/hub.json

Writes each between two marks of its page; ``--check`` only tells whether they are as they would
be written (exit code 1 if not).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "benchmarks" / "figures" / "hub.json"
PAGE, HUB_PAGE = ROOT / "docs" / "deploy.md", ROOT / "docs" / "hub.md"
BEGIN = "<!-- made by benchmarks/sizing.py: begin -->"
END = "<!-- made by benchmarks/sizing.py: end -->"
SIZES = (30, 300, 3_000, 30_000)
USUAL, FULL = 0.2, 0.8
"""Which part of the students is at work at the same time: on a usual day, and before a deadline."""
FIXED = ("hub", "proxy", "service", "room", "course lab", "culler", "starter")
ROAD = ("hub", "proxy", "service")
KINDS = {
    30: "one machine, `practicum hub start`",
    300: "one machine or TLJH",
    3_000: "Kubernetes, one course service",
    30_000: "Kubernetes, several course services",
}


@dataclass(frozen=True)
class Measured:
    """What the table is reckoned from: megabytes, and seconds of CPU."""

    fixed_mb: float
    grader_mb: float
    idle_mb: float
    working_mb: float
    road_cpu: float
    grading_cpu: float

    @classmethod
    def of(cls, figures: dict[str, Any]) -> Measured:
        """Read them from the figures of a run."""
        memory, cpu = figures["memory_peak_mb"], figures["cpu_seconds"]
        gradings = figures["work"]["of"] + figures["graded"]
        return cls(
            fixed_mb=sum(memory[part] for part in FIXED),
            grader_mb=memory["grader"],
            idle_mb=figures["server"]["idle_mb"],
            working_mb=figures["server"]["working_mb"],
            road_cpu=sum(cpu[part] for part in ROAD) / figures["ledger"]["receipts"],
            grading_cpu=cpu["grader"] / gradings,
        )

    def gigabytes(self, students: int, active: float) -> float:
        """Return the memory of the hub, its services, the grader and the students' servers."""
        return (self.fixed_mb + self.grader_mb + active * students * self.working_mb) / 1000

    def grading_hours(self, students: int) -> float:
        """Return the hours of one processor for a brief that all have handed in."""
        return students * self.grading_cpu / 3600


def main(arguments: list[str]) -> int:
    """Write the table, or check it."""
    check = "--check" in arguments
    files = [Path(word) for word in arguments if word != "--check"]
    figures = json.loads((files[0] if files else FIGURES).read_text(encoding="utf-8"))
    changed = [
        _write(page, "\n".join(lines(figures)), check=check)
        for page, lines in ((PAGE, _lines), (HUB_PAGE, _latencies))
    ]
    return int(check and any(changed))


def _write(page: Path, text: str, *, check: bool) -> bool:
    """Put a text between the marks of a page; tell whether it is another one."""
    old = page.read_text(encoding="utf-8")
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{page}: has no place for the table: {BEGIN} ... {END}")
    new = f"{head}{BEGIN}\n{text}\n{END}{tail}"
    if not check:
        page.write_text(new, encoding="utf-8")
    return new != old


def _latencies(figures: dict[str, Any]) -> Iterator[str]:
    rush, ledger, both = figures["rush"], figures["ledger"], figures["exchange"]
    yield (
        f"On {figures['processors']} processors that clients and grading shared (load "
        f"{figures['load']} before the start, {figures['load_at_the_end']} at the end; our figures "
        "lie in `benchmarks/figures/hub.json`):"
    )
    yield ""
    yield "| Action | How often | ms, half are quicker | ms, 95 of 100 | ms, 99 of 100 |"
    yield "|---|---|---|---|---|"
    for action, took in (*figures["work"]["actions"].items(), ("submit, in the rush", rush)):
        cells = (took["count"], took["p50_ms"], took["p95_ms"], took["p99_ms"])
        yield f"| {action} | " + " | ".join(f"{cell:,.0f}" for cell in cells) + " |"
    yield ""
    yield (
        f"Errors: {figures['errors']}. Lost: {ledger['lost']} of {ledger['receipts']:,}. The last "
        f"receipt was there {rush['seconds_until_last_receipt']:.0f} s after the rush began. "
        f"Graded when the run ended: {figures['graded']:,} of {figures['to_grade']:,}. One after "
        f"the other, nbgrader's own exchange takes {both['folder']:.0f} submissions a second into "
        f"its folder, and the service {both['service']:.0f}: through the proxy, checked, signed, "
        "and "
        "forced to disk."
    )


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    one, memory, asked = Measured.of(figures), figures["memory_peak_mb"], figures["asked"]
    command, load = figures["command"].partition(" --")[0], figures["load"]
    yield (
        f"Measured by `{command}`: {asked['students']} students and {asked['reviewers']} reviewers "
        f"at work, then {asked['rush']:,} submissions in {asked['rush_seconds']:.0f} s, on "
        f"{figures['processors']} processors (load before the start: {load}):"
    )
    yield ""
    yield "| Part | MB of memory at most |"
    yield "|---|---|"
    for part in ("hub", "proxy", "service", "room", "course lab", "grader"):
        yield f"| {NAMES[part]} | {memory[part]} |"
    yield f"| a student's server in its box, without a kernel | {one.idle_mb:.0f} |"
    yield f"| the same, with a kernel that has loaded pandas, matplotlib | {one.working_mb:.0f} |"
    yield ""
    yield (
        f"A student's server answers {figures['server']['spawn_seconds']} s after the click (one "
        f"at a time). A submission costs {one.road_cpu * 1000:.0f} ms of CPU in hub, proxy and "
        f"service, with all that goes with it, and {one.grading_cpu:.2f} s in the grader."
    )
    yield ""
    yield "With S students, of whom a share *a* works at the same time:"
    yield ""
    yield (
        f"- memory = {one.fixed_mb:.0f} + {one.grader_mb:.0f} (grading) + *a* × S × "
        f"{one.working_mb:.0f} MB. The students' servers are nearly all of it."
    )
    yield f"- hours of one processor to grade a brief = S × {one.grading_cpu:.2f} / 3600"
    yield "- disk = S × briefs × submissions of each × size of one, and S × the quota of a home"
    yield ""
    yield (
        f"| Students | Kind of hub | Memory, *a* = {USUAL} | Memory, *a* = {FULL} | "
        "Grading a brief, one processor | Where the figures come from |"
    )
    yield "|---|---|---|---|---|---|"
    for students in SIZES:
        yield (
            f"| {students:,} | {KINDS[students]} | {one.gigabytes(students, USUAL):,.1f} GB | "
            f"{one.gigabytes(students, FULL):,.1f} GB | {_hours(one.grading_hours(students))} | "
            f"{_source(students, asked)} |"
        )


NAMES = {
    "hub": "the hub",
    "proxy": "the proxy (Python)",
    "service": "the course service",
    "room": "the review room",
    "course lab": "the course's JupyterLab with formgrader",
    "grader": "grading, with all its processes",
}


def _hours(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:.1f} h"


def _source(students: int, asked: dict[str, Any]) -> str:
    if students <= asked["students"]:
        return "services measured; servers: some were measured, the others multiplied"
    if students <= asked["rush_students"]:
        return "rush measured with more students; servers multiplied"
    return "**reckoned, not measured**"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
