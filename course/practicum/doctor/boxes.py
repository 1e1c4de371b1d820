"""Whether what students wrote can be run without danger."""

from __future__ import annotations

import os
from collections.abc import Iterator

from practicum.course import Course
from practicum.doctor.symptoms import Symptom, fail, ok, warn
from practicum.sandbox import rungs

__all__ = ["boxes"]


def boxes(course: Course) -> Iterator[Symptom]:
    """Try the boxes for submissions, and that for users' servers if they are to run in one."""
    found = rungs()
    if found:
        yield ok("sandbox", f"submissions run in a box: {found[0]}")
    else:
        yield fail("sandbox", "there is no box for submissions", "apt install bubblewrap")
    hosting = course.settings.hub
    if hosting is None:
        return
    if hosting.spawner == "boxed" and "bwrap" not in found:
        yield fail(
            "users' servers",
            "bwrap is missing, older than 0.8, or not allowed here",
            "apt install bubblewrap (and allow user namespaces), or choose `hub: {spawner: unix}`",
        )
    elif hosting.spawner == "unix":
        yield from _accounts_here(course)
    elif hosting.spawner == "simple":
        yield warn(
            "users' servers",
            "with `spawner: simple` every student's code can read the whole course",
            "use it on your own machine only; `spawner: boxed` keeps them apart",
        )
    else:
        yield ok("users' servers", f"spawner: {hosting.spawner}")


def _accounts_here(course: Course) -> Iterator[Symptom]:
    """Look whether the system has an account for everybody who is to have a server."""
    import pwd  # noqa: PLC0415 (not on every system, and needed for this spawner only)

    about = "users' servers"
    if os.geteuid() != 0:
        found = "`spawner: unix` starts servers as other accounts, which only root may do"
        yield fail(about, found, "start the hub as root, or choose `hub: {spawner: boxed}`")
    known = {account.pw_name for account in pwd.getpwall()}
    names = [person.id for person in course.roster.students]
    names += [person.id for person in course.roster.instructors]
    missing = [name for name in names if name not in known]
    if missing:
        found = f"no account on this machine for {', '.join(missing[:5])}"
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""  # noqa: PLR2004 (a line's worth)
        yield fail(about, found + more, f"useradd --create-home {missing[0]}, and so on")
    if not missing and os.geteuid() == 0:
        yield ok(about, "spawner: unix, and everybody has an account")
