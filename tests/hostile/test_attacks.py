"""Every attack of attacks.yml against `practicum grade`, and a few against plain nbgrader.

One run grades all attackers, with honest neighbours between them. docs/security.md shows what
came of each, beside what nbgrader makes of it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.hostile.attack import Attack, attacks
from tests.hostile.course import FULL
from tests.hostile.ours import Batch, attacked
from tests.hostile.theirs import Theirs, against_nbgrader, make_template

pytestmark = [pytest.mark.suite, pytest.mark.slow, pytest.mark.timeout(900)]

ATTACKS = {attack.name: attack for attack in attacks()}
SUCCEEDS_THERE: dict[str, Callable[[Theirs], bool]] = {
    "reads-the-source": lambda theirs: "hidden tests" in theirs.read,
    "strips-asserts": lambda theirs: (theirs.points or 0) > 0,
    "stays-behind": lambda theirs: theirs.manual > 0,
}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """One run of grading with all attackers in it."""
    return attacked(tmp_path_factory.mktemp("attacked") / "course", list(ATTACKS.values()))


@pytest.fixture(params=[*ATTACKS.values()], ids=[*ATTACKS])
def attack(request: pytest.FixtureRequest) -> Attack:
    """An attack of the table."""
    found: Attack = request.param
    return found


def test_ends_as_the_table_says(batch: Batch, attack: Attack) -> None:
    """No attack gains a point that nobody is told of."""
    assert batch.outcomes[attack.name].ending == attack.ends


def test_reads_nothing(batch: Batch, attack: Attack) -> None:
    """No attack sees a file or memory of others; a running test, only where the table says so."""
    read = set(batch.outcomes[attack.name].read)

    assert read <= ({"hidden tests"} if attack.reads_tests else set())


def test_leaves_nothing_behind(batch: Batch, attack: Attack) -> None:
    """No process and no file of an attacker outlives the run."""
    outcome = batch.outcomes[attack.name]

    assert (outcome.processes, outcome.files) == ((), ())


def test_learns_no_name(batch: Batch, attack: Attack) -> None:
    """What a notebook shows of its surroundings does not tell whose it is."""
    assert not batch.outcomes[attack.name].tells


def test_neighbours_get_their_marks(batch: Batch) -> None:
    """Honest students in the same run get full marks, proved, and nobody's marks are set."""
    assert set(batch.neighbours.values()) == {FULL}
    assert {state for each in batch.standing.values() for state in each.values()} == {"proved"}
    assert batch.manual == 0


def test_an_endless_function_costs_its_own_test_alone(batch: Batch) -> None:
    """An honest student whose function does not return loses that test's points, and no others."""
    assert batch.endless == FULL - 2


def test_executed_notebooks_stay_small(batch: Batch) -> None:
    """No attacker fills the instructor's disk or the grader's memory with outputs."""
    assert max(outcome.executed_bytes for outcome in batch.outcomes.values()) < 100_000_000


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Theirs]:
    """A few attacks against plain nbgrader, which show that the attacks are real."""
    folder = tmp_path_factory.mktemp("nbgrader")
    make_template(folder / "template")
    return {
        name: against_nbgrader(folder / "template", folder / "run", ATTACKS[name])
        for name in SUCCEEDS_THERE
    }


@pytest.mark.parametrize("name", SUCCEEDS_THERE)
def test_succeeds_against_plain_nbgrader(nbgrader: dict[str, Theirs], name: str) -> None:
    """The attack works where nothing holds it."""
    assert SUCCEEDS_THERE[name](nbgrader[name])
