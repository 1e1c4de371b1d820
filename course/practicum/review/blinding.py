"""Who wrote it is not told: names, e-mail addresses and ids are taken out of what is shown.

Words that stand in the brief or in the released notebook stay, because everybody was given
them. What is drawn in a picture, and what a student encodes, cannot be found here.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, total_ordering
from html import unescape

from markupsafe import Markup, escape

from practicum.people import Instructor, Reviewer, Roster, Student
from practicum.rendering.pictures import text_in
from practicum.rendering.plain_text import neutral_paths

__all__ = ["Blinder"]

NAME, EMAIL = "[name]", "[e-mail]"

_MIN_TOKEN = 3
_MIN_IN_PICTURE = 5
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"[^\W\d_]+|\d+")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?!\w|\()")
_TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
_ATTRIBUTE = re.compile(r'\b(alt|href)="([^"]*)"')
_PICTURE = re.compile(r'\bsrc="(data:image/(?:jpeg|gif);[^"]*)"')
_LEFT_OUT = '<span class="left-out">[a picture was left out]</span>'
_CODE = frozenset(keyword.kwlist) | frozenset(dir(builtins))

Person = Student | Instructor | Reviewer


@total_ordering
class _Token:
    """A text that tells who somebody is, and the pattern that finds it."""

    def __init__(self, text: str, pattern: str = "", flags: int = re.IGNORECASE) -> None:
        self.text = text
        self.pattern = _compiled(pattern or re.escape(text), flags)

    def _key(self) -> tuple[int, str, str, int]:
        return (len(self.text), self.text, self.pattern.pattern, self.pattern.flags)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Token) and self._key() == other._key()

    def __lt__(self, other: _Token) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@cache
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """Keep the patterns: they are the same for each submission of a brief."""
    return re.compile(_bounded(pattern), flags)


class Blinder:
    """Takes out of one submission what tells who wrote it, or who else takes part.

    Args:
        roster: Everybody.
        author: The id of the student who handed in; parts of the own name go, too.
        given: What everybody was given: the brief's words and the released notebook.
        said: What the student wrote. A part of somebody else's name that it also has in
            small letters ("will", "grace") is taken for a word.

    """

    def __init__(self, roster: Roster, author: str, *, given: str, said: str) -> None:
        self._given = set(_WORD.findall(_folded(given)))
        self._emails = {found.casefold() for found in _EMAIL.findall(given)}
        self._said = set(_WORD.findall(_composed(given + "\n" + said)))
        people: tuple[Person, ...] = (*roster.students, *roster.instructors, *roster.reviewers)
        tokens: set[_Token] = set()
        for person in people:
            tokens.update(self._tokens(person, author), self._parts(person, author))
        self._index: dict[str, list[_Token]] = {}
        for token in sorted(tokens, reverse=True):  # the longest first
            self._index.setdefault(_RUN.findall(token.text)[0].casefold(), []).append(token)

    def text(self, text: str) -> str:
        """Return a text without names, addresses, ids, and paths of a machine."""
        clear = neutral_paths(_composed(text))
        clear = _EMAIL.sub(self._email, clear)
        pieces: list[str] = []
        end = 0
        for start, stop in self._found(clear):
            pieces += [clear[end:start], NAME]
            end = stop
        return "".join([*pieces, clear[end:]])

    def html(self, html: Markup) -> Markup:
        """Return inert HTML with blind texts, and without pictures whose bytes hold a name."""
        pieces = _TAG.split(html)
        for place, piece in enumerate(pieces):
            change: Callable[[str], str] = self._tag if place % 2 else self._between
            pieces[place] = change(piece)
        return Markup("".join(pieces))  # noqa: S704 (texts are escaped again, tags were clean)

    def _between(self, escaped: str) -> str:
        before = unescape(escaped)
        after = self.text(before)
        return escaped if after == before else str(escape(after))

    def _tag(self, tag: str) -> str:
        picture = _PICTURE.search(tag)
        if picture is not None:
            found = self._found(text_in(picture[1]))
            if any(stop - start >= _MIN_IN_PICTURE for start, stop in found):
                return _LEFT_OUT
        return _ATTRIBUTE.sub(lambda found: f'{found[1]}="{self._between(found[2])}"', tag)

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where a name begins and ends; the time does not grow with the roster."""
        end = 0
        for run in _RUN.finditer(text):
            if run.start() < end:
                continue
            for token in self._index.get(run[0].casefold(), ()):
                hit = token.pattern.match(text, run.start())
                if hit is not None:
                    end = hit.end()
                    yield run.start(), end
                    break

    def _email(self, found: re.Match[str]) -> str:
        return found[0] if found[0].casefold() in self._emails else EMAIL

    def _tokens(self, person: Person, author: str) -> Iterator[_Token]:
        """Yield what stands for a person as a whole, in any case."""
        least = 2 if person.id == author else _MIN_TOKEN
        for form in _forms(person.name):
            words = _WORD.findall(form)
            if len(words) > 1 and (isinstance(person, Student) or not self._is_given(form)):
                for order in (words, [words[-1], *words[:-1]]):
                    yield _Token(" ".join(order), r"[\W_]{1,3}".join(map(re.escape, order)))
                    yield _Token("".join(order))
        for token in (person.id, getattr(person, "lms_id", None)):
            if token and len(token) >= least and token not in _CODE and not self._is_given(token):
                yield _Token(token)
        if person.email:
            yield _Token(person.email)

    def _parts(self, person: Person, author: str) -> Iterator[_Token]:
        """Yield the parts of a name as they are written in running text."""
        own = person.id == author
        for form in _forms(person.name):
            for part in _WORD.findall(form):
                if len(part) < (2 if own else _MIN_TOKEN) or self._is_given(part):
                    continue
                if own or part.lower() not in self._said:
                    yield _Token(part, flags=0)
                    yield _Token(part.upper(), flags=0)

    def _is_given(self, text: str) -> bool:
        return all(word in self._given for word in _WORD.findall(_folded(text)))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_INVISIBLE)


def _folded(text: str) -> str:
    return _composed(text).casefold()


def _forms(name: str) -> tuple[str, ...]:
    """Return a name as it is written, and without accents."""
    written = _composed(name)
    letters = unicodedata.normalize("NFD", written)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return (written,) if bare == written else (written, bare)


def _bounded(pattern: str) -> str:
    """Let a pattern match whole words only; an underscore parts words, and so does a digit."""
    # What begins with a digit is a number, which must not be found within another one.
    digits_before = r"(?<![^\W_])" if pattern[:1].isdigit() else r"(?<![^\W\d_])"
    digits_after = r"(?![^\W_])" if pattern[-1:].isdigit() else r"(?![^\W\d_])"
    return f"{digits_before}{pattern}{digits_after}"
