"""The judge: test cells are judged in a process that has never run a student's code.

    student's process (hostile)                 judge (trusted, boxed too)
    Crossing(namespace).answer(request) <-----> Judge(ask).judge(source) -> Verdict

Values cross as size-capped data (`encode`, `decode`), students' functions and objects as
handles. The test's source never crosses. `compare` sets the verdict beside the mark of the run
in place: proved, unproved or contradicted; for what cannot cross, `tamper` makes tests that
tell, in place, whether asserts still work.
"""

from practicum.judge import plain  # noqa: F401 (teaches the encoding Python's own types)
from practicum.judge.comparison import Standing, compare
from practicum.judge.crossing import Crossing
from practicum.judge.encoding import CAP, decode, encode
from practicum.judge.tamper import TamperCheck, tamper_check
from practicum.judge.verdict import Judge, Outcome, Verdict
from practicum.judge.warming import warm

__all__ = [
    "CAP",
    "Crossing",
    "Judge",
    "Outcome",
    "Standing",
    "TamperCheck",
    "Verdict",
    "compare",
    "decode",
    "encode",
    "tamper_check",
    "warm",
]
