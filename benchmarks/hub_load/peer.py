"""The exchange beside nbgrader's own: the same small folder, handed in by one after the other."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeSubmit
from traitlets.config import Config

from hub_load.laying import BRIEF, COURSE, NOTEBOOK
from practicum.gradebook import service_exchange

__all__ = ["beside_nbgrader"]


def beside_nbgrader(
    place: Path, book: dict[str, Any], address: str, token: str, count: int
) -> dict[str, float]:
    """Hand in ``count`` times by each, in turns; return how many a second each takes.

    nbgrader copies files into a folder. The service checks, signs and forces to disk, and is
    reached by HTTP through the hub's proxy.
    """
    work = place / "work" / BRIEF
    work.mkdir(parents=True)
    (work / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    release = place / "nbgrader" / "release" / BRIEF
    release.mkdir(parents=True)
    (release / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    (place / "exchange").mkdir()
    (place / "exchange").chmod(0o777)
    config = _config(place, work.parent)
    _once(ExchangeReleaseAssignment, config)
    os.environ |= {"PRACTICUM_SERVICE_URL": address, "PRACTICUM_TOKEN": token}
    spent = {"folder": 0.0, "service": 0.0}
    for _ in range(count):
        spent["folder"] += _once(ExchangeSubmit, config)
        spent["service"] += _once(service_exchange.ExchangeSubmit, config)
    arrived = list((place / "exchange" / COURSE / "inbound").iterdir())
    assert len(arrived) == count, len(arrived)
    per_second = {name: round(count / seconds, 1) for name, seconds in spent.items()}
    return per_second | {"ratio": round(spent["folder"] / spent["service"], 3)}


def _config(place: Path, work: Path) -> Config:
    c = Config()
    c.CourseDirectory.root = str(place / "nbgrader")
    c.CourseDirectory.course_id = COURSE
    c.CourseDirectory.assignment_id = BRIEF
    c.Exchange.assignment_dir = str(work)
    c.Exchange.cache = str(place / "cache")
    c.Exchange.root = str(place / "exchange")
    return c


def _once(step: Any, config: Config) -> float:  # noqa: ANN401 (nbgrader is untyped)
    log = logging.getLogger("bench")
    log.setLevel(logging.CRITICAL)
    coursedir = CourseDirectory(config=config, log=log)
    authenticator = Authenticator(config=config, log=log)
    begun = time.perf_counter()
    step(coursedir=coursedir, authenticator=authenticator, config=config, log=log).start()
    return time.perf_counter() - begun
