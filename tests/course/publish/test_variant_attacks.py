"""A student who works with somebody else's values, and undoes the own ones when tests run."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from practicum.grade import grade
from practicum.publish import publish
from practicum.records import Records

from .test_variants import varied  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.suite, pytest.mark.slow]

OWN, FRIENDS = 7, 6
HONEST = "def total(numbers):\n    return start + sum(numbers)"
COPIED = f"def total(numbers):\n    return {FRIENDS} + sum(numbers)"
SHELL = "\nshell = get_ipython()\n"
ATTACKS = {
    "a hook before each cell": COPIED
    + SHELL
    + f"shell.events.register('pre_run_cell', lambda _: shell.push({{'start': {FRIENDS}}}))",
    "a transformer of what is given": COPIED
    + SHELL
    + f"""\
import ast
class Friend(ast.NodeTransformer):
    def visit_Assign(self, node):
        if getattr(node.targets[0], "id", "") == "start":
            node.value = ast.Constant({FRIENDS})
        return node
shell.ast_transformers.append(Friend())""",
    "an answer that sets the value": f"def total(numbers):\n"
    f"    globals()['start'] = {FRIENDS}\n    return {FRIENDS} + sum(numbers)",
    "another value below": COPIED + f"\nstart = {FRIENDS}",
    "a cell that looks like ours": f"{COPIED}\n@injected-parameters\nstart = {FRIENDS}",
}
SHARE = 8
"""Points of the test of the sum."""


@pytest.fixture
def graded(varied: Any) -> Any:  # noqa: F811 (the fixture)
    """Return what grades an answer of ada's, whose own values are not her friend's."""
    publish(varied.course, varied.brief)
    course = varied.course

    def run(answer: str) -> Any:
        varied.hand_in("ada")
        file = course.station("submitted", student="ada", brief="tiny") / "brief.ipynb"
        content = json.loads(file.read_text())
        source, _, added = answer.partition("\n@injected-parameters\n")
        at = next(
            n
            for n, cell in enumerate(content["cells"])
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "total"
        )
        content["cells"][at]["source"] = source
        if added:
            tagged: dict[str, Any] = {
                "cell_type": "code",
                "source": added,
                "outputs": [],
                "id": "added",
            }
            tagged |= {"metadata": {"tags": ["injected-parameters"]}, "execution_count": None}
            content["cells"].insert(at + 1, tagged)
        file.write_text(json.dumps(content))
        with Records(course.records_url) as records:
            records.give_variant("tiny", "ada", lambda: {"start": OWN})
            records.receive(
                "tiny",
                "ada",
                received_at=datetime.now(UTC),
                sha256="0" * 64,
                source="service",
                files=1,
                size=9,
            )
        (found,) = (one for one in grade(course, "tiny", workers=1).graded)
        return found

    return run


def test_honest_work_is_proved(graded: Any) -> None:
    """Values that the course has given out are the course's, so that a test of them is judged."""
    found = graded(HONEST)

    assert found.points == SHARE + 4
    assert found.standing["test-total"] == "proved"


@pytest.mark.parametrize("name", ATTACKS)
def test_values_of_a_friend_earn_nothing_unseen(graded: Any, name: str) -> None:
    """However they are smuggled in, the test is failed or its mark waits for the instructor."""
    found = graded(ATTACKS[name])

    assert found.points <= 4 or found.standing["test-total"] == "contradicted", found
