"""The few Linux calls that a box is made of, with errors as ``OSError`` that name the call."""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path
from typing import Final

__all__ = [
    "CLONE_NEWIPC",
    "CLONE_NEWNET",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "CLONE_NEWUTS",
    "MS_BIND",
    "MS_NODEV",
    "MS_NOEXEC",
    "MS_NOSUID",
    "MS_PRIVATE",
    "MS_REC",
    "change_root",
    "close_range",
    "die_with_parent",
    "drop_privileges",
    "make_writable",
    "map_user",
    "mount",
    "no_new_privileges",
    "protect",
    "setns",
    "subreaper",
    "syscall",
    "unshare",
]

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
MS_BIND: Final = 4096
MS_REC: Final = 16384
MS_PRIVATE: Final = 1 << 18

_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000
_MOUNT_ATTR_RDONLY: Final = 1
_MOUNT_ATTR_NOSUID: Final = 2
_MOUNT_ATTR_NODEV: Final = 4
_MNT_DETACH: Final = 2
_SYS_CLOSE_RANGE: Final = 436
_SYS_MOUNT_SETATTR: Final = 442  # the same on every architecture, as all calls above 424
_SYS_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
_SYS_CAPSET: Final = {"x86_64": 126, "aarch64": 91}

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_CAPBSET_DROP: Final = 24
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
_CAP_VERSION_3: Final = 0x20080522
_CAPABILITIES: Final = 64
_SIGKILL: Final = 9


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns", ctypes.c_uint64),
    )


def _failed(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")


def syscall(what: str, number: int, *arguments: object) -> int:
    """Make a system call by its number; raise ``OSError`` that names ``what`` if it fails."""
    result: int = _LIBC.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise _failed(what)
    return result


def _prctl(option: int, value: int, other: int = 0) -> int:
    result: int = _LIBC.prctl(
        option, ctypes.c_ulong(value), ctypes.c_ulong(other), ctypes.c_ulong(0), ctypes.c_ulong(0)
    )
    return result


def unshare(flags: int) -> None:
    """Move this process into new namespaces."""
    if _LIBC.unshare(flags) != 0:
        raise _failed("unshare")


def setns(descriptor: int, kind: int) -> None:
    """Move this process (for a pid namespace: its next children) into an existing namespace."""
    if _LIBC.setns(descriptor, kind) != 0:
        raise _failed("setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount ``source`` at ``target``; both are absolute, or relative to the working folder."""
    result = _LIBC.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    if result != 0:
        raise _failed(f"mount {kind or 'of'} {source} at {target}")


def _set_attributes(target: str, what: str, attributes: _MountAttributes, flags: int) -> None:
    syscall(
        f"{what} {target}",
        _SYS_MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(flags),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )


def protect(target: str) -> None:
    """Make a mount and all below it read-only, without devices and set-user-id (Linux 5.12)."""
    flags = _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV
    _set_attributes(target, "protect", _MountAttributes(set=flags), _AT_RECURSIVE)


def make_writable(target: str) -> None:
    """Take the read-only flag from this one mount."""
    _set_attributes(target, "make writable", _MountAttributes(clear=_MOUNT_ATTR_RDONLY), 0)


def change_root(new: str) -> None:
    """Make the mount ``new`` the root, and detach the old root with all that is mounted in it."""
    os.chdir(new)
    # pivot_root(2), "pivot_root(".", ".")": the old root then lies on top of the new one.
    syscall("pivot_root", _SYS_PIVOT_ROOT[platform.machine()], b".", b".")
    if _LIBC.umount2(b".", _MNT_DETACH) != 0:
        raise _failed("detach the old root")
    os.chdir("/")


def close_range(first: int, last: int) -> None:
    """Close all descriptors from ``first`` to ``last``, both included (Linux 5.9)."""
    if first <= last:
        arguments = ctypes.c_uint(first), ctypes.c_uint(last), ctypes.c_uint(0)
        syscall("close_range", _SYS_CLOSE_RANGE, *arguments)


def no_new_privileges() -> None:
    """From here on no program that is started can gain a privilege."""
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1) != 0:
        raise _failed("no_new_privs")


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends; a change of user undoes this."""
    if _prctl(_PR_SET_PDEATHSIG, _SIGKILL) != 0:
        raise _failed("parent death signal")


def subreaper() -> None:
    """Become the parent of all descendants that lose theirs."""
    if _prctl(_PR_SET_CHILD_SUBREAPER, 1) != 0:
        raise _failed("child subreaper")


def drop_privileges(uid: int | None) -> None:
    """Give up every capability for good; as real root, become ``uid`` before.

    The bounding set is emptied too, so that no program with file capabilities gives any back.
    """
    for capability in range(_CAPABILITIES):
        if _prctl(_PR_CAPBSET_DROP, capability) != 0:
            break  # EINVAL: past the last capability that this kernel knows, or not ours to drop
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall("capset", _SYS_CAPSET[platform.machine()], header, nothing)
    # A change of user closes /proc/self to the process itself; nobody else is in the box.
    _prctl(_PR_SET_DUMPABLE, 1)


def map_user(inside: int, *, outside: tuple[int, int]) -> None:
    """In a fresh user namespace: make user and group ``outside`` be ``inside``."""
    uid, gid = outside
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{inside} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{inside} {gid} 1", encoding="ascii")
