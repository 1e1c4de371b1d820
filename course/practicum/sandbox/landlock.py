"""The box below: Landlock rules for files, signals and sockets, where namespaces are forbidden.

Unlike the namespaces it hides nothing of what may be listed, leaves processes visible by number
in a kernel's error codes, and does not size the disk: :class:`~practicum.sandbox.MemoryWatch`
watches the folder. Everything that is not allowed by a rule is refused.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from practicum.sandbox import linux

__all__ = ["LEAST_ABI", "abi", "restrict"]

LEAST_ABI: Final = 6
"""The first Landlock that also keeps signals and abstract sockets inside (Linux 6.12)."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION: Final = 1
_PATH_BENEATH: Final = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_CHAR, _MAKE_BLOCK, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 14, 1 << 15
_ALL_FILES: Final = (1 << 16) - 1
_TCP: Final = 3
_SCOPES: Final = 3
_OF_A_FILE: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
_WRITE: Final = _ALL_FILES & ~(_MAKE_CHAR | _MAKE_BLOCK)

# What a Python process reads besides its libraries; none of it tells of other processes.
_SYSTEM: Final = (
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime"),
    *("/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/sys/devices/system/cpu"),
)
_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


@cache
def abi() -> int:
    """Ask the kernel for its Landlock version; 0 where there is none."""
    try:
        arguments = ctypes.c_void_p(None), ctypes.c_size_t(0), ctypes.c_uint(_VERSION)
        return linux.syscall("landlock", _CREATE, *arguments)
    except OSError:
        return 0


def restrict(readable: Sequence[Path], masked: Sequence[Path], writable: Sequence[Path]) -> None:
    """Put this process, and all it will start, under the rules, for good."""
    attributes = ctypes.create_string_buffer(struct.pack("=QQQ", _ALL_FILES, _TCP, _SCOPES), 24)
    size = ctypes.c_size_t(24)
    rules = linux.syscall("landlock", _CREATE, attributes, size, ctypes.c_uint(0))
    try:
        for place, rights in _rights(readable, masked):
            _allow(rules, place, rights)
        for name in _SYSTEM:
            _allow(rules, Path(name), _READ)
        for place in writable:
            _allow(rules, place, _WRITE)
        for name in _DEVICES:
            _allow(rules, Path(name), _READ_FILE | _WRITE_FILE)
        linux.no_new_privileges()
        linux.syscall("landlock", _RESTRICT, ctypes.c_int(rules), ctypes.c_uint(0))
    finally:
        os.close(rules)


def _rights(readable: Sequence[Path], masked: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    """Take the masked places out: rules only allow, so their neighbours are named instead."""
    for place in readable:
        hidden = [mask for mask in masked if mask.is_relative_to(place)]
        if not hidden:
            yield place, _READ
        elif place not in hidden:
            yield from _rights(sorted(place.iterdir()), hidden)


def _allow(rules: int, place: Path, rights: int) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_A_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
        kind = ctypes.c_uint(_PATH_BENEATH)
        linux.syscall("landlock rule", _ADD, ctypes.c_int(rules), kind, rule, ctypes.c_uint(0))
    finally:
        os.close(descriptor)
