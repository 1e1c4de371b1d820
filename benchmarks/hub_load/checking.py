"""Whether all that got a receipt is there: signed, in the ledger, collected and graded."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from hub_load.laying import BRIEF, COURSE
from hub_load.students import Receipt
from practicum.course import Course
from practicum.depot import check_receipt
from practicum.errors import BadInput
from practicum.records import Records

__all__ = ["check_ledger", "refused", "wait_until_graded"]

ACCESS = re.compile(r"practicum\.service\.access INFO \S+ \S+ (\d{3}) ")
REFUSED = 429


def check_ledger(course: Course, public_pem: str, got: Sequence[Receipt]) -> dict[str, int]:
    """Count receipts, those that do not hold, and what is lost or was taken twice.

    A receipt holds when the course's public key confirms it, and it names the student and the
    digest of what was sent. Lost is one whose submission is not in the ledger as the receipt
    says.
    """
    with Records(course.records_url) as records:
        ledger = {one.id: one for one in records.handed_in(COURSE, BRIEF)}
    bad = lost = 0
    for one in got:
        try:
            claims = check_receipt(one.jws, public_pem)
        except BadInput:
            bad += 1
            continue
        bad += (claims["student"], claims["sha256"]) != (one.student, one.sha256)
        kept = ledger.get(one.id)
        lost += kept is None or (kept.sha256, kept.receipt) != (one.sha256, one.jws)
    twice = sum(count - 1 for count in Counter(one.id for one in got).values())
    unknown = len(set(ledger) - {one.id for one in got})
    return {
        "receipts": len(got),
        "receipts_that_do_not_hold": bad,
        "lost": lost,
        "taken_twice": twice + unknown,
    }


def wait_until_graded(
    course: Course, seconds: float, tell: Callable[[int, int], None]
) -> tuple[int, int]:
    """Wait until each student's newest submission is graded; return how many are, of how many.

    Graded counts only if what was graded has the digest that the ledger has.
    """
    end = time.monotonic() + seconds
    while True:
        done, wanted = _graded(course)
        tell(done, wanted)
        if done == wanted or time.monotonic() > end:
            return done, wanted
        time.sleep(2)


def _graded(course: Course) -> tuple[int, int]:
    with Records(course.records_url) as records:
        newest = {one.student: one for one in records.handed_in(COURSE, BRIEF)}
        collected = {one.student: one for one in records.receipts(BRIEF)}
    done = 0
    for student, one in newest.items():
        receipt = collected.get(student)
        if receipt is not None and receipt.sha256 == one.sha256:
            done += receipt.state == "graded"
    return done, len(newest)


def refused(log: Path) -> dict[str, int]:
    """Count what the service refused for too many requests, or could not do, by status.

    The clients try such a request again, so that nobody sees it.
    """
    found = Counter(ACCESS.findall(log.read_text(encoding="utf-8", errors="replace")))
    return {status: count for status, count in sorted(found.items()) if int(status) >= REFUSED}
