"""The process that workers are forked from, started before anybody waits for it."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

__all__ = ["fork_server", "start_ahead"]

PRELOADED = "practicum.grade.worker"


def fork_server() -> ForkServerContext:
    """Return the context whose processes are forks of one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    return context


def start_ahead() -> None:
    """Begin to import what workers need, in another process, while this one goes on."""
    fork_server()
    forkserver.ensure_running()
