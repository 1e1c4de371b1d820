"""A user's server in a box of its own: it sees its home and the libraries, and nothing else.

JupyterHub names this class in its configuration, so this is the only module here that needs
JupyterHub when it is imported.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from jupyterhub.spawner import SimpleLocalProcessSpawner
from traitlets import Unicode

from practicum.errors import NoSandbox
from practicum.hub.homes import account_of, make_home
from practicum.sandbox import Box, readable_here, rungs, seccomp

__all__ = ["BoxedSpawner", "boxed_command"]

STUDENT: Final = 1000
"""Whom a user's server believes to be where a user namespace lets us choose."""

_LINKS: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC: Final = (
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts", "/etc/mime.types"),
    *("/etc/ssl", "/etc/ca-certificates", "/etc/pki", "/etc/resolv.conf", "/etc/hosts"),
    *("/etc/nsswitch.conf", "/etc/host.conf", "/etc/inputrc", "/etc/bash.bashrc"),
)

PROCESSES: Final = 512
"""How many processes and threads one user has at most: a server with a few kernels uses 60."""


class BoxedSpawner(SimpleLocalProcessSpawner):  # type: ignore[misc]  # (JupyterHub has no types)
    """Starts servers by bwrap. Homes are folders; no account on the system is needed.

    The network is the machine's, because the hub and the proxy have to reach the server.
    """

    hidden = Unicode(
        config=True,
        help="The course's folder: not seen, even where it lies among the libraries.",
    )

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Return the environment with the home as it is called in the box."""
        env.update(
            USER=self.user.name,
            LOGNAME=self.user.name,
            HOME=inside_home(self.user.name),
            SHELL="/bin/bash",
            TMPDIR="/tmp",  # noqa: S108 (the box's own)
            JUPYTER_RUNTIME_DIR="/tmp/jupyter",  # noqa: S108 (as above; sockets need short names)
        )
        return env

    def make_preexec_fn(self, name: str) -> Callable[[], None] | None:  # noqa: ARG002
        """Return nothing to do: the box makes its own folder the current one."""
        return None

    async def start(self) -> Any:  # noqa: ANN401 (what JupyterHub asks for)
        """Start the server in its box; refuse when there can be none."""
        require_bwrap()
        owner = account_of(self.user.name) if os.geteuid() == 0 else None
        make_home(Path(self.home_dir), owner)
        box = Box()
        if self.hidden:
            box = replace(box, masked=(*box.masked, *_among(Path(self.hidden), box.readable)))
        line, descriptors = boxed_command(
            self.user.name,
            Path(self.home_dir),
            box,
            owner=owner,
            memory=int(self.mem_limit or 0),
        )
        plain: list[str] = self.cmd  # type: ignore[has-type]  # (JupyterHub has no types)
        self.cmd = [*line, *plain]
        self.popen_kwargs = {"pass_fds": descriptors, "cwd": "/"}
        try:
            return await super().start()
        finally:
            self.cmd = plain
            for descriptor in descriptors:
                os.close(descriptor)


def require_bwrap() -> None:
    """Raise NoSandbox unless a program can be started in a box by bwrap here."""
    if "bwrap" not in rungs():
        message = (
            "`hub: {spawner: boxed}` starts each user's server by bwrap, which is missing or not "
            "allowed here (without it: `spawner: unix` with real accounts, or `docker`; "
            "`simple` only where nobody has anything to hide)"
        )
        raise NoSandbox(message)


def boxed_command(
    user: str, home: Path, box: Box, *, owner: int | None, memory: int
) -> tuple[list[str], tuple[int, ...]]:
    """Return the start of a command line that opens a box, and the descriptors it inherits.

    Args:
        user: Whose box it is.
        home: The folder that becomes /home/USER there, the only one that lasts.
        box: Which folders can be read, and which of these are masked.
        owner: Whom root becomes in the box; None for an ordinary account.
        memory: How much one process may have, in bytes; 0 for any.

    """
    number = STUDENT if owner is None else owner
    inside = inside_home(user)
    files = (
        _memory_file("passwd", f"{user}:x:{number}:{number}::{inside}:/bin/bash\n".encode()),
        _memory_file("group", f"{user}:x:{number}:\n".encode()),
        _memory_file("seccomp", seccomp.program(network=True, interfaces=True)),
    )
    line = [
        *("bwrap", *_namespaces(owner)),
        *_file_system(box),
        *(*_parents(Path(inside)), "--bind", str(home), inside, "--chdir", "/"),
        *("--perms", "0444", "--file", str(files[0]), "/etc/passwd"),
        *("--perms", "0444", "--file", str(files[1]), "/etc/group"),
        *("--remount-ro", "/", "--seccomp", str(files[2]), "--"),
    ]
    if owner is not None:
        line += ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
        line += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    line += ["prlimit", "--core=0:0", f"--nproc={PROCESSES}:{PROCESSES}"]
    if memory:
        line.append(f"--data={memory}:{memory}")
    # Only now: root without its powers may not enter the home of another.
    line += ["--", "env", f"--chdir={inside}"]
    line[0] = shutil.which("bwrap") or "bwrap"
    return line, files


def _among(place: Path, readable: tuple[Path, ...]) -> tuple[Path, ...]:
    real = Path(os.path.realpath(place))
    return (real,) if any(real.is_relative_to(folder) for folder in readable) else ()


def inside_home(user: str) -> str:
    """Return the path of a home in the box; it must not lie over this Python."""
    home = Path("/home") / user
    covered = any(place.is_relative_to(home) for place in readable_here())
    return f"/srv/home/{user}" if covered else str(home)


def _namespaces(owner: int | None) -> list[str]:
    if owner is None:
        who = ["--unshare-user", "--disable-userns", "--uid", str(STUDENT), "--gid", str(STUDENT)]
        who += ["--cap-drop", "ALL"]
    else:
        who = ["--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            who += ["--cap-add", capability]
    return [*who, "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--die-with-parent"]


def _file_system(box: Box) -> list[str]:
    """Return what is seen: programs and libraries, read-only, and a /tmp of its own."""
    line = ["--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108 (the box's own)
    for place in _LINKS:
        if Path(place).is_symlink():
            line += ["--symlink", os.readlink(place), place]  # noqa: PTH115 (the text of the link)
    line += ["--perms", "0755", "--dir", "/etc"]
    for place in _ETC:
        line += ["--ro-bind-try", place, place]
    for folder in box.readable:
        line += [*_parents(folder), "--ro-bind", str(folder), str(folder)]
    for folder in box.masked:
        line += ["--size", "4096", "--tmpfs", str(folder), "--remount-ro", str(folder)]
    return line


def _parents(place: Path) -> list[str]:
    """Make the folders above a place such that everybody may pass."""
    above = [str(folder) for folder in reversed(place.parents)][1:]
    return [
        part
        for folder in above
        if folder not in {"/tmp", "/dev"}  # noqa: S108 (of the box)
        for part in ("--perms", "0755", "--dir", folder)
    ]


def _memory_file(name: str, content: bytes) -> int:
    descriptor = os.memfd_create(name, 0)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
