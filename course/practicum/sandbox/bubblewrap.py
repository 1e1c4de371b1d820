"""The command line of bwrap (bubblewrap 0.8 or newer) for a box like the others."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from practicum.errors import NoSandbox
from practicum.sandbox import seccomp
from practicum.sandbox.box import WORK, Box
from practicum.sandbox.limits import MEGABYTE, rlimits
from practicum.sandbox.namespaces import STUDENT, TEMPORARY

__all__ = ["command"]

_LINKS: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC: Final = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")
_COPY_THEN_RUN: Final = 'cp -R /in/. . && exec "$@"'
_PRLIMIT: Final = {
    resource.RLIMIT_CORE: "core",
    resource.RLIMIT_CPU: "cpu",
    resource.RLIMIT_FSIZE: "fsize",
    resource.RLIMIT_NOFILE: "nofile",
    resource.RLIMIT_NPROC: "nproc",
    resource.RLIMIT_DATA: "data",
    resource.RLIMIT_AS: "as",
    resource.RLIMIT_MEMLOCK: "memlock",
    resource.RLIMIT_MSGQUEUE: "msgqueue",
}


def command(  # noqa: PLR0913 (each is one plain choice of the caller)
    argv: Sequence[str],
    box: Box,
    *,
    uid: int | None,
    environ: Mapping[str, str],
    inbox: Path | None,
    shared: Sequence[Path],
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Make the command line and list the descriptors that it has to inherit.

    ``uid`` is whom root becomes in the box (None for an ordinary user). The files in ``inbox``
    are copied into the working folder.
    """
    user = STUDENT if uid is None else uid
    descriptors = (
        _memory_file("seccomp", seccomp.program(network=True)),
        _memory_file("passwd", f"student:x:{user}:{user}::{WORK}:/bin/sh\n".encode()),
        _memory_file("group", f"student:x:{user}:\n".encode()),
    )
    line = [
        *(_program("bwrap"), *_namespaces(uid)),
        *_file_system(box, shared, inbox),
        *(
            "--file",
            str(descriptors[1]),
            "/etc/passwd",
            "--file",
            str(descriptors[2]),
            "/etc/group",
        ),
        *_environment(environ),
        *("--seccomp", str(descriptors[0]), "--remount-ro", "/", "--chdir", WORK, "--"),
    ]
    if uid is not None:
        line += [_program("setpriv"), f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        line += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    limits = rlimits(box)
    line += [_program("prlimit")]
    line += [f"--{option}={limits[name][0]}:{limits[name][1]}" for name, option in _PRLIMIT.items()]
    line.append("--")
    if inbox is not None:
        line += ["/bin/sh", "-c", _COPY_THEN_RUN, "sh"]
    return (*line, *argv), descriptors


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NoSandbox(f"the program {name} is not installed")
    return found


def _memory_file(name: str, content: bytes) -> int:
    descriptor = os.memfd_create(name, 0)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _namespaces(uid: int | None) -> list[str]:
    if uid is None:
        whose = ["--unshare-user", "--disable-userns", "--uid", str(STUDENT), "--gid", str(STUDENT)]
        whose += ["--cap-drop", "ALL"]
    else:
        # Root mounts as root and becomes another in the box: an interpreter in a private
        # folder still works, and the limit on processes, which spares root, counts.
        whose = ["--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            whose += ["--cap-add", capability]
    return [
        *whose,
        *("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-net"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "box"),
    ]


def _file_system(box: Box, shared: Sequence[Path], inbox: Path | None) -> list[str]:
    small = str(box.disk_mb * MEGABYTE // 4)
    line = ["--dev", "/dev", "--remount-ro", "/dev", "--proc", "/proc"]
    sizes = ((WORK, str(box.disk_mb * MEGABYTE)), (TEMPORARY, small), ("/dev/shm", small))  # noqa: S108 (in the box)
    for place, size in sizes:
        line += _parents(place)
        line += ["--perms", "1777", "--size", size, "--tmpfs", place]
    for place in _LINKS:
        if Path(place).is_symlink():
            line += ["--symlink", os.readlink(place), place]  # noqa: PTH115 (the text of the link)
    for place in _ETC:
        line += ["--ro-bind-try", place, place]
    for folder in box.readable:
        line += [*_parents(str(folder)), "--ro-bind", str(folder), str(folder)]
    for folder in box.masked:
        line += ["--size", "4096", "--tmpfs", str(folder), "--remount-ro", str(folder)]
    for folder in shared:
        line += [*_parents(str(folder)), "--bind", str(folder), str(folder)]
    if inbox is not None:
        line += ["--ro-bind", str(inbox), "/in"]
    return line


def _parents(place: str) -> list[str]:
    """Make the folders above a place such that everybody may pass."""
    above = [str(folder) for folder in reversed(Path(place).parents)][1:]
    return [
        part
        for folder in above
        if folder not in {TEMPORARY, WORK, "/dev"}
        for part in ("--perms", "0755", "--dir", folder)
    ]


def _environment(environ: Mapping[str, str]) -> list[str]:
    values = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": WORK,
        "TMPDIR": TEMPORARY,
        "IPYTHONDIR": f"{TEMPORARY}/.ipython",
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
        **environ,
    }
    line = ["--clearenv"]
    for name, value in values.items():
        line += ["--setenv", name, value]
    return line
