"""The catalogue as plain HTML."""

from __future__ import annotations

from typing import Any

from practicum_widgets.surface import Node, Words, h

__all__ = ["catalogue_twin"]


def catalogue_twin(words: Words, catalogue: dict[str, Any] | None) -> Node | None:
    """Return the course's briefs as a table; None where there is no service."""
    if catalogue is None:
        return None
    offers = catalogue["offers"]
    names = ("brief", "topics", "hours", "pay", "place", "due", "state")
    rows = [
        h(
            "tr",
            h("td", f"{one['title']} ({one['employer']})"),
            h("td", ", ".join(one["topics"])),
            h("td", f"{one['hours']:g}"),
            h("td", words[f"pay_{one['pay']['kind']}"].format(**one["pay"])),
            h("td", words[f"location_{one['location']}"]),
            h("td", one["due"][:16].replace("T", " ") or "–"),
            h("td", _state(words, one)),
        )
        for one in offers
    ]
    heads = h("tr", *[h("th", words[name], scope="col") for name in names])
    trouble = catalogue["trouble"]
    empty = None if offers or trouble else h("p", words["no_offers"])
    return h(
        "div",
        h("h4", words["catalogue"]),
        h("p", trouble) if trouble else None,
        h("p", catalogue["everybody"]) if catalogue["everybody"] else None,
        h("table", heads, *rows) if offers else empty,
    )


def _state(words: Words, one: dict[str, Any]) -> str:
    state = one["state"] or ("works" if one["placed"] else "open")
    said = words[f"state_{state}"].format(at=one["at"][:10])
    return f"{said} {one['words']}".strip() if one["state"] else said
