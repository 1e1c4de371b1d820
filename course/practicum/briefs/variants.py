"""Variants: parameters of a brief that differ from student to student, by papermill's rules.

A brief's notebook has one cell with the tag ``parameters`` and the grade_id ``parameters``,
locked, in which each parameter has a default. A student's own values stand in a cell behind it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, model_validator

from practicum.notebooks import notebook_text, read_notebook
from practicum.values import Value

__all__ = [
    "INJECTED",
    "PARAMETERS",
    "Parameter",
    "ParameterName",
    "Variant",
    "draw",
    "examples",
    "variant_source",
    "with_variant",
]

PARAMETERS: Final = "parameters"
"""The tag of the cell with the defaults, and its grade_id."""
INJECTED: Final = "injected-parameters"
"""The tag of the cell with a student's own values; papermill's."""
MOST_EXAMPLES: Final = 6

ParameterName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,40}$"),
    Field(description="a variable of the notebook, such as seed"),
]
Scalar = bool | int | float | str
Variant = dict[str, Scalar]


class Parameter(Value):
    """The values that a parameter may take: a whole number between two, or one of a list."""

    between: Annotated[tuple[int, int] | None, Field(description="both ends included")] = None
    one_of: Annotated[tuple[Scalar, ...] | None, Field(min_length=2, max_length=1000)] = None

    @model_validator(mode="after")
    def _one_way(self) -> Parameter:
        if (self.between is None) == (self.one_of is None):
            message = "say either `between: [1, 1000]` or `one_of: [a, b]`"
            raise ValueError(message)
        if self.between is not None and self.between[0] >= self.between[1]:
            message = f"{self.between[0]} is not below {self.between[1]}: exchange the two"
            raise ValueError(message)
        return self

    def ends(self) -> tuple[Scalar, ...]:
        """Return the values that are most worth a try: both ends, or each of the list."""
        return self.between or self.one_of or ()

    def drawn(self, chance: random.Random) -> Scalar:
        """Return one of the values by chance."""
        if self.between is not None:
            return chance.randint(*self.between)
        return chance.choice(self.ends())


def draw(parameters: Mapping[str, Parameter], chance: random.Random) -> Variant:
    """Draw a value for each parameter."""
    return {name: parameter.drawn(chance) for name, parameter in parameters.items()}


def examples(parameters: Mapping[str, Parameter]) -> tuple[Variant, ...]:
    """Return the variants with which a solution is tried: each end once, at most six."""
    if not parameters:
        return ()
    rounds = max(len(parameter.ends()) for parameter in parameters.values())

    def each() -> Iterator[Variant]:
        for number in range(rounds):
            yield {
                name: parameter.ends()[number % len(parameter.ends())]
                for name, parameter in parameters.items()
            }

    return tuple(islice(each(), MOST_EXAMPLES))


def variant_source(variant: Mapping[str, Scalar], kernelspec: Mapping[str, str]) -> str:
    """Return the code that sets a student's values, in the notebook's language.

    Raises:
        ValueError: papermill knows no translation into that language.

    """
    from papermill.exceptions import PapermillException  # noqa: PLC0415 (slow, rarely needed)
    from papermill.translators import translate_parameters  # noqa: PLC0415 (as above)

    name, language = kernelspec.get("name", "python3"), kernelspec.get("language", "python")
    try:
        source: str = translate_parameters(name, language, dict(variant), "Your own values")
    except PapermillException as error:
        message = f"a notebook in {language!r} takes no parameters: {error}"
        raise ValueError(message) from None
    return source.rstrip("\n")


def with_variant(notebook: str, variant: Mapping[str, Scalar]) -> str:
    """Return a released notebook (JSON text) with a student's values behind the defaults.

    Raises:
        ValueError: It is no notebook of ours, or has no cell with the tag ``parameters``.

    """
    content = read_notebook(notebook)
    cells: list[dict[str, Any]] = content["cells"]
    at = next((i for i, cell in enumerate(cells) if _tags(cell) & {PARAMETERS}), None)
    if at is None:
        message = f"no cell of the notebook has the tag {PARAMETERS!r}"
        raise ValueError(message)
    source = variant_source(variant, content.get("metadata", {}).get("kernelspec", {}))
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {"tags": [INJECTED]},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    if content.get("nbformat_minor", 0) >= 5:  # noqa: PLR2004 (the format with ids)
        cell["id"] = INJECTED
    kept = [cell for cell in cells[at + 1 :] if not _tags(cell) & {INJECTED}]
    content["cells"] = [*cells[: at + 1], cell, *kept]
    return notebook_text(content)


def _tags(cell: Mapping[str, Any]) -> set[str]:
    tags = cell.get("metadata", {}).get("tags", [])
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()
