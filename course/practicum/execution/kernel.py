"""The IPython kernel that runs in the box: ipykernel's own, with a channel in place of sockets.

It is made once, in the fork server, before any fork: creating the shell, its magics and its
formatters is what a kernel's start costs. A child only attaches its channel and begins. Every
message that the kernel would publish over ZeroMQ goes through its session's ``send``, so that
replacing that one method replaces the transport and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session, extract_header
from tornado.ioloop import IOLoop
from traitlets.config import Config

from practicum.execution.channel import Channel, Closed
from practicum.execution.streams import Stream
from practicum.judge import Crossing

__all__ = ["BoxKernel"]


APART_SECONDS = 8.0
"""How long what is run apart may take; less than the trusted side waits for it."""


class _ChannelSession(Session):
    """A session whose messages go down a channel; until there is one, nowhere."""

    channel: Channel | None = None

    def send(  # type: ignore[override]  # as the base class, but for the socket's type
        self,
        stream: object,  # noqa: ARG002 (the sockets that the kernel believes it has)
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        **_options: Any,  # noqa: ANN401 (identities, buffers, tracking: for sockets)
    ) -> dict[str, Any]:
        """Send a message's kind, content and the request that it belongs to."""
        if isinstance(msg_or_type, dict):
            kind, content = msg_or_type["header"]["msg_type"], msg_or_type["content"]
            origin = msg_or_type.get("parent_header") or {}
        else:
            kind, content = msg_or_type, content or {}
            origin = extract_header(parent) if parent else {}
        if self.channel is not None:
            frame = {"kind": kind, "content": content, "request": origin.get("msg_id", "")}
            self.channel.send(frame)
        return {"content": content, "header": {"msg_type": kind}}


class _Reader:
    """Reads what comes on a channel, in the event loop, and says that there is more."""

    def __init__(self, channel: Channel, more: asyncio.Event) -> None:
        self.closed = False
        self._channel, self._more = channel, more
        asyncio.get_running_loop().add_reader(channel.socket, self._read)

    def _read(self) -> None:
        try:
            self._channel.fill()
        except Closed:
            self.closed = True
            asyncio.get_running_loop().remove_reader(self._channel.socket)
        self._more.set()


class BoxKernel:
    """ipykernel's kernel before and after the fork."""

    def __init__(self) -> None:
        """Make the kernel; no thread, event loop or socket comes into being."""
        _leave_out_debugger()
        config = Config()
        # With a file, it would begin a thread.
        config.HistoryManager.enabled = False
        self._session = _ChannelSession(key=b"")
        main = SimpleNamespace(parent_thread=threading.main_thread(), manager=None)
        self.kernel: Any = IPythonKernel.instance(
            session=self._session,
            shell_channel_thread=main,
            log=logging.getLogger("practicum.kernel"),
            config=config,
        )
        # It waits for sockets, of which there are none.
        self.kernel._execute_sleep = 0.0  # noqa: SLF001 (a setting, in spite of its name)
        self.shell: Any = self.kernel.shell
        _transform_once(self.shell)
        self._request = ""
        self._streams = (Stream("stdout", 1, self._publish), Stream("stderr", 2, self._publish))

    @property
    def language_info(self) -> dict[str, object]:
        """What a notebook's metadata say of the language that it was run with."""
        return dict(self.kernel.language_info)

    def begin(self, channel: Channel, judge: Channel | None = None) -> None:
        """Run what the channel asks for until it is closed: the body of the child.

        Args:
            channel: Requests to run a cell, ``{"execute": source, "id": name}``; the answers
                are the kernel's messages, and ``{"kind": "idle"}`` at the end. A request with
                ``"apart"`` is run in a fork, which leaves nothing behind but its error.
            judge: Where the judge asks for values of the notebook's names.

        """
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        self._session.channel = channel
        sys.stdout, sys.stderr = self._streams
        for stream in self._streams:
            stream.begin()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with contextlib.suppress(Closed):
            asyncio.run(self._serve(channel, judge))

    async def _serve(self, channel: Channel, judge: Channel | None) -> None:
        self.kernel.io_loop = IOLoop.current()
        more = asyncio.Event()
        requests = _Reader(channel, more)
        questions = None if judge is None else _Reader(judge, more)
        crossing = None if judge is None else Crossing(self.shell.user_ns)
        while not requests.closed:
            while (frame := channel.next_frame()) is not None:
                if isinstance(frame, bytes):
                    continue
                if "apart" in frame:
                    self._execute_apart(channel, str(frame["execute"]), str(frame["id"]))
                else:
                    await self._execute(channel, str(frame["execute"]), str(frame["id"]))
            if judge is not None and crossing is not None and questions is not None:
                while (question := judge.next_frame()) is not None:
                    if isinstance(question, bytes):
                        judge.send(crossing.answer(question))
            more.clear()
            await more.wait()

    async def _execute(self, channel: Channel, source: str, name: str) -> None:
        """Run one cell as ipykernel does when a frontend asks for it."""
        request = {
            "header": {"msg_id": name, "msg_type": "execute_request"},
            "content": {
                "code": source,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": False,
            },
            "metadata": {},
        }
        self._request = name
        self.kernel.set_parent([], request)
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            await self.kernel.execute_request(None, [], request)
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        for stream in self._streams:
            stream.flush()
        channel.send({"kind": "idle", "content": {}, "request": name})

    def _execute_apart(self, channel: Channel, source: str, name: str) -> None:
        """Run source in a fork of this very state, and send the error that it ended with."""
        child = os.fork()
        if child == 0:
            self._session.channel = None
            error: dict[str, str] = {"ename": "", "evalue": ""}
            try:
                done = self.shell.run_cell(source, silent=True, store_history=False)
                raised = done.error_before_exec or done.error_in_exec
                if raised is not None:
                    error = {"ename": type(raised).__name__, "evalue": str(raised)}
                channel.send({"kind": "checked", "content": error, "request": name})
            finally:
                os._exit(0)
        _end_soon(child, APART_SECONDS)
        channel.send({"kind": "idle", "content": {}, "request": name})

    def _publish(self, name: str, text: str) -> None:
        self._session.send(
            None, "stream", {"name": name, "text": text}, {"header": {"msg_id": self._request}}
        )


def _end_soon(child: int, seconds: float) -> None:
    """Wait for a child, and kill it when its time is over."""
    end, pause = time.monotonic() + seconds, 0.001
    with contextlib.suppress(ChildProcessError, ProcessLookupError):
        while not os.waitpid(child, os.WNOHANG)[0]:
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return
            time.sleep(pause)
            pause = min(0.05, 2 * pause)


def _leave_out_debugger() -> None:
    """Keep debugpy away: it takes long to import, and would open sockets."""
    names = ("debugpy", "debugpy.server")
    # That is how an import is made to fail.
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]
    importlib.import_module("ipykernel.debugger")
    for name in names:
        del sys.modules[name]


def _transform_once(shell: Any) -> None:  # noqa: ANN401 (IPython's shell is untyped)
    """Translate magics once: ipykernel and IPython each do it, one right after the other."""
    slow = shell.transform_cell
    last: dict[str, str] = {}

    def transform_cell(source: str) -> str:
        if source in last:
            return str(last.pop(source))
        last.clear()
        last[source] = slow(source)
        return str(last[source])

    shell.transform_cell = transform_cell


def is_single_threaded() -> bool:
    """Tell whether this process has one thread, native ones of libraries included."""
    return len([*Path("/proc/self/task").iterdir()]) == 1
