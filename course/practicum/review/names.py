"""How people may be called: what in a text tells that somebody of the course is meant."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from practicum.people import Instructor, Reviewer, Roster, Student

__all__ = ["RUN", "Names", "Token", "composed", "words_of"]

RUN = re.compile(r"[^\W\d_]+|\d+")
"""Letters or digits in a row; every name begins with one."""

_MIN_TOKEN = 3
_MIN_OWN = 2
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_WORD = re.compile(r"[^\W_]+")
_CODE = frozenset(keyword.kwlist) | frozenset(dir(builtins))

Person = Student | Instructor | Reviewer


class Token(NamedTuple):
    """A text that tells who somebody is, and the pattern that finds it; the longest is largest."""

    length: int
    text: str
    pattern: str
    flags: int

    def match(self, text: str, place: int) -> re.Match[str] | None:
        """Return where the token stands, if it begins at a place of a text."""
        return _compiled(self.pattern, self.flags).match(text, place)


class Names:
    """What everybody of a roster is called; it is the same for all submissions of a brief.

    ``runs`` are the beginnings of all that anybody is called: a text in which none of them
    stands names nobody, whoever wrote it.

    Args:
        roster: Everybody.
        given: What everybody was given: the brief's words and the released notebook. Names
            in it are no secret.

    """

    def __init__(self, roster: Roster, given: str) -> None:
        self._given = _folded_words(given)
        self._own: dict[str, dict[str, set[Token]]] = {}
        self.runs: set[str] = set()
        sources: dict[str, dict[Token, set[str]]] = {}
        people: tuple[Person, ...] = (*roster.students, *roster.instructors, *roster.reviewers)
        for person in people:
            for token, word in self._of_another(person):
                sources.setdefault(_begin(token), {}).setdefault(token, set()).add(word)
            own = self._own.setdefault(person.id, {})
            for token in self._of_the_author(person):
                own.setdefault(_begin(token), set()).add(token)
            self.runs.update(own)
        self.runs.update(sources)
        self._others = {run: sorted(there.items(), reverse=True) for run, there in sources.items()}

    def own(self, author: str) -> Mapping[str, set[Token]]:
        """Return by their beginnings what the author is called, parts of the name included."""
        return self._own.get(author, {})

    def others(self, run: str, said: set[str]) -> list[Token]:
        """Return, the longest first, what begins with ``run`` and stands for somebody.

        A part of a name counts only where it is not, in small letters, one of the words that
        were ``said``.
        """
        found = self._others.get(run, ())
        return [token for token, words in found if "" in words or not words <= said]

    def _of_the_author(self, person: Person) -> Iterator[Token]:
        yield from self._wholes(person, _MIN_OWN)
        for part in self._parts(person, _MIN_OWN):
            yield from _in_text(part)

    def _of_another(self, person: Person) -> Iterator[tuple[Token, str]]:
        """Yield what stands for a person, and the word that it may be; "" for none."""
        for token in self._wholes(person, _MIN_TOKEN):
            yield token, ""
        for part in self._parts(person, _MIN_TOKEN):
            for token in _in_text(part):
                yield token, part.lower()

    def _wholes(self, person: Person, least: int) -> Iterator[Token]:
        """Yield what stands for a person as a whole, in any case."""
        for form in _forms(person.name):
            words = _WORD.findall(form)
            if len(words) > 1 and (isinstance(person, Student) or not self._is_given(form)):
                for order in (words, [words[-1], *words[:-1]]):
                    yield _token(" ".join(order), r"[\W_]{1,3}".join(map(re.escape, order)))
                    yield _token("".join(order))
        for token in (person.id, getattr(person, "lms_id", None)):
            if token and len(token) >= least and token not in _CODE and not self._is_given(token):
                yield _token(token)
        if person.email:
            yield _token(person.email)

    def _parts(self, person: Person, least: int) -> Iterator[str]:
        """Yield the parts of a name."""
        for form in _forms(person.name):
            for part in _WORD.findall(form):
                if len(part) >= least and not self._is_given(part):
                    yield part

    def _is_given(self, text: str) -> bool:
        return _folded_words(text) <= self._given


def composed(text: str) -> str:
    """Return a text without invisible characters, its accents put together with their letters."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).translate(_INVISIBLE)


def words_of(text: str) -> set[str]:
    """Return the words of a text, numbers too."""
    return set(_WORD.findall(composed(text)))


def _folded_words(text: str) -> set[str]:
    return set(_WORD.findall(composed(text).casefold()))


def _begin(token: Token) -> str:
    first: str = RUN.findall(token.text)[0]
    return first.casefold()


def _in_text(part: str) -> Iterator[Token]:
    """Yield a part of a name as it is written in running text."""
    yield _token(part, flags=0)
    yield _token(part.upper(), flags=0)


def _token(text: str, pattern: str = "", flags: int = re.IGNORECASE) -> Token:
    return Token(len(text), text, _bounded(pattern or re.escape(text)), int(flags))


@cache
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """Compile a pattern when a text has its beginning: most names of a roster never occur."""
    return re.compile(pattern, flags)


def _forms(name: str) -> tuple[str, ...]:
    """Return a name as it is written, and without accents."""
    written = composed(name)
    letters = unicodedata.normalize("NFD", written)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return (written,) if bare == written else (written, bare)


def _bounded(pattern: str) -> str:
    """Let a pattern match whole words only; an underscore parts words, and so does a digit."""
    # What begins with a digit is a number, which must not be found within another one.
    digits_before = r"(?<![^\W_])" if pattern[:1].isdigit() else r"(?<![^\W\d_])"
    digits_after = r"(?![^\W_])" if pattern[-1:].isdigit() else r"(?![^\W\d_])"
    return f"{digits_before}{pattern}{digits_after}"
