"""A check and receipts as plain data for the page, and as plain HTML for its twin."""

from __future__ import annotations

import re
from typing import Any

from practicum.internship import HandIn, Internship
from practicum_widgets.desk import Desk
from practicum_widgets.hand_in.checking import Check, digest_of
from practicum_widgets.hand_in.copies import changed_cells
from practicum_widgets.hand_in.findings import Finding, in_the_file
from practicum_widgets.hand_in.packing import changes_between
from practicum_widgets.surface import Node, Words, h

__all__ = ["check_seen", "check_twin", "receipts_seen", "receipts_twin", "sentence"]


def sentence(words: Words, key: str, values: dict[str, Any]) -> str:
    """Return a sentence of the words, with values in the places of their names."""
    given = {"heading": words["top"], **{name: value for name, value in values.items() if value}}
    return re.sub(
        r"\{(\w+)\}", lambda match: str(given.get(match[1], values.get(match[1], ""))), words[key]
    )


def check_seen(
    desk: Desk, words: Words, checked: Check | None, internship: Internship
) -> dict[str, Any] | None:
    """Return a check as plain data; ``outdated`` where the notebook was saved anew since."""
    if checked is None:
        return None
    return {
        "at": checked.at.isoformat(),
        "tests": checked.tests,
        "passed": checked.passed,
        "outdated": _is_outdated(desk, checked),
        "findings": [
            [f.key, f.grave, f.about | {"heading": f.about.get("heading") or words["top"]}]
            for f in _all_findings(desk, checked, internship)
        ],
    }


def check_twin(
    desk: Desk, words: Words, checked: Check | None, internship: Internship
) -> Node | None:
    """Return a check as plain HTML: all that the page says of it, as lists."""
    if checked is None:
        return None
    findings, outdated = _all_findings(desk, checked, internship), _is_outdated(desk, checked)
    about = {"at": f"{checked.at:%Y-%m-%d %H:%M %Z}", "passed": checked.passed}
    said = sentence(words, "result", about | {"tests": checked.tests})
    return h(
        "div",
        h("p", said),
        h("p", words["outdated"]) if outdated else None,
        _listed(words, "grave", [entry for entry in findings if entry.grave]),
        _listed(words, "reminders", [entry for entry in findings if not entry.grave]),
        None if findings or outdated else h("p", words["all_well"]),
    )


def _all_findings(desk: Desk, checked: Check, internship: Internship) -> list[Finding]:
    """Return what the check found, and what the student's own file reminds of now.

    The file is looked at each time: a reminder goes when it is done, without another check.
    """
    return [*checked.findings, *in_the_file(desk, internship)]


def _is_outdated(desk: Desk, checked: Check) -> bool:
    return checked.notebook != digest_of(desk)


def _listed(words: Words, title: str, findings: list[Finding]) -> Node | None:
    if not findings:
        return None
    items = [h("li", sentence(words, entry.key, entry.about)) for entry in findings]
    return h("div", h("h4", words[title]), h("ul", *items))


def receipts_seen(desk: Desk, internship: Internship) -> list[dict[str, Any]]:
    """Return the receipts as plain data, newest first, each with what changed since the one before.

    How many cells changed is told of the newest one, whose copies are at hand.
    """
    receipts = _in_order(internship)
    shown: list[dict[str, Any]] = []
    for before, entry in zip([None, *receipts], receipts, strict=False):
        newest = before is not None and entry is receipts[-1]
        known = before is not None and bool(before.files) and bool(entry.files)
        shown.append(
            entry.model_dump(mode="json", exclude={"files"})
            | {
                "count": len(entry.files),
                "known": known,
                "changes": changes_between(before, entry),
                "cells": changed_cells(desk, before, entry) if before and newest else None,
            }
        )
    return shown[::-1]


def receipts_twin(words: Words, internship: Internship) -> Node:
    """Return the receipts as a table, newest first."""
    receipts = _in_order(internship)
    if not receipts:
        return h("p", words["no_receipts"])
    rows = [
        h(
            "tr",
            h("td", f"{entry.at:%Y-%m-%d %H:%M:%S %Z}"),
            h("td", f"{words[f'by_{entry.way}']}: {entry.place}".removesuffix(": ")),
            h("td", str(len(entry.files) or "–"), h("br"), *_changes(words, before, entry)),
            h("td", h("code", entry.sha256)),
        )
        for before, entry in zip([None, *receipts], receipts, strict=False)
    ]
    heads = [h("th", words[name], scope="col") for name in ("when", "way", "what", "digest")]
    return h("table", h("tr", *heads), *rows[::-1])


def _changes(words: Words, before: HandIn | None, entry: HandIn) -> list[str]:
    changes = changes_between(before, entry)
    return [
        sentence(words, key, {"names": ", ".join(names)}) + " "
        for key, names in changes.items()
        if names
    ]


def _in_order(internship: Internship) -> list[HandIn]:
    return sorted(internship.hand_ins, key=lambda entry: entry.at)
