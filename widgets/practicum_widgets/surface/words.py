"""The words of a widget in the reader's language: ``words.json`` in the widget's folder.

The file holds one table a language, ``{"en": {"title": "..."}, "de": {...}}``. What a language
does not have is said in English.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

__all__ = ["Words", "words_of"]

Words = dict[str, str]


@cache
def words_of(folder: Path, language: str) -> Words:
    """Return a widget's words, with those that all widgets share."""
    words: Words = {}
    for place in (Path(__file__).parent, folder):
        tables = json.loads((place / "words.json").read_text(encoding="utf-8"))
        words |= (
            tables["en"] | tables.get(language.partition("-")[0], {}) | tables.get(language, {})
        )
    return words
