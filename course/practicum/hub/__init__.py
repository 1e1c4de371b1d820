"""The course on a JupyterHub: course.yml becomes its configuration, and a command starts it.

``hub_config`` is plain: a course in, traitlets' ``Config`` out. ``configure`` is what
course/jupyterhub_config.py calls. ``ACTIONS`` tells who may do what.
"""

from practicum.hub.actions import ACTIONS, Action
from practicum.hub.config import configure, hub_config
from practicum.hub.joining import join
from practicum.hub.names import COURSE_SERVICE, REVIEW_SERVICE, Names
from practicum.hub.plan import Plan, Secrets, plan_of
from practicum.hub.starting import start

__all__ = [
    "ACTIONS",
    "COURSE_SERVICE",
    "REVIEW_SERVICE",
    "Action",
    "Names",
    "Plan",
    "Secrets",
    "configure",
    "hub_config",
    "join",
    "plan_of",
    "start",
]
