"""The board, the clock, the log and the hours left as plain HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from practicum_widgets.surface import Node, h

__all__ = ["board_as_html"]

Said = Mapping[str, str]
View = Mapping[str, Any]


def board_as_html(words: Said, view: View, zone: str) -> Node:
    """Return what the widget shows as tables; times are those of the course's zone."""

    def local(at: str, form: str = "%Y-%m-%d %H:%M") -> str:
        return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).strftime(form) if at else ""

    return h(
        "section",
        h("h3", words["title"]),
        *[h("p", words[key].format(what=what)) for key, what in view["warnings"]],
        _board(words, view, lambda at: local(at, "%Y-%m-%d")),
        h("p", words["whole"].format(logged=f"{view['logged']:g}", hours=f"{view['hours']:g}")),
        h("p", view["planned_otherwise"]) if view["planned_otherwise"] else None,
        h("p", words["running_since"].format(at=local(view["timer"]["begin"])))
        if view["timer"]
        else None,
        *_log(words, view, local),
        *_figures(words, view, local),
        h("p", words["zone"].format(zone=zone)),
    )


def _board(words: Said, view: View, local: Callable[[str], str]) -> Node:
    lines = [
        (
            row["title"],
            words[f"state_{row['state']}"],
            local(row["due"]),
            f"{row['planned']:g}",
            f"{row['logged']:g}",
        )
        for row in view["rows"]
    ]
    return _table(words, ("milestone", "state", "until", "planned", "logged"), lines)


def _log(words: Said, view: View, local: Callable[[str], str]) -> list[Node]:
    titles = {row["id"]: row["title"] for row in view["rows"]}
    lines = [
        (
            local(entry["begin"]),
            str(entry["minutes"]),
            titles.get(entry["milestone"], words["other"]),
            entry["note"],
        )
        for entry in view["time"]
    ]
    title = h("h4", words["entries"].format(n=len(lines)))
    if not lines:
        return [title, h("p", words["no_entries"])]
    return [title, _table(words, ("day", "minutes", "milestone", "note"), lines)]


def _figures(words: Said, view: View, local: Callable[[str], str]) -> list[Node]:
    lines = [
        (local(point["at"]), f"{point['left']:g}", f"{point['plan']:g}") for point in view["points"]
    ]
    if not lines:
        return []
    told = h("p", view["picture"])
    return [h("h4", words["picture"]), told, _table(words, ("at", "left", "plan"), lines)]


def _table(words: Said, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> Node:
    return h(
        "table",
        h("tr", *[h("th", words[name], scope="col") for name in heads]),
        *[h("tr", *[h("td", cell) for cell in line]) for line in lines],
    )
