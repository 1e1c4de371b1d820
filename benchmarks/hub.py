"""A course on a real JupyterHub under load, and the rush before a deadline.

    python benchmarks/hub.py [--students 200] [--reviewers 20] [--seconds 120]
                             [--rush 1000] [--rush-seconds 60] [--servers 3] ...

JupyterHub runs with its proxy and all three services on this machine. Each student has a token
that the hub has made, which may do what the token in a student's server may; the servers
themselves are not there, since as many do not fit on one machine. ``--servers`` of them are
started, one after the other, to measure what one needs.

1. A few students have handed in, and are graded.
2. The students fetch, write to the employer, note progress and hand in, through nbgrader's plugin
   and the widgets' own client, spread over some seconds, while reviewers work in the review room
   (a quarter by account, the others by link) and what comes in is graded on arrival.
3. The exchange takes turns with nbgrader's own, one submission after the other.
4. The rush: ever more submissions until the deadline, each from another student. What one took
   is counted from when it was to begin. What came before is still being graded.

In the end each receipt's signature is checked, its submission is looked up in the ledger, and all
is waited for to be graded. Errors and lost submissions make the exit code 1. The clients share
the processors with what they measure. A picture is drawn; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import requests
from hub_load.checking import check_ledger, refused, wait_until_graded
from hub_load.drawing import draw
from hub_load.laying import RunningHub, lay, name, notebooks, running
from hub_load.noting import Notes, latencies
from hub_load.peer import beside_nbgrader
from hub_load.reviewers import review
from hub_load.servers import measure_servers
from hub_load.students import Class, rush, work
from hub_load.watching import Watch
from measuring import about_this_machine

TOLD_EVERY = 10.0
STARTED = time.monotonic()


def main() -> int:
    """Measure, print, draw; return 1 if anything failed or was lost."""
    options = _options()
    # Whoever ends this by a signal leaves no hub behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun = about_this_machine()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder)
        _say(f"laying a course: {options.students} students, {options.rush} in the rush")
        rushing = min(options.rush, options.rush_students)
        people = max(options.students, rushing) + options.servers + 1
        course = lay(place / "course", (people, options.reviewers, 0))
        with running(course) as hub:
            names = [name(number) for number in range(people)]
            _say(f"the hub runs: {hub.address}; making {people} tokens")
            (place / "sent").mkdir()
            address = f"{hub.address}services/practicum"
            class_ = Class(address, hub.made_tokens(*names), notebooks(course), place / "sent")
            watch = Watch(hub)
            watch.start()
            figures, drawn = _phases(options, hub, class_, names, place)
            cpu = watch.stop()
            figures["memory_peak_mb"] = {k: round(v) for k, v in sorted(watch.peak.items())}
            figures["cpu_seconds"] = cpu
            figures["refused_and_retried"] = refused(hub.state / "logs" / "hub.log")
            if options.servers:
                _say(f"starting {options.servers} students' servers, one after the other")
                figures["server"] = measure_servers(hub, options.servers, people - options.servers)
    memory = [(at, sum(parts.values())) for at, parts in watch.seen]
    draw(options.picture, *drawn, memory)
    _say(f"picture: {options.picture}")
    return _report(options, figures, begun)


def _phases(
    options: argparse.Namespace, hub: RunningHub, class_: Class, names: list[str], place: Path
) -> tuple[dict[str, Any], tuple[Any, Any]]:
    figures: dict[str, Any] = {}
    early = Notes()
    for student in names[: options.early]:
        with early.of("submit"):
            class_.hand_in(class_.client(student), student, early)
    _graded(hub, options, f"{options.early} submissions from before")

    _say(f"{options.students} students and {options.reviewers} reviewers work")
    notes, seconds = Notes(), options.seconds
    threads = [
        threading.Thread(target=work, args=(class_, names[: options.students], seconds, notes)),
        threading.Thread(target=review, args=(hub, options.reviewers, seconds, notes)),
    ]
    _run(threads, notes, class_)
    figures["work"] = {"seconds": round(notes.since(), 1), "actions": latencies(notes.took)}

    if options.peer:
        done, wanted = _graded(hub, options, "so that the exchanges are compared in quiet")
        book, token = class_.books[0], class_.tokens[names[-1]]
        figures["exchange"] = beside_nbgrader(place, book, class_.address, token, options.peer)
        figures["work"] |= {"graded": done, "of": wanted}

    deadline = Notes()
    if options.rush:
        _say(f"{options.rush} submissions come within {options.rush_seconds:g} s")
        rushing = names[: min(options.rush, options.rush_students)]
        arguments = (class_, rushing, options.rush, options.rush_seconds, deadline)
        _run([threading.Thread(target=rush, args=arguments)], deadline, class_)
        last = max(one.at + one.seconds for one in deadline.took)
        figures["rush"] = {
            "seconds_until_last_receipt": round(last, 1),
            **latencies(deadline.took)["submit"],
        }

    begun = time.monotonic()
    done, wanted = _graded(hub, options, "all that came in")
    figures["graded"], figures["to_grade"] = done, wanted
    figures["seconds_until_graded"] = round(time.monotonic() - begun, 1)
    headers = {"Authorization": f"Bearer {class_.tokens[names[0]]}"}
    key = requests.get(f"{class_.address}/exchange/key", headers=headers, timeout=30).text
    figures["ledger"] = check_ledger(hub.course, key, class_.receipts)
    figures["ledger"]["taken_twice"] -= options.peer  # by nbgrader's command, not by the class
    failed = early.errors() + notes.errors() + deadline.errors()
    figures["errors"], figures["said"] = failed.total(), dict(failed.most_common(10))
    return figures, (notes.took, deadline.took)


def _run(threads: list[threading.Thread], notes: Notes, class_: Class) -> None:
    """Run threads to their end, and tell how it goes."""
    for thread in threads:
        thread.start()
    told = 0.0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.2)
        if notes.since() - told >= TOLD_EVERY:
            told = notes.since()
            slow = max((one.seconds for one in notes.took[-200:]), default=0.0)
            _say(
                f"  {told:4.0f} s: {len(notes.took)} actions, {len(class_.receipts)} receipts, "
                f"{notes.errors().total()} errors, lately {slow:.2f} s at most, "
                f"load {os.getloadavg()[0]:.1f}, {psutil.virtual_memory().percent:.0f} % memory"
            )


def _graded(hub: RunningHub, options: argparse.Namespace, what: str) -> tuple[int, int]:
    _say(f"waiting until graded: {what}")
    told = -1

    def tell(done: int, wanted: int) -> None:
        nonlocal told
        if done // 50 != told:
            told = done // 50
            _say(f"  {done} of {wanted} graded")

    return wait_until_graded(hub.course, options.patience, tell)


def _report(options: argparse.Namespace, figures: dict[str, Any], begun: dict[str, Any]) -> int:
    print(f"{options.students} students and {options.reviewers} reviewers:")
    for action, took in figures["work"]["actions"].items():
        print(_line(action, took))
    if "rush" in figures:
        took = figures["rush"]
        print(f"{options.rush} submissions in {options.rush_seconds:g} s:")
        print(_line("submit", took))
        print(f"  the last receipt after {took['seconds_until_last_receipt']} s")
    if "exchange" in figures:
        both = figures["exchange"]
        print(
            f"one after the other: nbgrader's folder {both['folder']} a second, the service "
            f"{both['service']} a second: ratio {both['ratio']}"
        )
    print(f"memory at most, MB: {figures['memory_peak_mb']}")
    print(f"seconds of CPU: {figures['cpu_seconds']}")
    if "server" in figures:
        print(f"a student's server: {figures['server']}")
    print(f"ledger: {figures['ledger']}; graded {figures['graded']} of {figures['to_grade']}")
    print(f"errors {figures['errors']} {figures['said'] or ''}")
    asked = {
        name: value for name, value in vars(options).items() if name not in {"picture", "keep"}
    }
    whole = {
        "benchmark": "hub",
        "command": shlex.join(["scripts/bench", "hub", *_asked(options)]),
        "asked": asked,
        **figures,
        **begun,
        "load_at_the_end": round(os.getloadavg()[0], 2),
    }
    if options.keep:
        options.keep.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(whole))
    ledger = figures["ledger"]
    wrong = figures["errors"] + sum(ledger.values()) - ledger["receipts"]
    return int(wrong > 0 or figures["graded"] != figures["to_grade"])


def _asked(options: argparse.Namespace) -> list[str]:
    """Return the arguments that are not the usual ones; files are nobody else's."""
    usual = _parser().parse_args([])
    return [
        f"--{name.replace('_', '-')}={value:g}"
        for name, value in vars(options).items()
        if name not in {"picture", "keep"} and value != getattr(usual, name)
    ]


def _line(action: str, took: dict[str, float]) -> str:
    return (
        f"  {action:18} {took['count']:6} p50 {took['p50_ms']:7.0f} p95 {took['p95_ms']:7.0f} "
        f"p99 {took['p99_ms']:7.0f} most {took['most_ms']:7.0f} ms, {took['errors']} errors"
    )


def _say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:6.0f} s  {text}", flush=True)


def _options() -> argparse.Namespace:
    return _parser().parse_args()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A course on a real JupyterHub under load.")
    add = parser.add_argument
    add("--students", type=int, default=200, help="who fetch, write and hand in")
    add("--reviewers", type=int, default=20, help="who work in the review room")
    add("--seconds", type=float, default=120.0, help="how long both work")
    add("--early", type=int, default=6, help="submissions that reviewers find at the beginning")
    add("--peer", type=int, default=15, help="submissions by each exchange, in turns; 0: none")
    add("--rush", type=int, default=1000, help="submissions before the deadline; 0: none")
    add("--rush-seconds", type=float, default=60.0, help="within which they come")
    add("--rush-students", type=int, default=1000, help="from so many students")
    add("--servers", type=int, default=3, help="students' servers that are measured; 0: none")
    add("--patience", type=float, default=1800.0, help="seconds to wait until all is graded")
    add("--picture", type=Path, default=Path("build/hub-load.png"), help="where to draw")
    add("--keep", type=Path, help="a file for the figures, as benchmarks/sizing.py reads them")
    return parser


if __name__ == "__main__":
    sys.exit(main())
