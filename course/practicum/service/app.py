"""The application: routes, what they share, and what is done to each request and answer."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from practicum.course import Course, CourseWatch
from practicum.records import Records
from practicum.service.answers import Answers
from practicum.service.arrivals import Arrivals
from practicum.service.bodies import Bodies
from practicum.service.gate import Gate
from practicum.service.identity import Identity
from practicum.service.journal import Journal
from practicum.service.rates import Rates
from practicum.service.refusals import PROBLEM, Faults, Problem, add_refusals
from practicum.service.routes import ROUTERS
from practicum.service.shared import Shared

__all__ = ["PREFIX", "create_app", "describe"]

PREFIX: Final = "/services/practicum/"

MODELS: Final = "#/components/schemas"
ANSWERS: Final[dict[int | str, str]] = {
    "4XX": "Refused: the request is wrong, or not for the caller.",
    "5XX": "Failed: the course or the hub cannot be reached now, or something went wrong here.",
}


class _Service(FastAPI):
    """Describes its problem details once, in the media type that they have."""

    def openapi(self) -> dict[str, Any]:
        """Return the description; the models of problem details are no route's own."""
        if self.openapi_schema is None:
            about = super().openapi()
            schema = Problem.model_json_schema(ref_template=f"{MODELS}/{{model}}")
            about["components"]["schemas"] |= schema.pop("$defs") | {"Problem": schema}
        return super().openapi()


def create_app(  # noqa: PLR0913 (what a service is made of)
    course: Course,
    *,
    identity: Identity,
    records: Records,
    prefix: str = PREFIX,
    rates: Rates | None = None,
    arrivals: Arrivals | None = None,
) -> FastAPI:
    """Return the course service as an ASGI application.

    Args:
        course: The course; its files are looked at again while the service runs.
        identity: Who is asked whose a token is.
        records: The course's records, open; whoever opened them closes them.
        prefix: What all addresses begin with; the hub's proxy leaves it there.
        rates: How often somebody may ask; the usual limits if None.
        arrivals: What is told of each submission; without it, nothing is graded on arrival.

    """
    app = describe(prefix)
    root = _root(prefix)
    watch = CourseWatch(course)
    app.state.shared = Shared(watch, identity, records, rates or Rates(), arrivals)
    # The last one is the outermost.
    app.add_middleware(Faults)
    app.add_middleware(Bodies, exchange=f"{root}/exchange/")
    app.add_middleware(Gate)
    app.add_middleware(Answers)
    app.add_middleware(Journal)
    return app


def describe(prefix: str) -> FastAPI:
    """Return the routes and what they are documented to answer, without a course behind them."""
    root = _root(prefix)
    app = _Service(
        title="practicum: the course service",
        version="1",
        openapi_url=f"{root}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: f"{route.tags[0]}-{route.name}",
        responses={
            code: {
                "description": said,
                "content": {PROBLEM: {"schema": {"$ref": f"{MODELS}/Problem"}}},
            }
            for code, said in ANSWERS.items()
        },
    )
    for router in ROUTERS:
        app.include_router(router, prefix=root)
    add_refusals(app)
    return app


def _root(prefix: str) -> str:
    return f"/{prefix.strip('/')}" if prefix.strip("/") else ""
