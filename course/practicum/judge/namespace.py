"""The judge's names: a test's own, the course's, and the student's, fetched when they are used."""

from __future__ import annotations

import ast
import builtins
import types
from typing import Any, Final

from practicum.errors import Uncrossable
from practicum.judge.bindings import (
    Definition,
    bound_names,
    definitions,
    read_globals,
    readings,
)
from practicum.judge.crossing import digest_of
from practicum.judge.encoding import encode
from practicum.judge.student import MISSING, Student

__all__ = ["Namespace"]

OF_THE_KERNEL: Final = frozenset({"get_ipython", "In", "Out", "exit", "quit", "_", "__", "___"})
"""Names that IPython keeps in a notebook's namespace."""

ANYTHING: Final = object()


class Namespace(dict[str, Any]):
    """The globals of the test cells.

    A name that the dict itself does not hold is looked for when a test uses it. Whose it is
    was decided by who bound it last; a name that the course or a test bound and a student's
    cell bound again is used only if both mean the same.
    """

    def __init__(self, student: Student) -> None:
        """Begin with what every notebook has."""
        super().__init__(__name__="__main__", __builtins__=builtins, display=_display)
        self._student = student
        student.rebound = self.rebound
        self._always = frozenset(self)
        self._definitions: dict[str, Definition] = {}
        self._repeated: dict[str, Any] = {}
        self._of_course: set[str] = set()
        self._of_student: set[str] = set()
        self._contested: dict[str, Any] = {}
        self._unjudged: set[str] = set()
        self._fetched: dict[str, tuple[bytes, Any]] = {}
        self._fresh: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        self._taken: set[str] = set()
        self._sources: list[str] = []
        self._readings: dict[str, Definition] = {}
        self._read: dict[str, bytes] = {}

    # --- what ran in the student's process -------------------------------------------------------

    def course_ran(self, source: str) -> None:
        """Take note of a cell of the course's own: its imports, functions, constants are ours."""
        names = bound_names(source) or frozenset()
        found = {each.name: each for each in definitions(source)}
        for name in names:
            for place in (self, self._contested, self._definitions):
                place.pop(name, None)
            self._unjudged.discard(name)
            self._of_student.discard(name)
        self._of_course |= names
        self._definitions |= found
        self._readings = {n: d for n, d in self._readings.items() if n not in names}
        self._readings |= {each.name: each for each in readings(source)}

    def student_ran(self, source: str) -> None:
        """Take note of a student's cell: names of the course's and of tests may be rebound."""
        names = bound_names(source)
        ours = (set(self) | set(self._definitions)) - self._always
        for name in ours if names is None else ours & names:
            own = self.pop(name, ANYTHING) if dict.__contains__(self, name) else ANYTHING
            if own is ANYTHING and name in self._definitions:
                own = self._defined(name)
                self.pop(name, None)
            self._contested[name] = own
        self._of_student |= names or frozenset()
        self._sources.append(source)

    # --- one test cell -------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a test cell."""
        self._before = dict(self)
        self._taken.clear()
        self._fetched.clear()
        self._fresh.clear()

    def end(self, tree: ast.Module, *, judged: bool) -> None:
        """End a test cell: what it bound lives on, what it fetched is fetched again."""
        for name, value in list(self.items()):
            fetched = name in self._fetched and self._fetched[name][1] is value
            if fetched or (name not in self._always and self._student.stands_in(value)):
                dict.__delitem__(self, name)
            elif self._before.get(name, ANYTHING) is not value:
                self._unjudged.discard(name)
                self._contested.pop(name, None)
        if not judged:
            names = bound_names(ast.unparse(tree)) or frozenset()
            stale = {n for n in names if dict.get(self, n) is self._before.get(n)}
            for name in stale:
                self.pop(name, None)
            self._unjudged |= stale
        self._fetched.clear()
        self._fresh.clear()

    def rebound(self) -> dict[str, Any]:
        """Return the course's names that this test cell has bound: functions may look at them.

        Raises:
            Uncrossable: It has taken or bound a name of the student's that a function looks at.

        """
        taken = {name for name in self._taken if not dict.__contains__(self, name)}
        for name in taken | self._bound_again():
            raise self._student.refuse(f"the test takes or binds the student's `{name}` again")
        self._stale()
        return {
            name: value
            for name in self._of_course
            if (value := dict.get(self, name, ANYTHING)) is not ANYTHING
            and name not in self._fetched
            and self._repeated.get(name, ANYTHING) is not value
            and self._before.get(name, ANYTHING) is not value
        }

    def _bound_again(self) -> set[str]:
        """Names that this test cell has bound, and of which a student's function reads its own."""
        bound = {
            name
            for name in self._of_student - self._always
            if (value := dict.get(self, name, ANYTHING)) is not ANYTHING
            and self._before.get(name, ANYTHING) is not value
            and (name not in self._fetched or self._fetched[name][1] is not value)
            and not isinstance(value, types.ModuleType)
        }
        return bound & set().union(*map(read_globals, self._sources)) if bound else bound

    def __delitem__(self, name: str) -> None:
        """Note that the test takes a name away: the student's functions would miss it."""
        if name in self._of_student:
            self._taken.add(name)
            if not dict.__contains__(self, name):
                self._theirs(name, hides=False)
        super().__delitem__(name)

    def _stale(self) -> None:
        """Look again, after a call, at every value that was fetched: it may have changed it."""
        for name, held in self._fetched.items():
            if self._student.stands_in(held[1]):
                continue
            if dict.get(self, name, ANYTHING) is held[1]:
                dict.__delitem__(self, name)
                self._fresh[name] = held
        for name in self._fresh:
            self._fetched.pop(name, None)

    # --- looking up ----------------------------------------------------------------------------

    def __missing__(self, name: str) -> Any:  # noqa: ANN401
        if name in self._taken:
            raise KeyError(name)
        if name in self._unjudged:
            raise self._student.refuse(f"`{name}` was made by a test that could not be judged")
        if name in self._contested:
            return self._settled(name)
        if name in self._definitions:
            return self._defined(name)
        hides = hasattr(builtins, name)
        if hides and name not in self._of_student:
            raise KeyError(name)
        if name in OF_THE_KERNEL:
            raise self._student.refuse(f"the test uses `{name}`")
        return self._theirs(name, hides=hides)

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or self.get(name, MISSING) is not MISSING

    def get(self, name: Any, default: Any = None) -> Any:  # noqa: ANN401
        """Return the value of a name, as ``globals().get`` in a test does."""
        try:
            return self[name]
        except KeyError:
            return default

    def _theirs(self, name: str, *, hides: bool) -> Any:  # noqa: ANN401
        held = self._fresh.pop(name, None)
        if held is not None and self._student.digest(name) == held[0]:
            digest, value = held
        else:
            digest, value = self._student.fetch(name)
        if value is MISSING:
            raise KeyError(name)
        if hides and callable(value):
            raise self._student.refuse(f"the student's `{name}` hides Python's own")
        if name in self._readings and self._own_reading(name) not in {b"", digest}:
            self._student.doubt = f"`{name}` is no longer what the course's cell has read"
        self._fetched[name] = (digest, value)
        self[name] = value
        return value

    def _own_reading(self, name: str) -> bytes:
        """Return the digest of what the course's cell reads from its file; read once."""
        if name not in self._read:
            statement = self._readings[name].statement
            try:
                exec(compile(ast.Module([statement], []), "<course>", "exec"), self)  # noqa: S102
                self._read[name] = digest_of(encode(dict.get(self, name)))
            except Exception:  # noqa: BLE001 (what cannot be read here is not compared)
                self._read[name] = b""
            self.pop(name, None)
        return self._read[name]

    def _defined(self, name: str) -> Any:  # noqa: ANN401
        """Repeat a definition of the course's."""
        statement = self._definitions[name].statement
        try:
            exec(compile(ast.Module([statement], []), "<course>", "exec"), self)  # noqa: S102
        except ImportError as error:
            raise self._student.refuse(f"the course's `{name}`: {error}") from None
        self._repeated[name] = value = dict.__getitem__(self, name)
        return value

    def _settled(self, name: str) -> Any:  # noqa: ANN401
        """Return a name of ours that the student has bound again, if it still means the same."""
        own = self._contested[name]
        if not isinstance(own, types.ModuleType | type):
            try:
                same = digest_of(encode(own)) == self._student.digest(name)
            except Uncrossable:
                same = False
            if not same:
                raise self._student.refuse(
                    f"`{name}` was bound by the course or a test, and again by the student"
                )
        self[name] = own
        return own


def _display(*_: object, **__: object) -> None:
    """Show nothing: nobody looks at the judge."""
