"""The published description, and the service held against it by generated requests."""

import json
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from practicum.service.openapi import description

from .conftest import Place
from .test_access import RELEASE, SUBMISSION, TINY

PUBLISHED = Path(__file__).parents[3] / "docs" / "openapi.json"
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
FRESH = "run `python -m practicum.service.openapi docs/openapi.json`"


def test_the_published_description_is_fresh() -> None:
    """docs/openapi.json says what the routes say."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == description(), FRESH


def test_each_refusal_is_described() -> None:
    """All operations are described with problem details, a summary, and what they are for."""
    about = description()
    for methods in about["paths"].values():
        for operation in methods.values():
            refused = operation["responses"]["4XX"]["content"]
            assert list(refused) == ["application/problem+json"]
            assert operation["description"]
    names = [o["operationId"] for m in about["paths"].values() for o in m.values()]
    assert len(set(names)) == len(names)


def generated(place: Place, who: str, examples: int) -> None:
    """Send generated requests to all operations; fail on a 5xx, or on what is not described."""
    place.ask("ines", "PUT", TINY, json=RELEASE)
    number = place.ask("ada", "POST", f"{TINY}/submissions", json=SUBMISSION).json()["id"]
    given = {"brief": "tiny", "course": "tiny-course", "number": number, "name": "tiny"}
    api = schemathesis.openapi.from_asgi("/services/practicum/openapi.json", place.app)
    for result in api.get_all_operations():
        operation: Any = result  # an operation, or why it cannot be tried: ok() raises then
        _try(operation.ok(), given, {"Authorization": f"Bearer token-{who}"}, examples)


def _try(operation: Any, given: dict[str, str], headers: dict[str, str], examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(), known=strategies.booleans())
    def one(case: schemathesis.Case[Any], known: bool) -> None:
        if known:  # half of them get past the names
            places = case.path_parameters or {}
            places |= {name: given[name] for name in places if name in given}
        case.call_and_validate(headers=headers, checks=CHECKS)

    one()


def test_no_generated_request_makes_a_fault(place: Place) -> None:
    """A few requests of each kind, as a student: refused or answered as described, no 5xx."""
    generated(place, "ada", 4)


@pytest.mark.suite
@pytest.mark.parametrize("who", ["ada", "cleo", "rita", "ines", "grader", "gil", "nobody"])
def test_many_generated_requests(place: Place, who: str) -> None:
    """Many requests of each kind as each role: refused or answered as described, no 5xx."""
    generated(place, who, 60)
