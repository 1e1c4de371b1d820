"""The texts of new files, filled in. Each lies in ``templates/`` under its own name."""

from __future__ import annotations

import importlib.resources
import json
from string import Template

__all__ = ["filled", "quoted"]


def filled(template: str, **values: object) -> str:
    """Return the template of that name with its ``$names`` replaced."""
    place = importlib.resources.files("practicum") / "course_init" / "templates" / template
    return Template(place.read_text(encoding="utf-8")).substitute(values)


def quoted(text: str) -> str:
    """Return text as YAML reads it back, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)
