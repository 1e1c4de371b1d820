"""Tests that tell, in the student's own process, whether asserts still work there.

For a test that cannot be judged elsewhere, the same test runs again with more in it: each
assert that holds must fail when it is negated; comparisons of fresh random values that are wrong
must fail; what is compared with ``==`` must not equal a fresh random text, too. The cell then
ends with an error that carries a fresh token and the counts.

This catches stripped or disabled asserts, patched builtins and testing functions, objects that
equal everything. It cannot catch code that tells the check from the test (it can read the source
while it runs, and forge the last line), a lie about one value only, or a patch that is undone in
time. So such a mark stays unproved, whatever the check says.
"""

from __future__ import annotations

import ast
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["TamperCheck", "TamperOutcome", "tamper_check"]

WRONG: Final = (
    "{a} == {b}",
    "not {a} == {a}",
    "len([{a}, {b}]) == 3",
    "sum([{a}, {b}]) == {a}",
    "abs(-{a}) == -{a}",
    "max({a}, {b}) == min({a}, {b})",
    "round({a}.2) == {b}",
    "sorted([{a}, {b}, 0]) == [{a}, {b}, 0, 0]",
    "all([True, False])",
    "any([False, False])",
    "isinstance('{t}', int)",
    "type('{t}') is int",
    "set(['{t}']) == {{'{u}'}}",
    "str('{t}') == '{u}'",
    "'{t}' in ['{u}']",
    "callable({a})",
    "hasattr('{t}', 'x{u}')",
    "float({a}) == {b}",
)
"""Expressions that are false for any two different numbers a, b and texts t, u."""

WRONG_OF: Final = {
    "numpy": (
        "M.isclose({a}, {a} + 1.0, rtol=0)",
        "M.allclose([{a}], [{a} + 1.0], rtol=0)",
        "M.array_equal([{a}], [{b}])",
        "M.isnan(M.array([{a}.5])).any()",
        "M.array([{a}]).sum() == {b}",
    ),
    "pandas": (
        "M.isna('{t}')",
        "M.Series([None]).notna().any()",
        "M.Series([{a}]).isna().any()",
        "M.Series([{a}]).equals(M.Series([{b}]))",
        "M.DataFrame({{'x': [{a}]}}).equals(M.DataFrame({{'x': [{b}]}}))",
        "M.Series([{a}, {b}]).is_unique is False",
        "M.Series([{a}]).between(0, 1).any()",
        "(M.DataFrame({{'x': [{a}]}})['x'] == {b}).any()",
        "M.DataFrame({{'x': [{a}]}}).shape == (2, 2)",
    ),
}
RAISES: Final = {
    "numpy": (
        "M.testing.assert_equal({a}, {b})",
        "M.testing.assert_allclose([{a}], [{b}])",
        "M.testing.assert_almost_equal({a}, {b})",
        "M.testing.assert_array_equal([{a}], [{b}])",
    ),
    "pandas": (
        "M.testing.assert_series_equal(M.Series([{a}]), M.Series([{b}]))",
        "M.testing.assert_frame_equal(M.DataFrame([{a}]), M.DataFrame([{b}]))",
    ),
}


@dataclass(frozen=True)
class TamperOutcome:
    """What a tamper check found: ``intact``, ``tampered`` or ``failed`` (the test itself)."""

    state: Literal["intact", "tampered", "failed"]
    detail: str = ""


@dataclass(frozen=True)
class TamperCheck:
    """A test with checks of the asserts in it.

    Attributes:
        source: What to run in place, in a copy of the student's process or at the very end.
        token: What the last error begins with.
        wrongs: How many wrong statements must have failed.

    """

    source: str
    token: str
    wrongs: int

    def read(self, name: str, text: str) -> TamperOutcome:
        """Tell from the error with which the cell ended (``""`` for none) what was found."""
        if name != "RuntimeError" or not text.startswith(self.token):
            if not name:
                return TamperOutcome("tampered", "the check did not come to its end")
            return TamperOutcome("failed", f"{name}: {text}"[:300])
        try:
            held, negated, wrongs, lies = map(int, text.removeprefix(self.token).split())
        except ValueError:
            return TamperOutcome("tampered", "the check's result is no result")
        found = {
            f"{self.wrongs - wrongs} wrong statements did not fail": wrongs != self.wrongs,
            "an assert held, and so did its negation": held != negated,
            "a value equals whatever it is compared with": lies != 0,
        }
        detail = "; ".join(text for text, is_so in found.items() if is_so)
        return TamperOutcome("tampered" if detail else "intact", detail)


def tamper_check(source: str) -> TamperCheck | None:
    """Return a test's source with checks in it; None if it is not plain Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    token = secrets.token_hex(16)
    name = f"_{secrets.token_hex(8)}"
    statements = list(_canaries(name)) + list(_own_checks(tree, name))
    wrongs = sum(each.count("[2] += 1") for each in statements)
    # What pandas or numpy is not there for is counted as having failed.
    head = ast.parse(f"{name} = [0, 0, 0, 0]\n" + "\n".join(statements)).body
    body = _Doubled(name).visit(tree).body
    tail = ast.parse(f"raise RuntimeError({token!r} + ' {{}} {{}} {{}} {{}}'.format(*{name}))").body
    future = [each for each in body if isinstance(each, ast.ImportFrom) and each.module == FUTURE]
    rest = [each for each in body if each not in future]
    module = ast.fix_missing_locations(ast.Module([*future, *head, *rest, *tail], []))
    return TamperCheck(ast.unparse(module), token, wrongs)


FUTURE: Final = "__future__"


def _fresh() -> dict[str, str]:
    a = 10 + secrets.randbelow(1 << 20)
    b = a + 1 + secrets.randbelow(1 << 20)
    return {"a": str(a), "b": str(b), "t": secrets.token_hex(6), "u": secrets.token_hex(7)}


def _must_fail(name: str, statement: str) -> str:
    return f"try:\n    {statement}\nexcept Exception:\n    {name}[2] += 1"


def _canaries(name: str) -> Iterator[str]:
    for wrong in WRONG:
        yield _must_fail(name, f"assert {wrong.format(**_fresh())}")
    for library in WRONG_OF:
        yield f"{name}m = __import__('sys').modules.get({library!r})"
        asserts = [f"assert {wrong.format(**_fresh())}" for wrong in WRONG_OF[library]]
        calls = [call.format(**_fresh()) for call in RAISES[library]]
        for statement in (*asserts, *calls):
            used = statement.replace("M.", f"{name}m.")
            yield _must_fail(name, f"assert {name}m is not None\n    {used}")


def _own_checks(tree: ast.Module, name: str) -> Iterator[str]:
    """Each function called ``assert_...`` that the test uses must refuse what differs."""
    used = {
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("assert_")
        and not node.func.attr.endswith(("raises", "warns", "_less", "regex"))
    }
    for function in sorted(used):
        values = _fresh()
        call = f"{function}({values['t']!r}, {values['u']!r})"
        yield _must_fail(name, call)


class _Doubled(ast.NodeTransformer):
    """Puts behind each assert its negation, and a comparison that must not hold."""

    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        name, value = self._name, f"{self._name}v"
        again = f"{name}[0] += 1\ntry:\n    assert not {value}\nexcept AssertionError:\n"
        more = ast.parse(again + f"    {name}[1] += 1").body
        lies = [
            each
            for compared in _compared(node.test)
            for each in ast.parse(
                f"{name}[3] += ({ast.unparse(compared)} == {secrets.token_hex(9)!r}) is True"
            ).body
        ]
        kept = ast.NamedExpr(ast.Name(value, ast.Store()), node.test)
        return [ast.Assert(kept, node.msg), *more, *lies]


def _compared(test: ast.expr) -> Iterator[ast.expr]:
    """What an assert compares for equality, as far as it can be evaluated again."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq) for op in node.ops):
            for side in (node.left, *node.comparators):
                parts = {type(each) for each in ast.walk(side)}
                plain = isinstance(side, ast.Name | ast.Attribute | ast.Subscript)
                if plain and ast.Name in parts and not parts & {ast.Call, ast.comprehension}:
                    yield side
