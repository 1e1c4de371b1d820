"""What stands in the judge for a student's function, class or object: it exchanges data only."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from typing import Any, Final, Protocol, cast

from practicum.errors import Uncrossable
from practicum.judge.crossing import ACTIONS

__all__ = [
    "Link",
    "StudentClass",
    "StudentObject",
    "class_proxy",
    "function_proxy",
    "generator_proxy",
    "object_proxy",
]

COMPARISONS: Final = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
"""A student's object compared with data would be its own judge: only with its like it may."""

REFLECTED: Final = frozenset(
    f"__{name}__"
    for name in (
        *("add", "and", "floordiv", "lshift", "matmul", "mod", "mul", "or", "pow"),
        *("rshift", "sub", "truediv", "xor"),
    )
)
COMPARING: Final = frozenset(
    {"equals", "eq", "ne", "compare", "isin", "issubset", "issuperset", "isdisjoint", "index"}
    | {"startswith", "endswith", "match", "count", "all", "any", "identical"}
)
"""Methods of libraries' values that compare: an answer's own must not."""

TELLING: Final = REFLECTED | {"__contains__", "__divmod__"}
"""What, done to an answer with the expected value at hand, would let the answer judge itself."""

HARMLESS: Final = frozenset(
    f"__{name}__"
    for name in (
        *("init", "new", "module", "doc", "dict", "weakref", "qualname", "annotations", "slots"),
        *("match_args", "dataclass_fields", "dataclass_params", "init_subclass", "post_init"),
        *("static_attributes", "firstlineno", "abstractmethods", "orig_bases", "parameters"),
        *("getattr", "getattribute", "setattr", "delattr", "del", "replace", "annotate_func"),
    )
)
"""Special names that are at work in the student's process, or that say nothing."""


class Link(Protocol):
    """The way to the student's process."""

    def act(self, action: str, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        """Let the student's process do something, and return what came of it."""

    def refuse(self, reason: str) -> Uncrossable:
        """Note that this test cell cannot be judged, and return the error to raise."""

    def was_volunteered(self, value: object) -> bool:
        """Whether an object was an answer: it was not the test that made it from a class."""


def function_proxy(link: Link, name: str, doc: str) -> Callable[..., Any]:
    """Return a function that calls the student's function of that name."""

    def student_function(*args: Any, **named: Any) -> Any:  # noqa: ANN401
        return link.act("call", student_function, *args, **named)

    student_function.__name__ = student_function.__qualname__ = name
    student_function.__doc__ = doc or None
    student_function.__module__ = "__main__"
    return student_function


def generator_proxy(link: Link, target: object) -> Generator[Any, None, Any]:
    """Return a generator that yields what the student's yields."""
    while True:
        try:
            value = link.act("__next__", target)
        except StopIteration as end:
            return end.value
        yield value


class StudentClass(type):
    """The type of the classes that stand for students' classes."""

    link_: Link
    line_: tuple[int, ...]

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> StudentClass:
        """Make a stand-in; a test cannot derive a class of its own from one."""
        derived = [base for base in bases if isinstance(base, StudentClass)]
        if not derived or bases == (StudentObject,):
            return super().__new__(cls, name, bases, body)
        link = derived[0].link_
        raise link.refuse(f"the test derives a class from the student's {bases[0].__name__}")

    def __call__(cls, *args: Any, **named: Any) -> Any:  # noqa: ANN401, D102
        return cls.link_.act("call", cls, *args, **named)

    def __getattr__(cls, name: str) -> Any:  # noqa: ANN401
        if name[:2] == "__":
            raise AttributeError(name)
        return cls.link_.act("attribute", cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:  # noqa: ANN401
        cls.link_.act("set", cls, name, value)

    def __instancecheck__(cls, value: object) -> bool:
        return cls.__subclasscheck__(type(value))

    def __subclasscheck__(cls, kind: type) -> bool:
        if cls is StudentObject:
            return type(kind) is StudentClass
        return type(kind) is StudentClass and cls.line_[0] in kind.line_


class StudentObject(metaclass=StudentClass):
    """What all objects that stand for students' objects have in common."""

    __slots__ = ()
    link_: Link
    line_ = ()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name[:2] == "__" and name != "__dict__":
            raise AttributeError(name)
        if name in COMPARING and self.link_.was_volunteered(self):
            raise self.link_.refuse(f"the test lets a student's object do `{name}`")
        return self.link_.act("attribute", self, name)

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401
        self.link_.act("set", self, name, value)

    def __delattr__(self, name: str) -> None:
        self.link_.act("delete", self, name)


def class_proxy(link: Link, told: dict[str, Any]) -> StudentClass:
    """Return a class that stands for the student's class of which so much is told."""
    body: dict[str, Any] = {
        "__slots__": (),
        "__doc__": told["doc"] or None,
        "__module__": "__main__",
        "link_": link,
        "line_": tuple(told["mro"]),
    }
    special = frozenset(told["special"])
    for name in special - HARMLESS:
        body[name] = _special(name)
        if name in REFLECTED:
            body[f"__r{name[2:]}"] = _special(name, reflected=True)
    if "__eq__" in special and "__hash__" not in special:
        body["__hash__"] = None
    return StudentClass(told["name"], (StudentObject,), body)


def object_proxy(kind: StudentClass) -> Any:  # noqa: ANN401
    """Return what stands for an object of the student's class."""
    return object.__new__(cast("type[StudentObject]", kind))


def _says_yes_to_all(link: Link, value: object, name: str, other: object) -> bool:
    """Whether an object equals, or is on both sides of, what it cannot have known."""
    if name in {"__eq__", "__ne__"}:
        asked = ("__eq__", _decoy(other)), ("__eq__", _decoy(other))
    else:
        decoy = _decoy(other)
        asked = ("__lt__", decoy), ("__gt__", decoy)
    try:
        return all(link.act(action, value, decoy) is True for action, decoy in asked)
    except Uncrossable:
        raise
    except Exception:  # noqa: BLE001 (an object that cannot be compared does not lie)
        return False


def _decoy(other: object) -> object:
    """Return a value of the other's type that nobody expects."""
    if isinstance(other, float):
        return other + 1.0 + secrets.randbelow(1 << 20)
    if isinstance(other, int):
        return int(other) + 1 + secrets.randbelow(1 << 20)
    return secrets.token_hex(9)


def _special(name: str, *, reflected: bool = False) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        link: Link = self.link_
        if name not in ACTIONS:
            raise link.refuse(f"the test uses {name} of a student's object")
        if name in COMPARISONS and not isinstance(args[0], StudentObject):
            if _says_yes_to_all(link, self, name, args[0]):
                raise AssertionError("an object of the student's says yes to every comparison")
            raise link.refuse("the test compares a student's object with data")
        hands_data = any(not isinstance(arg, StudentObject) for arg in args)
        if name in TELLING and hands_data and link.was_volunteered(self):
            raise link.refuse("the test computes with a student's object and data")
        ordered = (*args, self) if reflected else (self, *args)
        value = link.act(name, *ordered, **named)
        return iter(value) if name == "__iter__" else value

    method.__name__ = name
    return method
