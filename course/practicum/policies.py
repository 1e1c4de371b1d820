"""What a course decides once for all: how marks are made up, and what a submission may use."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from practicum.values import Value

__all__ = ["LatePolicy", "Limits", "Policies"]

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class LatePolicy(Value):
    """What a late submission loses: a part of its marks for each day that has begun."""

    grace_minutes: Annotated[float, Field(ge=0, le=10_080)] = 15
    per_day: Annotated[Fraction, Field(description="a fraction of the marks, 0 to 1")] = 0.10
    at_most: Annotated[Fraction, Field(description="a fraction of the marks, 0 to 1")] = 0.50


class Policies(Value):
    """How marks are made up."""

    employer_share: Annotated[
        float, Field(ge=0, le=0.9, description="the employer's part of the mark, 0 to 0.9")
    ] = 0.30
    moderation_gap: Annotated[
        int, Field(ge=1, le=4, description="a gap of so many levels goes to moderation")
    ] = 2
    pay_floor: Annotated[float, Field(ge=0, description="least pay for an hour")] = 20
    late: LatePolicy = LatePolicy()


class Limits(Value):
    """What one submission may use."""

    cell_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    notebook_seconds: Annotated[int, Field(ge=1, le=7200)] = 300
    memory_mb: Annotated[int, Field(ge=128, le=1_000_000)] = 2048
    processes: Annotated[int, Field(ge=4, le=10_000)] = 64
    disk_mb: Annotated[int, Field(ge=16, le=100_000)] = 256
    notebook_mb: Annotated[float, Field(gt=0, le=1000)] = 10
    submission_mb: Annotated[float, Field(gt=0, le=10_000)] = 50
