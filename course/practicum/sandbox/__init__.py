"""The box in which one submission runs, and the doors to it.

A fork server makes a :class:`Ground`; each of its children calls :func:`enter`. Other programs
start cold through :func:`wrapped`. :func:`level` tells which kind of box works here,
:func:`self_test` proves it by attacking one, :class:`MemoryWatch` holds what no single process
can be held to, :func:`end_tree` ends it all.
"""

from practicum.sandbox.box import WORK, Box, readable_here
from practicum.sandbox.cold import Cold, wrapped
from practicum.sandbox.entering import UID, Ground, enter
from practicum.sandbox.levels import Level, Rung, level, rungs
from practicum.sandbox.processes import end_tree, pid_of
from practicum.sandbox.proving import Attempt, SelfTest, self_test
from practicum.sandbox.watch import MemoryWatch, Overuse

__all__ = [
    "UID",
    "WORK",
    "Attempt",
    "Box",
    "Cold",
    "Ground",
    "Level",
    "MemoryWatch",
    "Overuse",
    "Rung",
    "SelfTest",
    "end_tree",
    "enter",
    "level",
    "pid_of",
    "readable_here",
    "rungs",
    "self_test",
    "wrapped",
]
