"""Which names a cell binds, read from its source."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = [
    "Definition",
    "bound_names",
    "definitions",
    "is_magic",
    "parsed",
    "read_globals",
    "readings",
]

MAGIC: Final = re.compile(r"^\s*([%!?]|\w[\w, ]*=\s*[%!])|\?\s*$", re.MULTILINE)
"""A line that only IPython understands."""

PLAIN: Final = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Name)

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def is_magic(source: str) -> bool:
    """Whether a cell that is not plain Python may be IPython's dialect."""
    return MAGIC.search(source) is not None


def parsed(source: str) -> ast.Module | None:
    """Return the tree of a cell, IPython's lines left out; None if it is no Python."""
    plain = re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE)
    try:
        return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_names(source: str) -> frozenset[str] | None:
    """Return the names that a cell binds at its top level; None if that cannot be told."""
    tree = parsed(source)
    return None if tree is None else frozenset(_bound(tree))


def read_globals(source: str) -> frozenset[str]:
    """Return the global names that functions and classes in a cell read or write."""
    tree = parsed(source)
    if tree is None:
        return frozenset()
    try:
        table = symtable.symtable(ast.unparse(tree), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(_read_globals(table))


def _read_globals(table: symtable.SymbolTable) -> Iterator[str]:
    for inner in table.get_children():
        yield from (each.get_name() for each in inner.get_symbols() if each.is_global())
        yield from _read_globals(inner)


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in _of_this_scope(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
                yield from _globals(node)
            case ast.ClassDef(name=name):
                yield name
                yield from _globals(node)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (each.asname or each.name.partition(".")[0] for each in names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name


def _globals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names


def _of_this_scope(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, but not into functions, classes and the targets of comprehensions."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.comprehension):
            yield from _of_this_scope(ast.Expr(child.iter))
            continue
        yield child
        if not isinstance(child, Scope):
            yield from _of_this_scope(child)


@dataclass(frozen=True)
class Definition:
    """A name that a cell binds by a statement of which the judge can repeat the effect."""

    name: str
    statement: ast.stmt


def definitions(source: str) -> tuple[Definition, ...]:
    """Return the imports, functions, classes and constants that a cell defines at its top."""
    tree = parsed(source)
    if tree is None:
        return ()
    return tuple(
        Definition(name, statement)
        for statement in tree.body
        if _repeatable(statement)
        for name in _bound(ast.Module([statement], []))
    )


def readings(source: str) -> tuple[Definition, ...]:
    """Return the names that a cell binds to what a library reads from a file, and nothing more."""
    tree = parsed(source)
    if tree is None:
        return ()
    found = []
    for statement in tree.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(value=ast.Name(), attr=reads)) as call,
            ) if reads.startswith(("read_", "load", "genfromtxt")):
                parts = [*call.args, *(each.value for each in call.keywords)]
                if all(isinstance(each, PLAIN) for each in parts):
                    found.append(Definition(name, statement))
    return tuple(found)


def _repeatable(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef():
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            try:
                ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                return False
            return True
    return False
