"""From a kernel's messages to a notebook's outputs, as nbclient and nbgrader would write them.

Everything in the messages is a student's: what is not of the form that a notebook demands is
left out, and every part is capped.
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["MAX_OUTPUT_CHARACTERS", "Outputs", "error_output"]

MAX_OUTPUT_CHARACTERS = 100_000
MAX_PICTURE_CHARACTERS = 5_000_000
MAX_OUTPUTS = 1000
MAX_CELL_CHARACTERS = 20_000_000
MAX_NOTEBOOK_CHARACTERS = 60_000_000
LEFT_OUT = "... further output left out: there was too much ...\n"
MAX_LINES = 1000
MAX_TRACEBACK = 100
TRUNCATED = "... Output truncated ..."
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

Cell = dict[str, Any]
Output = dict[str, Any]


class Outputs:
    """Writes what a kernel sends into the cells of a notebook."""

    def __init__(self, cells: list[Cell]) -> None:
        """Begin with a notebook's cells; their outputs are written in place."""
        self._cells = cells
        self._shown: dict[str, list[Output]] = {}
        self._clear_next = False
        self._size = self._cell_size = 0
        self._widgets: dict[str, dict[str, Any]] = {}

    def begin(self, index: int) -> None:
        """Empty a cell that is about to run."""
        self._cells[index]["outputs"] = []
        self._clear_next, self._cell_size = False, 0

    def take(self, index: int, kind: str, content: dict[str, Any]) -> None:
        """Take a message that belongs to the cell at ``index``."""
        cell = self._cells[index]
        count = content.get("execution_count")
        if isinstance(count, int) and not isinstance(count, bool):
            cell["execution_count"] = count
        if kind == "clear_output":
            self._clear_next = bool(content.get("wait"))
            if not self._clear_next:
                self._clear(cell)
        elif kind in ("comm_open", "comm_msg"):
            self._take_widget(content)
        elif kind in ("stream", "error", "execute_result", "display_data"):
            self._add(cell, kind, content)
        elif kind == "update_display_data" and (output := _shown_output(kind, content)):
            self._update(content, output)

    def end(self, index: int, reply: dict[str, Any]) -> None:
        """Finish a cell with the kernel's reply: an error that was not shown is shown."""
        cell = self._cells[index]
        if reply.get("status") == "error":
            name = _text(reply.get("ename"))
            shown = {o["ename"] for o in cell["outputs"] if o["output_type"] == "error"}
            if name not in shown:
                traceback = _lines(reply.get("traceback")) or [
                    "ERROR: An error occurred while showtraceback was disabled"
                ]
                cell["outputs"].append(error_output(name, _text(reply.get("evalue")), traceback))
        # In place: an output that is shown later may still be updated.
        cell["outputs"][:] = _limited(cell["outputs"])

    @property
    def widgets(self) -> dict[str, Any]:
        """The state of all widgets, as a notebook's metadata hold it; empty without any."""
        state = {
            name: {
                "model_name": value.get("_model_name"),
                "model_module": value.get("_model_module"),
                "model_module_version": value.get("_model_module_version"),
                "state": value,
            }
            for name, value in self._widgets.items()
            if "_model_name" in value
        }
        if not state:
            return {}
        return {WIDGET_STATE: {"state": state, "version_major": 2, "version_minor": 0}}

    def _add(self, cell: Cell, kind: str, content: dict[str, Any]) -> None:
        output = _shown_output(kind, content)
        if output is None or not self._has_room(cell, output):
            return
        if self._clear_next:
            self._clear(cell)
            self._clear_next = False
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        if isinstance(name, str):
            self._update(content, output)
            self._shown.setdefault(name, []).append(output)
        last = cell["outputs"][-1] if cell["outputs"] else None
        if kind == "stream" and last is not None and last.get("name") == output["name"]:
            # The kernel sends a long text in pieces; a notebook holds it in one.
            if len(last["text"]) <= MAX_OUTPUT_CHARACTERS:
                last["text"] += output["text"]
        elif len(cell["outputs"]) < MAX_OUTPUTS:
            cell["outputs"].append(output)

    def _has_room(self, cell: Cell, output: Output) -> bool:
        """Count an output; say once in the cell that what follows is too much."""
        size = _size(output)
        self._size += size
        self._cell_size += size
        if self._cell_size <= MAX_CELL_CHARACTERS and self._size <= MAX_NOTEBOOK_CHARACTERS:
            return True
        if not any(shown.get("text") == LEFT_OUT for shown in cell["outputs"][-1:]):
            cell["outputs"].append({"output_type": "stream", "name": "stdout", "text": LEFT_OUT})
        self._size -= size
        return False

    def _update(self, content: dict[str, Any], output: Output) -> None:
        transient = content.get("transient")
        name = transient.get("display_id") if isinstance(transient, dict) else None
        for shown in self._shown.get(name, ()) if isinstance(name, str) else ():
            shown["data"], shown["metadata"] = output["data"], output["metadata"]

    def _clear(self, cell: Cell) -> None:
        gone = {id(output) for output in cell["outputs"]}
        for name, outputs in self._shown.items():
            self._shown[name] = [output for output in outputs if id(output) not in gone]
        cell["outputs"].clear()

    def _take_widget(self, content: dict[str, Any]) -> None:
        data, name = content.get("data"), content.get("comm_id")
        if isinstance(data, dict) and isinstance(name, str) and len(self._widgets) < MAX_OUTPUTS:
            state = data.get("state")
            if isinstance(state, dict) and len(json.dumps(state)) <= MAX_OUTPUT_CHARACTERS:
                self._widgets.setdefault(name, {}).update(state)


def error_output(name: str, value: str, traceback: list[str]) -> Output:
    """Return an error as a notebook holds it."""
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": traceback}


def _shown_output(kind: str, content: dict[str, Any]) -> Output | None:
    """Return an output of exactly the form that nbformat demands, or None."""
    if kind == "stream":
        name = content.get("name")
        if name not in ("stdout", "stderr"):
            return None
        return {"output_type": "stream", "name": name, "text": _text(content.get("text"))}
    if kind == "error":
        lines = _lines(content.get("traceback"))
        return error_output(_text(content.get("ename")), _text(content.get("evalue")), lines)
    metadata = content.get("metadata")
    output: Output = {
        "output_type": "execute_result" if kind == "execute_result" else "display_data",
        "data": _bundle(content.get("data")),
        "metadata": metadata if isinstance(metadata, dict) and _is_small(metadata) else {},
    }
    if kind == "execute_result":
        count = content.get("execution_count")
        output["execution_count"] = count if isinstance(count, int) else None
    return output


def _size(output: Output) -> int:
    """Return about how many characters an output takes."""
    if "text" in output:
        return len(output["text"])
    if "traceback" in output:
        return sum(map(len, output["traceback"]))
    return sum(
        len(value if isinstance(value, str) else json.dumps(value))
        for value in output["data"].values()
    )


def _bundle(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        return {}
    bundle: dict[str, Any] = {}
    for kind, value in list(data.items())[:50]:
        if kind.startswith("image/") or not isinstance(value, str):
            large = not _is_small(value, MAX_PICTURE_CHARACTERS)
            if large:
                bundle.setdefault("text/plain", f"... {kind[:50]} left out: too large ...")
            elif isinstance(value, str) or kind.endswith("json"):
                bundle[kind] = value
            elif isinstance(value, list):
                bundle[kind] = _lines(value)
        else:
            bundle[kind] = _short(value)
    return bundle


def _is_small(value: object, characters: int = MAX_OUTPUT_CHARACTERS) -> bool:
    size = len(value) if isinstance(value, str) else len(json.dumps(value))
    return size <= characters


def _text(value: object) -> str:
    return _short(value) if isinstance(value, str) else ""


def _lines(value: object) -> list[str]:
    if not isinstance(value, list):
        return []
    return [_short(line) for line in value if isinstance(line, str)][: 10 * MAX_TRACEBACK]


def _short(text: str) -> str:
    if len(text) <= MAX_OUTPUT_CHARACTERS:
        return text
    return f"{text[:MAX_OUTPUT_CHARACTERS]}\n{TRUNCATED}"


def _limited(outputs: list[Output]) -> list[Output]:
    """Shorten long outputs as nbgrader's LimitOutput does, and single long lines besides."""
    kept, length = [], 0
    for output in outputs:
        if output["output_type"] == "stream":
            if length == MAX_LINES:
                continue
            lines = _short(output["text"]).split("\n")
            if len(lines) + length > MAX_LINES:
                lines = [*lines[: MAX_LINES - length - 1], TRUNCATED]
            length += len(lines)
            output["text"] = "\n".join(lines)
        elif output["output_type"] == "error" and len(output["traceback"]) > MAX_TRACEBACK:
            start = MAX_TRACEBACK // 2
            end = MAX_TRACEBACK - start - 1
            lines = output["traceback"]
            note = "... Traceback truncated ..."
            output["traceback"] = [*lines[:start], note, *lines[-end:]]
        kept.append(output)
    return kept
