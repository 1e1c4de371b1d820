"""The judge's end of the line to a student's process: requests out, checked answers in."""

from __future__ import annotations

import builtins
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, Final

from practicum.errors import Uncrossable
from practicum.judge import libraries, proxies
from practicum.judge.crossing import random_state, set_random_state
from practicum.judge.encoding import CAP, decode, encode
from practicum.judge.mutation import patch
from practicum.judge.proxies import StudentClass, StudentObject

__all__ = ["MISSING", "Student"]

MISSING: Final = object()
"""What `Student.fetch` returns for a name that the student's process does not have."""


class Student:
    """A student's process, as the judge sees it.

    Args:
        ask: Sends a request and returns the answer; `Crossing.answer` is at the other end.

    """

    def __init__(self, ask: Callable[[bytes], bytes]) -> None:
        """Begin with an empty memory of values."""
        self._ask = ask
        self._known: dict[str, tuple[bytes, bytes]] = {}
        self._stand_ins: dict[int, Any] = {}
        self._handles: dict[int, tuple[Any, int]] = {}
        self._volunteered: set[int] = set()
        self._called = self._declined = False
        self._name = ""
        self._state = _print_of(random_state())
        self._random_shared = False
        self.deadline: float | None = None
        self.refusal = ""
        self.silent = False
        self.doubt = ""
        self.calls = 0
        self.raised: list[BaseException] = []
        self.rebound: Callable[[], dict[str, Any]] = dict

    def begin(self, deadline: float | None) -> None:
        """Begin a test cell."""
        self.deadline, self.refusal, self.calls = deadline, "", 0
        self.silent, self.doubt = False, ""
        self.raised.clear()
        self._state, self._random_shared = _print_of(random_state()), False

    def end(self) -> None:
        """End a test cell: objects that stand for a student's do so no longer."""
        self._stand_ins.clear()
        self._handles.clear()
        self._volunteered.clear()
        try:
            self._ask(encode({"do": "end"}))
        except (OSError, EOFError):
            self._known.clear()

    def refuse(self, reason: str, *, silent: bool = False) -> Uncrossable:
        """Note that this test cell cannot be judged, whatever the test makes of the error.

        ``silent`` says that it is so because the student's process gave no sensible answer.
        """
        if not self.refusal:
            self.refusal, self.silent = reason, silent
        return Uncrossable(reason)

    def stands_in(self, value: object) -> bool:
        """Whether a value stands for something in the student's process."""
        return isinstance(value, StudentObject | StudentClass) or id(value) in self._handles

    def was_volunteered(self, value: object) -> bool:
        """Whether an object was an answer: it was not the test that made it from a class."""
        return id(value) in self._volunteered

    # --- names ---------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether the student's process knows a name."""
        return not self._request({"do": "has", "name": name})["missing"]

    def fetch(self, name: str) -> tuple[bytes, Any]:
        """Return a digest of a name's value, and the value or `MISSING`.

        Raises:
            Uncrossable: It cannot cross.

        """
        digest, data = self._known.get(name, (b"", b""))
        reply = self._request({"do": "get", "name": name, "digest": digest})
        if reply.get("missing"):
            return b"", MISSING
        if not reply.get("same"):
            digest, data = reply["digest"], reply["value"]
            self._known[name] = (digest, data)
        self._name = name
        try:
            self._declined = False
            return digest, decode(data, foreign=self._value)
        except Uncrossable as error:
            raise self.refuse(f"`{name}`: {error}", silent=not self._declined) from None
        finally:
            self._name = ""

    def digest(self, name: str) -> bytes:
        """Return the digest of a name's value, without the value; empty if there is none."""
        digest, _ = self._known.get(name, (b"", b""))
        reply = self._request({"do": "get", "name": name, "digest": digest})
        if reply.get("same"):
            return digest
        if reply.get("missing"):
            return b""
        self._known[name] = (reply["digest"], reply["value"])
        return bytes(reply["digest"])

    # --- deeds ---------------------------------------------------------------------------------

    def act(self, action: str, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        """Let the student's process do something, and return or raise what came of it.

        Raises:
            Uncrossable: An argument or the result cannot cross.

        """
        self.calls += 1
        self._called = action == "call" and not isinstance(args[0], StudentClass)
        reply = self._request(
            {
                "do": "act",
                "action": action,
                "args": [self._data(arg) for arg in args],
                "named": {name: self._data(arg) for name, arg in named.items()},
                "globals": {name: self._data(arg) for name, arg in self.rebound().items()},
                "random": self._random_to_share(),
            }
        )
        if self._random_shared:
            set_random_state(reply["random"])
            self._state = _print_of(reply["random"])
        self._say(reply)
        for place, data in reply["changed"].items():
            old = args[place] if type(place) is int else named[place]
            try:
                patch(old, decode(data, foreign=self._value))
            except Uncrossable as error:
                raise self.refuse(str(error)) from None
        if "raised" in reply:
            raise self._error(reply["raised"])
        return args[reply["argument"]] if "argument" in reply else reply["value"]

    def _random_to_share(self) -> tuple[Any, ...] | None:
        """The state of the generators, if the test has set them or drawn from them."""
        state = random_state()
        if not self._random_shared and _print_of(state) == self._state:
            return None
        self._random_shared = True
        return state

    def _say(self, reply: dict[str, Any]) -> None:
        """Print what the student's function printed, and warn as it warned."""
        sys.stdout.write(str(reply["out"]))
        sys.stderr.write(str(reply["err"]))
        for module, name, text, line in reply["warnings"]:
            kind = _class_of([(module, name)], Warning) or UserWarning
            warnings.warn_explicit(str(text), kind, "student", int(line), module="__main__")

    def _error(self, told: dict[str, Any]) -> BaseException:
        """Make the error that the student's function raised, of the judge's own class."""
        args = told["args"] if type(told["args"]) is tuple else (str(told["text"]),)
        kind = told["own"] or _class_of(told["kinds"], BaseException)
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            return self.refuse("the student's function raised what is no error")
        if issubclass(kind, Uncrossable):
            return self.refuse("the student's function raised an error of the judge's")
        error = kind.__new__(kind, *args)
        error.args = args
        self.raised.append(error)
        return error

    # --- messages ------------------------------------------------------------------------------

    def _request(self, message: dict[str, Any]) -> dict[str, Any]:
        if self.refusal:
            raise Uncrossable(self.refusal)
        if self.deadline is not None:
            message["seconds"] = self.deadline - time.monotonic()
            if message["seconds"] <= 0:
                raise self.refuse("the test ran out of time at the judge", silent=True)
        self._declined = True
        try:
            answer = self._ask(encode(message, cap=2 * CAP))
            self._declined = False
            reply = decode(answer, cap=4 * CAP, foreign=self._value)
        except (OSError, EOFError) as error:
            reason = f"the student's process does not answer: {error}"
            raise self.refuse(reason, silent=True) from None
        except Uncrossable as error:
            raise self.refuse(str(error), silent=not self._declined) from None
        if type(reply) is not dict or not _well_formed(reply, message["do"]):
            raise self.refuse("the student's process answers nonsense", silent=True)
        if "uncrossable" in reply:
            raise self.refuse(str(reply["uncrossable"]), silent="ended" in reply)
        return reply

    def _data(self, value: Any) -> bytes:  # noqa: ANN401
        try:
            return encode(value, foreign=self._reference)
        except Uncrossable as error:
            raise self.refuse(f"an argument of a student's function: {error}") from None

    def _reference(self, value: Any) -> dict[str, Any]:  # noqa: ANN401
        found = self._handles.get(id(value))
        if found is not None:
            return {"own": found[1]}
        if isinstance(value, StudentObject | StudentClass):
            raise Uncrossable("it was kept from an earlier test cell")
        place = libraries.library_name(value)
        if place is None:
            kind = type(value)
            raise Uncrossable(f"the test's own {kind.__qualname__} cannot cross")
        return {"of": place}

    def _value(self, told: Any) -> Any:  # noqa: ANN401
        """Make what stands for a thing that is not data, or decline to."""
        self._declined = True
        value = self._stand_in_for(told)
        self._declined = False
        return value

    def _stand_in_for(self, told: Any) -> Any:  # noqa: ANN401
        if "module" in told:
            return libraries.module_of(self._name, told["module"])
        if "of" in told:
            return self._of_library(*told["of"])
        number = told["own"]
        if number not in self._stand_ins:
            value = self._stand_in(told, number)
            self._stand_ins[number] = value
            self._handles[id(value)] = (value, number)
            if self._name or self._called:
                self._volunteered.add(id(value))
        return self._stand_ins[number]

    def _of_library(self, module: str, name: str) -> Any:  # noqa: ANN401
        checks = module in libraries.TESTING or name in libraries.CHECKS
        if (checks or self._is_check(self._name)) and self._name != name:
            raise Uncrossable(f"`{self._name}` is {name} of {module}")
        return libraries.resolved(module, name)

    def _stand_in(self, told: dict[str, Any], number: int) -> Any:  # noqa: ANN401
        kind = told["kind"]
        if kind == "function":
            if self._is_check(self._name):
                raise Uncrossable("a check must not be the student's own function")
            return proxies.function_proxy(self, str(told["name"]), str(told["doc"]))
        if kind == "class":
            errors = _class_of([("builtins", name) for name in told["errors"]], BaseException)
            if errors is not None:
                return _error_class(str(told["name"]), told["bases"], errors)
            return proxies.class_proxy(self, told)
        if kind == "instance" and isinstance(told["class"], StudentClass):
            return proxies.object_proxy(told["class"])
        if kind == "generator":
            target = object()
            self._handles[id(target)] = (target, number)
            return proxies.generator_proxy(self, target)
        raise Uncrossable("not a thing that has a stand-in")

    @staticmethod
    def _is_check(name: str) -> bool:
        return name in libraries.CHECKS or name.startswith("assert")


def _class_of(kinds: list[tuple[str, str]], root: type) -> type | None:
    """Return the first class of a line of descent that the judge knows by itself."""
    for module, name in kinds:
        home = builtins if module == "builtins" else sys.modules.get(module)
        if module == "builtins" or str(module).partition(".")[0] in LIBRARIES:
            found = getattr(home, name, None)
            if isinstance(found, type) and issubclass(found, root):
                return found
    return None


def _error_class(name: str, bases: list[object], errors: type) -> type:
    """Make a class that stands for a student's class of errors, caught as that one is."""
    line = [base for base in bases if isinstance(base, type) and issubclass(base, BaseException)]
    if not any(issubclass(base, errors) for base in line):
        line.append(errors)
    return type(name, tuple(line), {"__module__": "__main__"})


LIBRARIES: Final = frozenset({"numpy", "pandas", "scipy", "sklearn", "json", "decimal", "zoneinfo"})


def _print_of(state: tuple[Any, ...]) -> tuple[Any, ...]:
    """What of a random state can be compared at once."""
    python, numpy = state
    return (python, numpy and (numpy[1].tobytes(), numpy[2:]))


def _well_formed(reply: dict[str, Any], do: str) -> bool:
    """Whether a reply has what a reply to that request has, of the right types."""
    if "uncrossable" in reply:
        return True
    if do == "has" or "missing" in reply:
        return type(reply.get("missing")) is bool
    if do == "get":
        data, digest = reply.get("value"), reply.get("digest")
        return reply.get("same") is True or (type(data) is bytes and type(digest) is bytes)
    return (
        all(type(reply.get(name)) is str for name in ("out", "err"))
        and type(reply.get("changed")) is dict
        and type(reply.get("warnings")) is list
        and ("raised" in reply or "value" in reply or "argument" in reply)
    )
