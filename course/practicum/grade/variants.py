"""The variants of a brief as grading needs them: the values that each student was given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practicum.briefs.variants import Variant, variant_source
from practicum.records import Records

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["Variants"]


@dataclass(frozen=True)
class Variants:
    """What each student of one brief was given; ``expected`` where the brief has variants."""

    given: Mapping[str, Variant]
    kernelspec: Mapping[str, str]
    expected: bool

    @classmethod
    def of(
        cls, course: Course, records: Records, brief: str, kernelspec: Mapping[str, str]
    ) -> Variants:
        """Read what was given out for a brief."""
        expected = bool(course.brief(brief).variants)
        return cls(records.variants(brief) if expected else {}, kernelspec, expected)

    def mark(self, student: str) -> str:
        """Return a text that differs where the values differ; "" without any."""
        variant = self.given.get(student)
        return json.dumps(variant, sort_keys=True) if variant else ""

    def source(self, student: str) -> str:
        """Return the code that sets a student's values; "" without any."""
        variant = self.given.get(student)
        return variant_source(variant, self.kernelspec) if variant else ""

    def findings(self, student: str) -> Iterator[tuple[str, str]]:
        """Yield what an instructor should know of a student's values."""
        if self.expected and student not in self.given:
            yield "", "no variant was given out to this student: it was run with the defaults"
