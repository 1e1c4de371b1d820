"""The course service: what students, instructors and reviewers ask of a course over HTTP.

``create_app`` makes the application; ``python -m practicum.service`` is what a hub starts.
"""

from practicum.service.app import create_app
from practicum.service.identity import HubIdentity, HubUser, Identity

__all__ = ["HubIdentity", "HubUser", "Identity", "create_app"]
