"""Runs one command for the desk, and writes down how it ended. Needs the standard library alone.

It is started as a file: ``python job_process.py FOLDER LOCK COMMAND...``. The lock is a file
descriptor that this process and the command hold as long as they live, and nobody frees by hand.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["main"]


def main(folder: Path, lock: int, command: list[str]) -> None:
    """Run the command until it ends or is stopped: an interrupt stops the command, not this."""
    # A handler of our own is not inherited, where "ignored" would be: the command is to stop.
    signal.signal(signal.SIGINT, lambda *_: None)
    with (folder / "said.txt").open("wb") as said, (folder / "told.txt").open("wb") as told:
        process = subprocess.Popen(  # noqa: S603 (the desk's own command, no shell)
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=told, pass_fds=[lock]
        )
    signal.signal(signal.SIGTERM, lambda *_: process.kill())
    code = process.wait()
    ended = {"code": code, "at": datetime.now(UTC).isoformat()}
    fresh = folder / "ended.json.new"
    fresh.write_text(json.dumps(ended), encoding="utf-8")
    fresh.replace(folder / "ended.json")
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    line = json.dumps({key: job[key] for key in ("brief", "command", "started", "by")} | ended)
    log = os.open(folder.parent / "log.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(log, f"{line}\n".encode())
    os.close(log)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
