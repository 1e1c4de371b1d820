"""What came of a hand-in as plain HTML."""

from __future__ import annotations

from typing import Any

from practicum_widgets.hand_in.telling import sentence
from practicum_widgets.surface import Node, Words, h

__all__ = ["outcome_twin"]


def outcome_twin(words: Words, outcome: dict[str, Any] | None) -> Node | None:
    """Return what came of the newest hand-in; None where no service tells."""
    if outcome is None or not outcome["state"]:
        return None
    told = [sentence(words, key, about) for key, about in _outcome_lines(outcome)]
    tests = [
        h("li", h("code", test["cell"]), f": {words['test_' + test['outcome']]}")
        for test in outcome["tests"]
    ]
    return h(
        "div",
        h("h4", words["outcome"]),
        *[h("p", line) for line in told],
        h("ul", *tests) if tests else None,
    )


def _outcome_lines(outcome: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    at = outcome["at"][:19].replace("T", " ")
    lines = [("arrived", {"at": f"{at} UTC", "number": outcome["number"]})] if at else []
    lines.append((f"outcome_{_standing(outcome)}", {}))
    if outcome["state"] == "graded":
        about = {"passed": str(outcome["passed"]), "all": str(len(outcome["tests"]))}
        lines += [("outcome_tests", about)] if outcome["tests"] else []
        lines += [("outcome_later", {"n": outcome["later"]})] if outcome["later"] else []
    if outcome["command"]:
        lines.append(("check_receipt", outcome))
    return lines


def _standing(outcome: dict[str, Any]) -> str:
    if outcome["old"]:
        return "old" if outcome["tests"] else "nothing"
    return "none" if outcome["state"] == "nothing" else str(outcome["state"])
