"""The system calls that no notebook needs: a seccomp filter (a classic BPF program) without them.

What is refused gives EPERM, or ENOSYS where a program then takes another way. The call numbers
are those of Linux on x86-64 and on aarch64; on anything else there is no filter and no box.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from practicum.sandbox import linux

__all__ = ["install", "program", "supported"]

_NONE: Final = 1 << 20

# name: (x86-64, aarch64); _NONE where the architecture has no such call.
_DENIED: Final[dict[str, tuple[int, int]]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    # parts of the kernel with a long record of holes
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "vmsplice": (278, 75),
    "personality": (135, 92),
    "lookup_dcookie": (212, 18),
    # the machine
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "modify_ldt": (154, _NONE),
    "iopl": (172, _NONE),
    "ioperm": (173, _NONE),
}

# Memory that outlives its mapping, so that no limit on resident memory sees it; and clone3,
# whose flags a filter cannot read (programs then use clone).
_ABSENT: Final[dict[str, tuple[int, int]]] = {
    "clone3": (435, 435),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
}

_CLONE: Final = (56, 220)
_SOCKET: Final = (41, 198)
_CONNECT: Final = (42, 203)
_PRCTL: Final = (157, 167)
_IOCTL: Final = (16, 29)
_SECCOMP: Final = (317, 277)

_AUDIT_ARCH: Final = (0xC000003E, 0xC00000B7)
_X32: Final = 0x40000000
_CLONE_NEW: Final = 0x7E020080  # NEWNS CGROUP UTS IPC USER PID NET, and TIME
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_SOCK_TYPE, _SOCK_STREAM = 0xF, 1
_PR_SET_PDEATHSIG: Final = 1
_TTY_INJECTION: Final = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM: Final = _ERROR | errno.EPERM
_ENOSYS: Final = _ERROR | errno.ENOSYS
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16

_SET_MODE_FILTER, _SPEC_ALLOW = 1, 4


class _Step(NamedTuple):
    """One instruction: what it does, how far it jumps if true and if false, and its operand."""

    code: int
    then: int
    otherwise: int
    operand: int


def supported() -> bool:
    """Say whether there are call numbers for this processor."""
    return platform.machine() in {"x86_64", "aarch64"}


def _argument(index: int) -> _Step:
    return _Step(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * index)


def _when(number: int, body: Sequence[_Step]) -> list[_Step]:
    """Run ``body``, which ends by itself, for one call only."""
    return [_Step(_EQUAL, 0, len(body), number), *body]


def _answer(verdict: int) -> _Step:
    return _Step(_RETURN, 0, 0, verdict)


def _one_of(values: Sequence[int], *, hit: int, miss: int) -> list[_Step]:
    """Answer by whether the loaded value is one of a few."""
    steps = [_Step(_EQUAL, len(values) - n, 0, value) for n, value in enumerate(values)]
    return [*steps, _answer(miss), _answer(hit)]


def _sockets(which: int, *, network: bool, interfaces: bool) -> list[_Step]:
    if network:
        families = (_AF_UNIX, _AF_INET, _AF_INET6, *((_AF_NETLINK,) if interfaces else ()))
        body = [_argument(0), *_one_of(families, hit=_ALLOW, miss=_EPERM)]
        return _when(_SOCKET[which], body)
    # Without a network namespace: streams between own processes, and no connection to any
    # named socket, for a file system rule does not keep a process from a server's socket.
    body = [
        _argument(0),
        _Step(_EQUAL, 1, 0, _AF_UNIX),
        _answer(_EPERM),
        _argument(1),
        _Step(_AND, 0, 0, _SOCK_TYPE),
        *_one_of((_SOCK_STREAM,), hit=_ALLOW, miss=_EPERM),
    ]
    return [*_when(_SOCKET[which], body), *_when(_CONNECT[which], [_answer(_EPERM)])]


@cache
def program(*, network: bool, interfaces: bool = False) -> bytes:
    """Write the filter: ``network`` says that the box has a (dead) network of its own.

    With it, Internet sockets can be made but reach nothing; without it they cannot be made.
    ``interfaces`` also lets the network's interfaces be listed, which a server does at its start.
    """
    which = ("x86_64", "aarch64").index(platform.machine())
    steps = [
        _Step(_LOAD, 0, 0, _ARCH_AT),
        _Step(_EQUAL, 1, 0, _AUDIT_ARCH[which]),
        _answer(_KILL),
        _Step(_LOAD, 0, 0, _NUMBER_AT),
        _Step(_AT_LEAST, 0, 1, _X32),
        _answer(_EPERM),
    ]
    for table, verdict in ((_DENIED, _EPERM), (_ABSENT, _ENOSYS)):
        for numbers in table.values():
            if numbers[which] != _NONE:
                steps += _when(numbers[which], [_answer(verdict)])
    clone = [_argument(0), _Step(_ANY_BIT, 0, 1, _CLONE_NEW), _answer(_EPERM), _answer(_ALLOW)]
    steps += _when(_CLONE[which], clone)
    pdeath = [_argument(0), *_one_of((_PR_SET_PDEATHSIG,), hit=_EPERM, miss=_ALLOW)]
    steps += _when(_PRCTL[which], pdeath)
    injection = [_argument(1), *_one_of(_TTY_INJECTION, hit=_EPERM, miss=_ALLOW)]
    steps += _when(_IOCTL[which], injection)
    steps += _sockets(which, network=network, interfaces=interfaces)
    steps.append(_answer(_ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def install(*, network: bool) -> None:
    """Put this process and all it will start under the filter, for good."""
    code = program(network=network)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    which = ("x86_64", "aarch64").index(platform.machine())
    linux.no_new_privileges()
    linux.syscall(
        "seccomp",
        _SECCOMP[which],
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(_SPEC_ALLOW),
        ctypes.create_string_buffer(described, len(described)),
    )
