"""The course's service as a student's notebook calls it: one client for all widgets."""

from practicum_widgets.course_service.connection import SERVICE, Connection, Refused
from practicum_widgets.course_service.of_the_hub import service_of_the_hub

__all__ = ["SERVICE", "Connection", "Refused", "service_of_the_hub"]
