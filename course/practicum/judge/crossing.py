"""The student's side: answers the judge about the values and functions of a namespace.

This code runs inside the hostile process, so nothing that it says is trusted, and no request
holds the source of a test. The judge looks only: from the first call of a student's function on,
a forked copy of the process answers, which is thrown away when the test cell has been judged.
"""

from __future__ import annotations

import builtins
import contextlib
import hashlib
import io
import itertools
import operator
import os
import random
import signal
import socket
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from practicum.errors import Uncrossable
from practicum.judge import libraries
from practicum.judge.encoding import CAP, decode, encode
from practicum.judge.framing import receive, send

__all__ = ["ACTIONS", "MUTABLE", "Crossing", "digest_of", "random_state", "set_random_state"]

# A copy of its own: a notebook that patches len or isinstance does not reach this module.
globals()["__builtins__"] = vars(builtins).copy()

OUTPUT_CAP: Final = 1 << 16
"""How many characters of a function's output are told."""

WARNINGS_CAP: Final = 100
"""How many warnings of one call are told."""

ITEMS_CAP: Final = 100_000
"""How many items of a student's iterable are told."""

MUTABLE: Final = frozenset(
    {"list", "dict", "set", "bytearray", "ndarray", "Series", "DataFrame", "deque", "Counter"}
    | {"OrderedDict", "defaultdict", "Generator", "RandomState"}
)
"""Names of the types whose values a function may change under its caller's hands."""

HOME: Final = "__main__"
"""The module of all that a notebook defines."""


def _call(target: Callable[..., Any], *args: Any, **named: Any) -> Any:  # noqa: ANN401
    return target(*args, **named)


def _items(target: Iterable[Any]) -> list[Any]:
    items = list(itertools.islice(target, ITEMS_CAP + 1))
    if len(items) > ITEMS_CAP:
        raise Uncrossable(f"more than {ITEMS_CAP:,} items cannot cross")
    return items


ACTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{
        f"__{name}__": getattr(operator, f"__{name}__")
        for name in (
            *("add", "and", "concat", "contains", "delitem", "eq", "floordiv", "ge", "getitem"),
            *("gt", "invert", "le", "lshift", "lt", "matmul", "mod", "mul", "ne", "neg", "or"),
            *("pos", "pow", "rshift", "setitem", "sub", "truediv", "xor"),
        )
    },
    **{
        f"__{function.__name__}__": function
        for function in (abs, bool, complex, float, format, hash, int, len, next, repr, round, str)
    },
    "__call__": _call,
    "__iter__": _items,
    "attribute": getattr,
    "call": _call,
    "delete": delattr,
    "set": setattr,
}
"""What the judge may do with a student's object."""


def digest_of(data: bytes) -> bytes:
    """Return 16 bytes by which two equal encoded values are known."""
    return hashlib.blake2b(data, digest_size=16).digest()


def random_state() -> tuple[Any, ...]:
    """Return where the two global random generators stand."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return (random.getstate(), None)
    return (random.getstate(), numpy.random.get_state(legacy=True))


def set_random_state(state: tuple[Any, ...]) -> None:
    """Put the two global random generators where `random_state` said."""
    random.setstate(state[0])
    if state[1] is not None and "numpy" in sys.modules:
        sys.modules["numpy"].random.set_state(state[1])


class _Ended(Uncrossable):
    """The copy that answers has ended, or answers no more."""


class Crossing:
    """Answers for one namespace.

    Args:
        namespace: The student's names, as they are now and later.
        snapshots: Answer calls in a forked copy of the process, so that the namespace stays
            as the student's cells left it.

    """

    def __init__(self, namespace: dict[str, Any], *, snapshots: bool = True) -> None:
        """Hold the namespace."""
        self._namespace = namespace
        self._snapshots = snapshots
        self._handles: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._copy: tuple[int, socket.socket] | None = None
        self._ended: list[int] = []

    def answer(self, request: bytes) -> bytes:
        """Answer one request of the judge; never raises for what the request holds."""
        try:
            asked = decode(request, cap=2 * CAP, foreign=self._own)
            do = asked["do"]
            if do == "end":
                self.end()
                return encode({})
            if self._copy is None and self._snapshots and do == "act":
                self._copy = self._fork()
            if self._copy is not None:
                return self._relay(request, asked.get("seconds"))
            reply = self._act(asked) if do == "act" else self._get(asked)
            return encode(reply, cap=2 * CAP, foreign=self._handle)
        except _Ended as error:
            return encode({"uncrossable": str(error), "ended": True})
        except Uncrossable as error:
            return encode({"uncrossable": str(error)[:500]})
        except Exception as error:  # noqa: BLE001 (the process is hostile: whatever it does)
            return encode({"uncrossable": f"{type(error).__name__} while answering"})

    def end(self) -> None:
        """Throw away the copy and all handles: the test cell has been judged."""
        self._handles.clear()
        self._numbers.clear()
        if self._copy is not None:
            child, channel = self._copy
            self._copy = None
            channel.close()
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            self._ended.append(child)
        # Nobody waits for the end of a copy: a large process takes milliseconds to die.
        with contextlib.suppress(ChildProcessError):
            self._ended = [each for each in self._ended if not os.waitpid(each, os.WNOHANG)[0]]

    def _fork(self) -> tuple[int, socket.socket]:
        ours, theirs = socket.socketpair()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about threads: the copy needs none of them
            child = os.fork()
        if child:
            theirs.close()
            return child, ours
        try:
            ours.close()
            self._snapshots = False
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            while True:
                send(theirs, self.answer(receive(theirs)))
        finally:
            os._exit(0)

    def _relay(self, request: bytes, seconds: float | None) -> bytes:
        """Let the copy answer, as long as the judge waits: then this process is free again."""
        assert self._copy is not None  # noqa: S101 (for the type checker)
        try:
            self._copy[1].settimeout(seconds)
            send(self._copy[1], request)
            return receive(self._copy[1])
        except TimeoutError:
            raise _Ended("a function of the student's did not return in time") from None
        except (OSError, EOFError):
            raise _Ended("the student's process ended during a call") from None

    # --- names ---------------------------------------------------------------------------------

    def _get(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked["name"]
        if name not in self._namespace:
            return {"missing": True}
        if asked["do"] == "has":
            return {"missing": False}
        data = encode(self._namespace[name], foreign=self._handle)
        digest = digest_of(data)
        if digest == asked["digest"]:
            return {"same": True}
        return {"value": data, "digest": digest}

    # --- calls ---------------------------------------------------------------------------------

    def _act(self, asked: dict[str, Any]) -> dict[str, Any]:
        positional = [decode(data, foreign=self._own) for data in asked["args"]]
        named = {name: decode(data, foreign=self._own) for name, data in asked["named"].items()}
        for name, data in asked["globals"].items():
            self._namespace[name] = decode(data, foreign=self._own)
        if asked["random"] is not None:
            set_random_state(asked["random"])
        reply: dict[str, Any] = {}
        with _told(reply):
            try:
                value = ACTIONS[asked["action"]](*positional, **named)
            except Uncrossable:
                raise
            except BaseException as error:  # noqa: BLE001 (SystemExit and the like, too)
                reply["raised"] = self._raised(error)
            else:
                places = [place for place, arg in enumerate(positional) if arg is value]
                shared = places and type(value).__name__ in MUTABLE
                reply.update({"argument": places[0]} if shared else {"value": value})
        reply["changed"] = {
            place: data
            for place, (value, before) in {
                **dict(enumerate(zip(positional, asked["args"], strict=True))),
                **{name: (named[name], asked["named"][name]) for name in named},
            }.items()
            if (data := self._changed(value, before))
        }
        if asked["random"] is not None:
            reply["random"] = random_state()
        return reply

    def _changed(self, value: Any, before: bytes) -> bytes:  # noqa: ANN401
        if type(value).__name__ not in MUTABLE:
            return b""
        after = encode(value, foreign=self._handle)
        return b"" if after == before else after

    def _raised(self, error: BaseException) -> dict[str, Any]:
        kind = type(error)
        told: dict[str, Any] = {
            "name": kind.__name__[:200],
            "kinds": [(each.__module__, each.__name__) for each in kind.__mro__],
            "text": str(error)[:10_000],
            "args": None,
            "own": kind if kind.__module__ == HOME else None,
        }
        with contextlib.suppress(Uncrossable):
            encode(error.args, cap=OUTPUT_CAP)
            told["args"] = error.args
        return told

    # --- what crosses as a handle --------------------------------------------------------------

    def _own(self, reference: Any) -> Any:  # noqa: ANN401
        if "of" in reference:
            return libraries.resolved(*reference["of"])
        return self._handles[reference["own"]]

    def _number(self, value: object) -> int:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._handles)
            self._handles.append(value)
        return self._numbers[id(value)]

    def _handle(self, value: Any) -> dict[str, Any]:  # noqa: ANN401
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}
        place = libraries.library_name(value)
        if place is not None:
            return {"of": place}
        if isinstance(value, type):
            return self._class_handle(value)
        told = {"own": self._number(value), "name": str(getattr(value, "__name__", ""))[:200]}
        if isinstance(value, types.GeneratorType):
            return {**told, "kind": "generator"}
        if _is_plain_instance(type(value)):
            return {**told, "kind": "instance", "class": type(value)}
        if callable(value) and _is_function(value):
            return {**told, "kind": "function", "doc": str(getattr(value, "__doc__", None) or "")}
        raise Uncrossable(
            f"a value of the type {type(value).__module__}.{type(value).__qualname__} cannot cross"
        )

    def _class_handle(self, kind: type) -> dict[str, Any]:
        if not _is_plain_instance(kind) and not issubclass(kind, BaseException):
            raise Uncrossable(f"the class {kind.__module__}.{kind.__qualname__} cannot cross")
        return {
            "own": self._number(kind),
            "kind": "class",
            "name": kind.__name__[:200],
            "doc": kind.__doc__ if type(kind.__doc__) is str else "",
            "mro": [self._number(each) for each in kind.__mro__ if each.__module__ == HOME],
            "bases": [each for each in kind.__bases__ if each.__module__ == HOME],
            "special": sorted(
                {
                    name
                    for each in kind.__mro__
                    if each.__module__ == HOME
                    for name, value in vars(each).items()
                    if name[:2] == "__" == name[-2:] and value is not None
                }
            ),
            "errors": [
                each.__name__
                for each in kind.__mro__
                if issubclass(each, BaseException) and each.__module__ == "builtins"
            ],
        }


FRAMEWORK: Final = frozenset({"abc", "enum", "typing", "builtins.object"})


def _is_plain_instance(kind: type) -> bool:
    """Whether a class is the student's own throughout, with no library's behaviour below it."""
    return kind.__module__ == HOME and all(
        each.__module__ == HOME
        or each.__module__ in FRAMEWORK
        or f"{each.__module__}.{each.__qualname__}" in FRAMEWORK
        for each in kind.__mro__
    )


def _is_function(value: Any) -> bool:  # noqa: ANN401
    plain = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)
    return isinstance(value, plain) or type(value).__module__ == "functools"


@contextlib.contextmanager
def _told(reply: dict[str, Any]) -> Iterator[None]:
    """Note what a function prints and warns about, for the judge to say it again.

    The filters stay as they are, so that a warning that a cell has had already is not repeated.
    """
    caught: list[tuple[str, str, str, int]] = []

    def note(message: Any, category: Any, _: str, line: int, *__: object) -> None:  # noqa: ANN401
        if len(caught) < WARNINGS_CAP:
            caught.append((category.__module__, category.__name__, str(message)[:1000], line))

    out, err = io.StringIO(), io.StringIO()
    show = warnings.showwarning
    warnings.showwarning = note  # type: ignore[assignment]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield
    finally:
        warnings.showwarning = show
    reply["out"], reply["err"] = out.getvalue()[:OUTPUT_CAP], err.getvalue()[:OUTPUT_CAP]
    reply["warnings"] = caught
