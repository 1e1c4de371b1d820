"""What the hub's database remembers of people, brought in line with the roster.

JupyterHub adds what its configuration names and never takes back: who leaves the roster would
stay in the groups, and keep every right, until somebody thinks of it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, delete, inspect, select
from sqlalchemy.engine import make_url

from practicum.databases import foreseen
from practicum.hub.authentication import everybody
from practicum.hub.names import Names
from practicum.hub.people import groups_of
from practicum.hub.plan import Plan

__all__ = ["reconcile"]


def reconcile(plan: Plan, *, url: str | None = None) -> frozenset[str]:
    """Take back memberships and tokens that the roster no longer gives, before the hub starts.

    Args:
        plan: The hub's plan.
        url: The hub's database, where it is not our own hub's.

    Returns:
        The members of the groups of plain nbgrader courses, whom only the hub knows.

    """
    usual = url or f"sqlite:///{plan.state / 'jupyterhub.sqlite'}"
    parsed = make_url(plan.hosting.settings.get("JupyterHub", {}).get("db_url", usual))
    engine = create_engine(parsed)
    try:
        # Looking at a database in SQLite that is not there yet would make an empty one.
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            return frozenset()
        with foreseen(parsed), engine.begin() as connection:
            if not inspect(connection).has_table("user_group_map"):
                return frozenset()
            _take_back_memberships(connection, plan)
            guests = _members(connection, plan)
            _take_back_tokens(connection, everybody(plan) | guests | {plan.names.grader})
            return frozenset(guests)
    finally:
        engine.dispose()


def _take_back_memberships(connection: Connection, plan: Plan) -> None:
    from jupyterhub import orm  # noqa: PLC0415 (slow to import)

    table = orm.user_group_map
    for group, wanted in groups_of(plan).items():
        number = connection.scalar(select(orm.Group.id).where(orm.Group.name == group))
        others = select(orm.User.id).where(orm.User.name.not_in(wanted))
        connection.execute(
            delete(table).where(table.c.group_id == number, table.c.user_id.in_(others))
        )


def _members(connection: Connection, plan: Plan) -> set[str]:
    from jupyterhub import orm  # noqa: PLC0415 (as above)

    table = orm.user_group_map
    courses = map(Names, plan.hosting.plain_courses)
    groups = [group for names in courses for group in (names.students, names.instructors)]
    found = (
        select(orm.User.name)
        .join(table, table.c.user_id == orm.User.id)
        .join(orm.Group, orm.Group.id == table.c.group_id)
        .where(orm.Group.name.in_(groups))
    )
    return set(connection.scalars(found))


def _take_back_tokens(connection: Connection, known: set[str]) -> None:
    """End sessions and tokens of people whom the hub no longer knows; their files stay."""
    from jupyterhub import orm  # noqa: PLC0415 (as above)

    gone = list(connection.scalars(select(orm.User.id).where(orm.User.name.not_in(known))))
    connection.execute(delete(orm.APIToken).where(orm.APIToken.user_id.in_(gone)))
    connection.execute(delete(orm.OAuthCode).where(orm.OAuthCode.user_id.in_(gone)))
    for number in gone:
        # A cookie names this id; with another one, the browser is asked to log in.
        connection.execute(
            orm.User.__table__.update()
            .where(orm.User.id == number)
            .values(cookie_id=orm.new_token())
        )
