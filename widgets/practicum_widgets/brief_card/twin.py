"""The brief as plain HTML: all that the card shows, with nothing folded away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from practicum.briefs import Brief
from practicum_widgets.desk import Desk
from practicum_widgets.surface import Node, h

__all__ = ["brief_as_html"]

Said = Mapping[str, str]


def brief_as_html(desk: Desk, words: Said, view: Mapping[str, Any]) -> Node:
    """Return the brief as a section of headings, lists and tables."""
    brief = desk.brief
    return h(
        "section",
        h("h3", brief.title),
        h("p", h("strong", brief.employer.name), f" – {words['sample']}" if brief.sample else None),
        h("p", h("strong", brief.question)),
        _facts(words, _first(desk, words, view)),
        h("h4", words["deliverables"]),
        _deliverables(brief, words, view["criterion_titles"]),
        h("h4", words["about"]),
        *_texts([brief.employer.about, *view["situation"]]),
        h("h4", words["scope"]),
        *_texts(view["scope"]),
        h("h4", words["milestones"]),
        _milestones(brief, words),
        h("h4", words["people"]),
        _facts(words, _people(brief, words)),
        h("h4", words["terms"]),
        _facts(words, _terms(brief, words, view)),
        *_data(brief, words),
        h("h4", words["rubric"]),
        *_rubric(words, view["criteria"]),
    )


def _first(desk: Desk, words: Said, view: Mapping[str, Any]) -> dict[str, str]:
    due, zone = desk.terms.due, desk.terms.timezone
    at = f"{due.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if due else ""
    return {
        "due": words["due_course"].format(at=at, zone=zone) if due else words["no_due"],
        "hours": view["hours"],
        "pay": view["pay"],
    }


def _people(brief: Brief, words: Said) -> dict[str, str]:
    people, support = brief.people, brief.support
    return {
        name: f"{person.name}, {person.role}, {person.email}"
        for name, person in (("supervisor", people.supervisor), ("champion", people.champion))
    } | {
        "kick_off": support.kick_off,
        "check_in": support.check_in,
        "contact": f"{support.contact} {words['responds'].format(n=support.response_days)}",
    }


def _terms(brief: Brief, words: Said, view: Mapping[str, Any]) -> dict[str, str]:
    return {
        "ip": brief.legal.ip,
        "confidentiality": words[f"confidentiality_{brief.legal.confidentiality}"],
        "portfolio": view["portfolio"],
        "alternative": brief.legal.alternative_brief or "",
        "ai": brief.ai_policy.text,
    }


def _deliverables(brief: Brief, words: Said, titles: Said) -> Node:
    return h(
        "ul",
        *[
            h(
                "li",
                h("strong", entry.title),
                h("br"),
                words["accepted"].format(rule=entry.acceptance),
                h("br"),
                words["judged_by"].format(
                    names=", ".join(titles.get(c, c) for c in entry.criteria)
                ),
            )
            for entry in brief.deliverables
        ],
    )


def _milestones(brief: Brief, words: Said) -> Node:
    lines = [
        f"{entry.title} – {entry.hours:g} h, {words['on_day'].format(n=entry.due_day)}"
        for entry in brief.milestones
    ]
    return h("ul", *[h("li", line) for line in lines])


def _data(brief: Brief, words: Said) -> list[Node]:
    if not brief.data:
        return []
    lines = [f"{file.file}: {file.title}. {file.source} ({file.licence})" for file in brief.data]
    return [h("h4", words["data"]), h("ul", *[h("li", line) for line in lines])]


def _rubric(words: Said, criteria: Iterable[Mapping[str, Any]]) -> list[Node]:
    found = []
    for entry in criteria:
        found += [
            h("p", h("strong", entry["title"]), f": {entry['question']}"),
            h("ul", *[h("li", f"{level}: {text}") for level, text in entry["levels"]]),
        ]
    return found or [h("p", words["no_rubric"])]


def _texts(lines: Iterable[str]) -> list[Node]:
    return [h("p", line) for line in lines]


def _facts(words: Said, facts: Mapping[str, str]) -> Node:
    """Return a table of what has a value."""
    rows = [(words[name], value) for name, value in facts.items() if value]
    return h(
        "table", *[h("tr", h("th", name, scope="row"), h("td", value)) for name, value in rows]
    )
