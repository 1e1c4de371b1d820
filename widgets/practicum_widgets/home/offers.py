"""Briefs and applications as the course's service tells them: nothing of it is believed.

Texts are cut to what a page has room for, and taken as text; what cannot be read is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from practicum.values import Id

__all__ = ["Application", "Caller", "Offer", "Plain", "offers_in", "pay_seen"]

UNPRINTABLE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)
LONGEST: Final = 2_000
MOST_TOPICS: Final = 20


def _plain(text: object) -> str:
    if not isinstance(text, str):
        message = "no text"
        raise ValueError(message)  # noqa: TRY004 (pydantic takes a ValueError for a finding)
    plain = " ".join(UNPRINTABLE.sub(" ", text).split())
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + " …"


Plain = Annotated[str, BeforeValidator(_plain)]
"""Text in one line, without what nobody can see, cut where it is too long."""
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class _Told(BaseModel):
    """Something that the service tells; a newer service may tell more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Employer(_Told):
    name: Plain
    industry: Plain = ""


class _Pay(_Told):
    kind: Literal["fixed", "hourly", "unpaid"]
    amount: Amount = 0
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class _Matching(_Told):
    topics: tuple[Plain, ...] = ()
    location: Literal["remote", "on-site", "hybrid"]


class Offer(_Told):
    """A brief of the catalogue; ``pay_per_hour`` is in the currency of ``pay``."""

    id: Id
    title: Plain
    employer: _Employer
    question: Plain
    hours: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
    pay: _Pay
    pay_per_hour: Amount = 0
    matching: _Matching
    published: bool = False
    due: AwareDatetime | None = None
    placed: bool = False

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics, as many as a page has room for."""
        return tuple(topic for topic in self.matching.topics if topic)[:MOST_TOPICS]


class Application(_Told):
    """Where a student's application for a brief stands; ``words`` are those of the last step."""

    brief: Id
    state: Literal["applied", "withdrawn", "placed", "refused", "ended"]
    words: Plain = ""
    by: Plain = ""
    at: AwareDatetime | None = None
    in_file: bool = False


class Caller(_Told):
    """Who the service takes the student for; whether one applies for briefs in this course."""

    role: Plain
    course: Id
    applications: bool = True


Told = TypeVar("Told", bound=_Told)


def offers_in(kind: type[Told], items: object, most: int) -> tuple[Told, ...]:
    """Return what of a list can be read as ``kind``, ``most`` entries at most."""
    entries: Iterable[Any] = items if isinstance(items, list) else ()
    found: list[Told] = []
    for entry in entries:
        if len(found) == most:
            break
        try:
            found.append(kind.model_validate(entry))
        except (ValidationError, RecursionError):
            continue  # one that cannot be read does not hide the others
    return tuple(found)


def _as_text(amount: float) -> str:
    """Return an amount without needless zeros: 25, or 33.33."""
    return f"{amount:.0f}" if math.isclose(amount, round(amount)) else f"{amount:.2f}"


def pay_seen(offer: Offer) -> Mapping[str, str]:
    """Return the pay as texts, for the words ``pay_fixed``, ``pay_hourly`` and ``pay_unpaid``."""
    return {
        "kind": offer.pay.kind,
        "amount": _as_text(offer.pay.amount),
        "currency": offer.pay.currency,
        "per_hour": _as_text(offer.pay_per_hour),
    }
