"""Who may log in, and how."""

from __future__ import annotations

from traitlets.config import Config

from practicum.doctor import is_loopback
from practicum.errors import BadInput
from practicum.hosting import DEMO_AUTHENTICATOR
from practicum.hub.plan import Plan

__all__ = ["everybody", "set_authentication"]


def set_authentication(c: Config, plan: Plan) -> None:
    """Let exactly the people of the roster in, and the hub's admins.

    Raises:
        BadInput: One password for all, where others than this machine could try it.

    """
    # What is in the hub's database counts for nothing: the course's own account is in it, and
    # whoever was in last year's roster.
    c.Authenticator.allow_existing_users = False
    c.Authenticator.allow_all = False
    c.Authenticator.any_allow_config = True
    c.Authenticator.allowed_users = everybody(plan)
    c.Authenticator.admin_users = set(plan.hosting.admins)
    c.JupyterHub.authenticator_class = plan.hosting.authenticator
    if plan.hosting.authenticator == DEMO_AUTHENTICATOR:
        _refuse_strangers(plan)
        c.JupyterHub.authenticator_class = "shared-password"
        c.SharedPasswordAuthenticator.user_password = plan.secrets.password or None
        if plan.hosting.admins:
            c.SharedPasswordAuthenticator.admin_password = plan.secrets.admin_password or None


def everybody(plan: Plan) -> set[str]:
    """Return the names of all who may log in."""
    roster = plan.course.roster
    groups = (roster.students, roster.instructors, roster.reviewers)
    return {person.id for group in groups for person in group} | {
        *plan.hosting.admins,
        *plan.guests,
    }


def _refuse_strangers(plan: Plan) -> None:
    for address in (plan.public, plan.listen):
        if not is_loopback(address):
            message = (
                f"hub: with `authenticator: demo` one password opens every account, so {address} "
                "is refused: name a way to log in that JupyterHub knows with "
                "`hub: {authenticator: ...}` (such as pam, native, or an OAuthenticator), or use "
                "http://127.0.0.1:8000"
            )
            raise BadInput(message)
