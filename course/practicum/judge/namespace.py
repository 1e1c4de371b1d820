"""The judge's names: a test's own, the course's, and the student's, fetched when they are used."""

from __future__ import annotations

import ast
import builtins
import types
from typing import Any, Final

from practicum.errors import Uncrossable
from practicum.judge.bindings import Definition, bound_names, definitions
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

    # --- one test cell -------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a test cell."""
        self._before = dict(self)
        self._fetched.clear()
        self._fresh.clear()

    def end(self, tree: ast.Module, *, judged: bool) -> None:
        """End a test cell: what it bound lives on, what it fetched is fetched again."""
        for name, value in list(self.items()):
            fetched = name in self._fetched and self._fetched[name][1] is value
            if fetched or (name not in self._always and self._student.stands_in(value)):
                del self[name]
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
        """Return the course's names that this test cell has bound: functions may look at them."""
        self._stale()
        return {
            name: value
            for name in self._of_course
            if (value := dict.get(self, name, ANYTHING)) is not ANYTHING
            and name not in self._fetched
            and self._repeated.get(name, ANYTHING) is not value
            and self._before.get(name, ANYTHING) is not value
        }

    def _stale(self) -> None:
        """Look again, after a call, at every value that was fetched: it may have changed it."""
        for name, held in self._fetched.items():
            if self._student.stands_in(held[1]):
                continue
            if dict.get(self, name, ANYTHING) is held[1]:
                del self[name]
                self._fresh[name] = held
        for name in self._fresh:
            self._fetched.pop(name, None)

    # --- looking up ----------------------------------------------------------------------------

    def __missing__(self, name: str) -> Any:  # noqa: ANN401
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
        self._fetched[name] = (digest, value)
        self[name] = value
        return value

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
