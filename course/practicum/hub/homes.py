"""The homes of users on this machine, and the notebook that a new one begins with."""

from __future__ import annotations

import os
import pwd
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from practicum.hub.environment import START
from practicum.hub.plan import Plan
from practicum.shipped import course_notebook

__all__ = ["account_of", "lay_start", "make_home"]

_FIRST_ACCOUNT: Final = 62_000
_ACCOUNTS: Final = 3_000


def account_of(user: str) -> int:
    """Return the number that root becomes in a user's box.

    It is made from the name, so that files keep their owner. Two users may share one: then they
    share a limit on processes, but still see nothing of each other.
    """
    return _FIRST_ACCOUNT + zlib.crc32(user.encode()) % _ACCOUNTS


def make_home(home: Path, owner: int | None) -> None:
    """Make a home for its owner alone; ``owner`` is a user's number, or None for ourselves."""
    with suppress(FileExistsError):
        home.mkdir(mode=0o700)
        if owner is not None:
            os.chown(home, owner, owner, follow_symlinks=False)


def lay_start(plan: Plan, spawner: Any) -> None:  # noqa: ANN401 (a spawner of JupyterHub's)
    """Lay the first notebook into a home, once: what a student did to it since stays.

    Containers get it from their image, and TLJH's servers lay it themselves.
    """
    name = str(spawner.user.name)
    if plan.hosting.spawner in {"docker", "tljh", "kubernetes"}:
        return
    home, owner = _home_of(plan, name)
    laid = plan.state / "laid" / name
    laid.parent.mkdir(mode=0o700, exist_ok=True)
    if laid.exists() or not home.is_dir():
        return
    content = course_notebook(plan.course, Path(START).stem)[0].read_bytes()
    with suppress(FileExistsError):
        _write_new(home, content, owner)
    laid.touch()


def _home_of(plan: Plan, name: str) -> tuple[Path, int | None]:
    if plan.hosting.spawner == "unix":
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            from tornado.web import HTTPError  # noqa: PLC0415 (only on this path)

            message = f"There is no account {name} on this machine: tell the instructor"
            raise HTTPError(500, message) from None
        return Path(account.pw_dir), account.pw_uid
    home = plan.homes / name
    owner = account_of(name) if plan.hosting.spawner == "boxed" and plan.as_root else None
    make_home(home, owner)
    return home, owner


def _write_new(home: Path, content: bytes, owner: int | None) -> None:
    """Write the notebook if there is none; a link in its place is not followed."""
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(START, flags, 0o600, dir_fd=folder)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            if owner is not None:
                os.fchown(stream.fileno(), owner, -1)
    finally:
        os.close(folder)
