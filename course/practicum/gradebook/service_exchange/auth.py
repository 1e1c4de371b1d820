"""Which courses somebody takes part in: the service says it, and the hub's admin is not asked."""

from __future__ import annotations

from nbgrader.auth import BaseAuthPlugin

from practicum.gradebook.service_exchange.client import client_of

__all__ = ["ServiceAuthPlugin"]


class ServiceAuthPlugin(BaseAuthPlugin):  # type: ignore[misc] # (nbgrader is untyped)
    """nbgrader's question about courses, answered by the course's service."""

    def get_student_courses(self, student_id: str) -> list[str]:  # noqa: ARG002 (nbgrader's)
        """Return the courses of whoever's token this is, whatever name is given.

        Raises:
            ExchangeError: The service cannot be asked.

        """
        return sorted(client_of().courses())

    def add_student_to_course(self, student_id: str, course_id: str) -> None:
        """Say where that is done: the roster is the instructor's file, groups are the hub's."""
        self.log.info(
            "%s takes part in %s when the course's roster, or the hub's group nbgrader-%s, says so",
            *(student_id, course_id, course_id),
        )

    def remove_student_from_course(self, student_id: str, course_id: str) -> None:
        """Say where that is done; see ``add_student_to_course``."""
        self.add_student_to_course(student_id, course_id)
