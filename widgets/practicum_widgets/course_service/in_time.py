"""A call that is given up when its time is over, whatever the other side does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["in_time"]

T = TypeVar("T")


def in_time(call: Callable[[], T], seconds: float) -> T:
    """Return what a call returns, or raise what it raises.

    A socket's own limit begins anew with each byte: a service that sends one a second would hold
    the notebook for hours. So the call runs in a thread, which nobody waits for after the time.

    Raises:
        TimeoutError: The time is over.

    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 (raised again below, where it is waited for)
            future.set_exception(error)

    threading.Thread(target=run, name="practicum-service", daemon=True).start()
    return future.result(timeout=seconds)
