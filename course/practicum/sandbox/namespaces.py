"""The best box: own user, mount, pid, network, ipc and uts namespaces, and a tiny read-only root.

The order is that of pivot_root(2) and mount_namespaces(7): a small tmpfs becomes the root; what
may be read is bound into it; what was handed in is copied while the old root can still be seen;
then the old root is detached.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from practicum.sandbox import linux
from practicum.sandbox.box import WORK, Box
from practicum.sandbox.sources import copy_sources

__all__ = ["STUDENT", "TEMPORARY", "become_student", "build", "prepare"]

STUDENT: Final = 1000
"""The user in the box, where a user namespace lets us choose."""

_NAMESPACES: Final = (
    linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
)

# The new root is put together here: nothing that a box shows lies below /sys.
_ROOT: Final = "/sys"
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_LINKS: Final = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC: Final = ("ld.so.cache", "localtime")
_DISK: Final = "/.disk"
TEMPORARY: Final = "/tmp"  # noqa: S108 (it is the box's own)
"""The folder in the box for temporary files."""

_WRITABLE: Final = (WORK, TEMPORARY, "/dev/shm")  # noqa: S108 (see above)
_INODES: Final = 32_768
_MEGABYTE: Final = 1 << 20


def build(
    box: Box,
    sources: Sequence[Path | int] = (),
    *,
    skip: Collection[str] = (),
    uid: int | None = None,
    shared: Sequence[Path] = (),
) -> None:
    """Make new namespaces and the box's file system, and move into it.

    The process is pid 1 of its pid namespace and may mount. ``uid`` is who will own what can be
    written, when the process is root; it stays root here.
    """
    linux.unshare(_NAMESPACES)
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    flags = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount("tmpfs", _ROOT, "tmpfs", flags, f"size={box.disk_mb}m,nr_inodes={_INODES},mode=755")
    _furnish(uid)
    for place in _WRITABLE:
        linux.mount(f"{_ROOT}{_DISK}{place}", f"{_ROOT}{place}", flags=linux.MS_BIND)
    for folder in (*box.readable, *shared):
        _show(folder)
    for folder in box.masked:
        if Path(f"{_ROOT}{folder}").is_dir():
            linux.mount(f"{_ROOT}/.nothing", f"{_ROOT}{folder}", flags=linux.MS_BIND)
    owner = None if uid is None else (uid, uid)
    most = (box.source_mb * _MEGABYTE, box.source_files)
    copy_sources(sources, f"{_ROOT}{WORK}", most=most, skip=skip, owner=owner)
    linux.protect(_ROOT)
    for place in (*_WRITABLE, *map(str, shared)):
        linux.make_writable(f"{_ROOT}{place}")
    for name in _DEVICES:
        linux.mount(f"/dev/{name}", f"{_ROOT}/dev/{name}", flags=linux.MS_BIND)
    linux.mount("proc", f"{_ROOT}/proc", "proc", flags | linux.MS_NOEXEC)
    # Its own terminals: IPython runs a shell's command on one.
    terminals = linux.MS_NOSUID | linux.MS_NOEXEC
    linux.mount("devpts", f"{_ROOT}/dev/pts", "devpts", terminals, "newinstance,ptmxmode=0666")
    linux.change_root(_ROOT)
    socket.sethostname("box")


def prepare() -> None:
    """Read once, before the forks, what each box needs of this machine."""
    _root_links()
    _etc_files()


def become_student(uid: int | None) -> None:
    """Give up every privilege: root becomes ``uid``, anybody else 1000 of a new user namespace."""
    if uid is None:
        outside = os.geteuid(), os.getegid()
        # The user namespace comes last: only the owner of the pid namespace may mount /proc.
        linux.unshare(linux.CLONE_NEWUSER)
        linux.map_user(STUDENT, outside=outside)
    linux.drop_privileges(uid)


def _furnish(uid: int | None) -> None:
    """Make the folders, links and small files of the new root."""
    user = STUDENT if uid is None else uid
    for place in _WRITABLE:
        for folder in (f"{_ROOT}{place}", f"{_ROOT}{_DISK}{place}"):
            os.makedirs(folder, 0o755, exist_ok=True)  # noqa: PTH103 (pathlib takes twice as long)
        if uid is not None:
            os.chown(f"{_ROOT}{_DISK}{place}", uid, uid)
    for name in ("proc", ".nothing", "etc", "dev/pts"):
        os.mkdir(f"{_ROOT}/{name}", 0o755)  # noqa: PTH102 (see above)
    for name in _DEVICES:
        os.close(os.open(f"{_ROOT}/dev/{name}", os.O_CREAT | os.O_WRONLY, 0o644))
    os.symlink("pts/ptmx", f"{_ROOT}/dev/ptmx")  # noqa: PTH211 (see above)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"{_ROOT}/dev/{name}")  # noqa: PTH211 (see above)
    for name, target in _root_links():
        os.symlink(target, f"{_ROOT}/{name}")  # noqa: PTH211 (see above)
    files = {
        "passwd": f"student:x:{user}:{user}:student:{WORK}:/bin/sh\n".encode(),
        "group": f"student:x:{user}:\n".encode(),
        "hosts": b"127.0.0.1 localhost box\n",
        "nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
        **_etc_files(),
    }
    for name, content in files.items():
        with open(f"{_ROOT}/etc/{name}", "wb", buffering=0) as file:  # noqa: PTH123 (see above)
            file.write(content)


@cache
def _root_links() -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, os.readlink(f"/{name}"))  # noqa: PTH115 (the text of the link)
        for name in _LINKS
        if os.path.islink(f"/{name}")  # noqa: PTH114 (see above)
    )


@cache
def _etc_files() -> dict[str, bytes]:
    """Read the few small files of /etc that the loader and the clock want."""
    places = {name: Path("/etc") / name for name in _ETC}
    return {name: place.read_bytes() for name, place in places.items() if place.is_file()}


def _show(place: Path) -> None:
    """Bind a readable folder, with what is mounted in it, to the same place in the new root."""
    target = f"{_ROOT}{place}"
    if stat.S_ISDIR(os.stat(place).st_mode):  # noqa: PTH116 (see above)
        os.makedirs(target, 0o755, exist_ok=True)  # noqa: PTH103 (see above)
        linux.mount(str(place), target, flags=linux.MS_BIND | linux.MS_REC)
