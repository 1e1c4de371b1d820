"""Going into a box: what a child of the warm fork server does before it runs anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from practicum.errors import NoSandbox
from practicum.sandbox import landlock, linux, namespaces, seccomp
from practicum.sandbox.box import WORK, Box
from practicum.sandbox.levels import Rung, forked_rung
from practicum.sandbox.limits import MEGABYTE, limit
from practicum.sandbox.processes import children, end_tree, processes_of
from practicum.sandbox.sources import copy_sources

__all__ = ["UID", "Ground", "enter"]

UID: Final = 61_000
"""The first of the throw-away users that root lends to boxes."""

_STANDARD: Final = 3
_LAST: Final = (1 << 32) - 1


class Ground:
    """Where boxes stand: what a fork server sets up once, so that each box is cheap.

    A pid namespace holds only those who are born into it. Without a ground each box costs a
    second fork of a process with all libraries in memory; on a ground the server's own fork
    bears pid 1 of the new namespace.
    """

    def __init__(self, rung: Rung | None = None) -> None:
        """Prepare this process: single-threaded, and small yet (before the libraries).

        As an ordinary user the process goes on in a user and pid namespace of its own, as a
        child of the process that called, which waits for it and ends with the same status.

        Raises:
            NoSandbox: no forked child can be boxed here.
        """
        self.rung = rung or forked_rung()
        self._own = -1
        self._boxes: set[int] = set()
        if self.rung == "landlock":
            linux.subreaper()
            return
        try:
            if os.geteuid() != 0:
                _second_fork()
            self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise NoSandbox(str(error)) from error
        namespaces.prepare()
        seccomp.program(network=True)

    def fork(self) -> int:
        """Fork like ``os.fork``; the child is pid 1 of a new pid namespace, for :func:`enter`."""
        if self._own < 0:
            pid = os.fork()
        else:
            linux.unshare(linux.CLONE_NEWPID)
            pid = 1
            try:
                pid = os.fork()
            finally:
                if pid:
                    linux.setns(self._own, linux.CLONE_NEWPID)
        self._boxes.add(pid)
        return pid

    def wait(self, pid: int) -> int:
        """Wait for a child to end; return its exit code (negative: the signal), leave no trace."""
        status = os.waitpid(pid, 0)[1]
        self.sweep(pid)
        return os.waitstatus_to_exitcode(status)

    def sweep(self, pid: int) -> None:
        """End what a box has left behind, after the end of its first process was waited for.

        A pid namespace leaves nothing; under Landlock orphans become children of this process.
        """
        self._boxes.discard(pid)
        if self._own >= 0:
            return
        while strays := set(children(os.getpid())) - self._boxes:
            for stray in strays:
                end_tree(stray)


def enter(  # noqa: PLR0913 (each is one plain choice of the caller)
    box: Box,
    sources: Sequence[Path | int] = (),
    *,
    keep: Collection[int] = (),
    skip: Collection[str] = (),
    uid: int = UID,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    shared: Sequence[Path] = (),
    rung: Rung | None = None,
) -> None:
    """Go into a box for good, in a child that was just forked and has one thread.

    The child of :meth:`Ground.fork` is boxed as it is; any other forks once more, and its outer
    half waits and ends with the same status. The working folder then holds the regular files of
    ``sources`` (folders, by path or open descriptor; a later one wins) without those named in
    ``skip``. Descriptors but those in ``keep`` are closed, 0, 1 and 2 lead to /dev/null unless
    kept. ``uid`` is the throw-away user for root: give each box that runs at the same time its
    own. ``environ`` is added to a small neutral environment. ``shared`` folders can be written
    from both sides.

    ``rung`` says which kind of box; without it the best that works here is taken. Landlock needs
    ``folder``, an empty folder of its own that the caller removes (:func:`end_tree` does).

    Raises:
        BadSubmission: the files are more or larger than the box takes.
        NoSandbox: a mechanism is missing; the process is in no state to go on.
    """
    plan = _Plan(box, sources, frozenset(keep), skip, uid if os.geteuid() == 0 else None, shared)
    try:
        if (rung or forked_rung()) == "namespaces":
            home, temporary = _enter_namespaces(plan)
        else:
            home, temporary = _enter_landlock(plan, folder)
        os.chdir(home)
        _set_environment(home, temporary, environ or {})
        seccomp.install(network=temporary == namespaces.TEMPORARY)
    except OSError as error:
        raise NoSandbox(str(error)) from error


@dataclass(frozen=True)
class _Plan:
    """What the caller of :func:`enter` asked for; ``uid`` is None for an ordinary user."""

    box: Box
    sources: Sequence[Path | int]
    keep: Collection[int]
    skip: Collection[str]
    uid: int | None
    shared: Sequence[Path]


def _enter_namespaces(plan: _Plan) -> tuple[str, str]:
    """Go into namespaces; return the working folder and the one for temporary files."""
    if os.getpid() != 1:
        _second_fork()
    namespaces.build(plan.box, plan.sources, skip=plan.skip, uid=plan.uid, shared=plan.shared)
    _detach(plan.keep)
    limit(plan.box)
    namespaces.become_student(plan.uid)
    linux.die_with_parent()
    return WORK, namespaces.TEMPORARY


def _enter_landlock(plan: _Plan, folder: Path | None) -> tuple[str, str]:
    """Go under Landlock's rules; return the working folder and the one for temporary files."""
    if folder is None:
        raise NoSandbox("Landlock needs a folder for each box, and none was given")
    home, temporary = folder / "work", folder / "tmp"
    for place in (home, temporary):
        place.mkdir(mode=0o700)
    owner = None if plan.uid is None else (plan.uid, plan.uid)
    most = (plan.box.source_mb * MEGABYTE, plan.box.source_files)
    copy_sources(plan.sources, str(home), most=most, skip=plan.skip, owner=owner)
    if plan.uid is not None:
        for place in (folder, home, temporary):
            os.chown(place, plan.uid, plan.uid)
    _detach(plan.keep)
    limit(plan.box, others=0 if plan.uid is not None else processes_of(os.geteuid()))
    linux.subreaper()
    linux.drop_privileges(plan.uid)
    linux.die_with_parent()
    landlock.restrict(plan.box.readable, plan.box.masked, (folder, *plan.shared))
    return str(home), str(temporary)


def _detach(keep: Collection[int]) -> None:
    """Let go of descriptors, terminal and umask of the fork server."""
    _close_all(keep)
    os.umask(0o022)
    if os.getsid(0) != os.getpid():
        os.setsid()


def _second_fork() -> None:
    """Go on as pid 1 of a new pid namespace; the parent waits and ends with the same status."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        linux.unshare(linux.CLONE_NEWPID)
    else:
        linux.unshare(linux.CLONE_NEWPID | linux.CLONE_NEWUSER)
        linux.map_user(uid, outside=(uid, gid))
    pid = os.fork()
    if not pid:
        linux.die_with_parent()
        return
    _close_all(())
    status = os.waitpid(pid, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF)


def _close_all(keep: Collection[int]) -> None:
    """Close every descriptor but these; 0, 1 and 2 lead to /dev/null unless kept."""
    nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for descriptor in range(_STANDARD):
        if descriptor not in keep:
            os.dup2(nowhere, descriptor)
    first = _STANDARD
    for descriptor in sorted(number for number in keep if number >= _STANDARD):
        linux.close_range(first, descriptor - 1)
        first = descriptor + 1
    linux.close_range(first, _LAST)


def _set_environment(home: str, temporary: str, environ: Mapping[str, str]) -> None:
    """Make the environment a neutral one; each change costs memory, so only what differs."""
    wanted = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": temporary,
        "IPYTHONDIR": f"{temporary}/.ipython",
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
        **environ,
    }
    for name in [name for name in os.environ if name not in wanted]:
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
