"""Who wrote it is not told: names, e-mail addresses and ids are taken out of what is shown.

Words that stand in the brief or in the released notebook stay, because everybody was given
them. What is drawn in a picture, and what a student encodes, cannot be found here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from html import unescape

from markupsafe import Markup, escape

from practicum.people import Roster
from practicum.rendering.kept import Kept
from practicum.rendering.pictures import text_in
from practicum.rendering.plain_text import neutral_paths
from practicum.review.names import RUN, Names, Token, composed, words_of

__all__ = ["Blinder", "Blinding"]

NAME, EMAIL = "[name]", "[e-mail]"

_MIN_IN_PICTURE = 5
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?!\w|\()")
_TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
_ATTRIBUTE = re.compile(r'\b(alt|href)="([^"]*)"')
_PICTURE = re.compile(r'\bsrc="(data:image/(?:jpeg|gif);[^"]*)"')
_LEFT_OUT = '<span class="left-out">[a picture was left out]</span>'


class Blinding:
    """What blinding needs to know of a brief, and what it found out once for all submissions.

    Args:
        roster: Everybody.
        given: What everybody was given: the brief's words and the released notebook.

    """

    def __init__(self, roster: Roster, given: str) -> None:
        self.names = Names(roster, given)
        self.given_words = words_of(given)
        self._emails = {found.casefold() for found in _EMAIL.findall(given)}
        # Of what names nobody, how it is shown: most of a page stands on every other one, too.
        self.of_nobody: Kept[str] = Kept()

    def blinder(self, author: str, said: str) -> Blinder:
        """Return what takes names out of one submission.

        Args:
            author: The id of the student who handed in; parts of the own name go, too.
            said: What the student wrote. A part of somebody else's name that it also has in
                small letters ("will", "grace") is taken for a word.

        """
        return Blinder(self, author, said)

    def cleared(self, text: str) -> str:
        """Return a text without paths of a machine, and without addresses but the given ones."""
        clear = neutral_paths(composed(text))
        return _EMAIL.sub(self._email, clear) if "@" in clear else clear

    def _email(self, found: re.Match[str]) -> str:
        return found[0] if found[0].casefold() in self._emails else EMAIL


class Blinder:
    """Takes out of one submission what tells who wrote it, or who else takes part."""

    def __init__(self, blinding: Blinding, author: str, said: str) -> None:
        self._blinding = blinding
        self._written = said
        self._own = blinding.names.own(author)
        self._found_before: dict[str, Sequence[Token]] = {}
        self._asked = 0

    def text(self, text: str) -> str:
        """Return a text without names, addresses, ids, and paths of a machine."""
        return self._once("text", text, self._without_names)

    def html(self, html: Markup) -> Markup:
        """Return inert HTML with blind texts, and without pictures whose bytes hold a name."""
        return Markup(self._once("html", html, self._page))  # noqa: S704 (it was clean before)

    def _once(self, kind: str, text: str, make: Callable[[str], str]) -> str:
        """Return what ``make`` makes of a text; if it names nobody, no other blinder makes it."""
        known = self._blinding.of_nobody.find((kind, text))
        if known is not None:
            return known
        asked = self._asked
        made = make(text)
        if self._asked == asked:
            self._blinding.of_nobody.keep((kind, text), made)
        return made

    def _page(self, html: str) -> str:
        pieces = _TAG.split(html)
        for place, piece in enumerate(pieces):
            if place % 2:
                pieces[place] = self._tag(piece)
            elif piece:
                pieces[place] = self._between(piece)
        return "".join(pieces)

    def _between(self, escaped: str) -> str:
        return self._once("piece", escaped, self._piece)

    def _piece(self, escaped: str) -> str:
        before = unescape(escaped)
        after = self._without_names(before)
        return escaped if after == before else str(escape(after))

    def _tag(self, tag: str) -> str:
        if 'src="' not in tag and 'alt="' not in tag and 'href="' not in tag:
            return tag
        picture = _PICTURE.search(tag)
        if picture is not None:
            found = self._found(text_in(picture[1]))
            if any(stop - start >= _MIN_IN_PICTURE for start, stop in found):
                return _LEFT_OUT
        return _ATTRIBUTE.sub(lambda found: f'{found[1]}="{self._between(found[2])}"', tag)

    def _without_names(self, text: str) -> str:
        text = self._blinding.cleared(text)
        pieces: list[str] = []
        end = 0
        for start, stop in self._found(text):
            pieces += [text[end:start], NAME]
            end = stop
        return "".join([*pieces, text[end:]]) if pieces else text

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where a name begins and ends; the time does not grow with the roster."""
        end = 0
        for run in RUN.finditer(text):
            if run.start() < end:
                continue
            for token in self._tokens(run[0].casefold()):
                hit = token.match(text, run.start())
                if hit is not None:
                    end = hit.end()
                    yield run.start(), end
                    break

    def _tokens(self, run: str) -> Sequence[Token]:
        """Return what begins with ``run`` and is somebody's name, the longest first."""
        names = self._blinding.names
        if run not in names.runs:
            return ()
        self._asked += 1  # from here on it depends on who wrote the text
        tokens = self._found_before.get(run)
        if tokens is None:
            tokens = names.others(run, self._said)
            own = self._own.get(run)
            if own:
                tokens = sorted({*tokens, *own}, reverse=True)
            self._found_before[run] = tokens
        return tokens

    @cached_property
    def _said(self) -> set[str]:
        return self._blinding.given_words | words_of(self._written)
