from collections.abc import Callable
from typing import Any

from tests.faults.course import BRIEF, SOLUTION, Cohort

from practicum.grade import grade

TIMES = 20
HONEST = 5
ATTACKS = {
    "eats memory": "held = []\nwhile True:\n    held.append(bytearray(b'x' * (16 << 20)))",
    "forks": "import os\nfor _ in range(2000):\n    try:\n        os.fork()\n    except OSError:\n"
    "        pass",
    "floods output": "line = 'x' * 100_000\nfor _ in range(3000):\n    print(line)",
    "fills its disk": "with open('big', 'wb') as file:\n    for _ in range(4000):\n"
    "        file.write(b'x' * (1 << 20))",
}


def test_honest_marks_beside_a_hostile_one(
    tmp_path_factory: Any, engine: Any, figure: Callable[..., None]
) -> None:
    """One that eats memory, forks, floods or fills, beside five honest ones, 20 times."""
    cohort = Cohort.make(tmp_path_factory.mktemp("neighbours") / "course", HONEST + 1)
    honest = [f"s{number:02}" for number in range(HONEST + 1) if number != 2]
    for student in honest:
        cohort.hand_in(student, SOLUTION)
    changed = 0
    for time in range(TIMES):
        attack = [*ATTACKS.values()][time % len(ATTACKS)]
        cohort.hand_in("s02", f"# {time}\n{attack}\n{SOLUTION}")
        report = grade(cohort.course, BRIEF, engine=engine, workers=2, again=True)
        outcomes = {g.student: g.outcome for g in report.graded if g.student in honest}
        assert outcomes == dict.fromkeys(honest, "graded")
        marks = cohort.marks()
        changed += sum(marks[student] != 5.0 for student in honest)
    assert changed == 0
    figure(neighbours_rounds=TIMES, neighbours_honest_marks_changed=changed)
