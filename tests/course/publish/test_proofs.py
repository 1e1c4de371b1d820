"""Each proof fails when it should, and says what to mend."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.errors import InvalidDocument, ProofFailed
from practicum.publish import publish
from practicum.publish.leaks import leaks_in, secret_lines
from practicum.publish.proofs import Run, prove_limits

TESTS = {
    "solution fails": (
        "total",
        "def total(numbers):\n    ### BEGIN SOLUTION\n    return 1 / 0\n    ### END SOLUTION",
        r"the solution fails in cell 2 of brief\.ipynb: ZeroDivisionError: .*: mend the solution",
    ),
    "solution cannot be parsed": (
        "total",
        "def total(numbers:\n    pass",
        r"the solution fails in cell 1 of brief\.ipynb: SyntaxError: .*: mend the solution",
    ),
    "earns too little": (
        "test-parts",
        "len(parts)",
        r"the solution earns 2 of 4 points in test-parts: mend the solution or its test",
    ),
    "earns too much": (
        "test-parts",
        "5.0",
        r"the solution earns no of 4 points in test-parts \(no score: partial credit cannot be",
    ),
    "standard error": (
        "test-total",
        "import warnings\nwarnings.warn('old')\nassert total([1]) == 1",
        r"the solution earns 0 of 8 points in test-total \(text on stderr made this test 0",
    ),
    "partial credit that nbgrader cannot read": (
        "test-parts",
        "import numpy\nnumpy.float64(4)",
        r"test-parts: the partial credit is np\.float64\(4\.0\), which nbgrader counts as full",
    ),
    "kernel dies": (
        "parts",
        "import os\nos._exit(1)",
        r"the solution kills the kernel that runs brief\.ipynb: mend the solution",
    ),
    "not deterministic": (
        "parts",
        "import random\nparts = ['a', 'b']\nrandom.random()",
        r"the solution's outputs do not reproduce: .*: make the cell deterministic or tag it",
    ),
}


@pytest.mark.parametrize("case", TESTS)
def test_a_bad_solution(tiny: Any, case: str) -> None:
    """A solution that fails, earns too little or differs is refused, with the cell and cure."""
    name, source, message = TESTS[case]
    tiny.set_source(name, source)

    with pytest.raises(ProofFailed, match=message):
        publish(tiny.course, "tiny")
    assert "gradebook.db" not in tiny.state()
    assert tiny.leftovers() == []


def test_outputs_that_may_differ_are_tagged(tiny: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell tagged nbval-ignore-output may have another output each time."""
    tiny.set_source("parts", "import random\nparts = ['a', 'b']\nrandom.random()")
    tiny.edit(lambda cells, _: cells["parts"]["metadata"].update(tags=["nbval-ignore-output"]))
    stop = ProofFailed("reached generate")

    def generate(*_arguments: object, **_options: object) -> None:
        raise stop

    monkeypatch.setattr("practicum.publish.verb.generate", generate)

    with pytest.raises(ProofFailed, match="reached generate"):
        publish(tiny.course, "tiny")


def test_a_cell_that_is_too_slow(tiny: Any) -> None:
    """A solution's cell that runs longer than the course allows is refused with the limit."""
    tiny.rewrite("course/course.yml", "cell_seconds: 20", "cell_seconds: 1")
    tiny.set_source("parts", "import time\ntime.sleep(30)")

    with pytest.raises(ProofFailed, match=r"has a cell that runs longer than 1 s: .*cell_seconds"):
        publish(tiny.course, "tiny")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"kernelspec": {"name": "cobol", "display_name": "C"}}, "needs the kernel 'cobol'"),
        ({}, "cannot be run .*choose a kernel and save"),
    ],
)
def test_no_kernel(tiny: Any, metadata: dict[str, Any], message: str) -> None:
    """A notebook without a kernel, or with one that is not installed, is refused by its name."""
    tiny.edit(lambda _, whole: whole.update(metadata=metadata))

    with pytest.raises(ProofFailed, match=message):
        publish(tiny.course, "tiny")


def test_the_untouched_release_earns_points(
    tiny_published: Any, solution_proved: Callable[[], None]
) -> None:
    """A test that holds without an answer is named, with the points that it gives away."""
    tiny_published.set_source("test-parts", "3")
    before = tiny_published.state()
    solution_proved()

    with pytest.raises(
        ProofFailed,
        match=r"an untouched release earns 3 points instead of 0: test-parts \(3\): make these",
    ):
        publish(tiny_published.course, "tiny")
    assert tiny_published.state() == before


def test_the_untouched_release_may_earn_what_is_promised(
    tiny_published: Any, solution_proved: Callable[[], None]
) -> None:
    """Points that brief.yml promises for nothing may be earned for nothing, and are reported."""
    tiny_published.set_source("test-parts", "3")
    tiny_published.rewrite(
        "assignments/tiny/brief.yml", "untouched_points: 0", "untouched_points: 3"
    )
    solution_proved()

    publication = publish(tiny_published.course, "tiny")

    assert ("an untouched release earns 3 points", "3 points") in [
        (proof.name, proof.figure) for proof in publication.proofs
    ]


@pytest.mark.parametrize("where", ["data file", "notebook beside", "markdown"])
@pytest.mark.parametrize("what", ["secret", "hidden"])
def test_a_leak(
    tiny_published: Any, solution_proved: Callable[[], None], where: str, what: str
) -> None:
    """A line of the solution or a hidden test in a file or in prose is found and named."""
    text = getattr(tiny_published, what)
    folder = tiny_published.notebook.parent
    if where == "data file":
        (folder / "hints.txt").write_text(f"one\n    {text}\n")
    elif where == "notebook beside":
        cells = [{"cell_type": "raw", "source": ["no\n", text]}]
        (folder / "hints.ipynb.txt").write_text(json.dumps({"cells": cells}))
    else:
        cell = {"cell_type": "markdown", "id": "hint", "metadata": {}, "source": f"Try `{text}`."}
        tiny_published.edit(lambda _, whole: whole["cells"].insert(0, cell))
    before = tiny_published.state()
    solution_proved()

    with pytest.raises(ProofFailed, match="in the release holds text of a solution or hidden test"):
        publish(tiny_published.course, "tiny")
    assert tiny_published.state() == before


def write_notebook(file: Path, *cells: tuple[str, bool, str]) -> Path:
    """Write a notebook of (type, is a solution, source)."""
    content = [
        {"cell_type": kind, "metadata": {"nbgrader": {"solution": solution}}, "source": source}
        for kind, solution, source in cells
    ]
    file.write_text(json.dumps({"cells": content}))
    return file


def test_what_is_secret(tmp_path: Path) -> None:
    """Regions as nbgrader reads them and unmarked solutions are secret; shared code is not."""
    notebook = write_notebook(
        tmp_path / "source.ipynb",
        ("code", True, "# BEGIN SOLUTION\nanswer = compute(1)\nimport statistics\n# END SOLUTION"),
        ("code", True, "whole_cell = emptied()"),
        ("markdown", True, "A model answer in prose."),
        (
            "code",
            False,
            (
                "import statistics\n### BEGIN HIDDEN TESTS\nassert hidden_one == 1\n"
                "### END HIDDEN TESTS"
            ),
        ),
        (
            "markdown",
            False,
            (
                "Visible prose.\n=== BEGIN MARK SCHEME ===\nLook for two numbers.\n"
                "=== END MARK SCHEME ==="
            ),
        ),
        ("code", True, "### BEGIN SOLUTION\nplt.show()\n### END SOLUTION"),
    )

    assert secret_lines(notebook) == {
        "answer = compute(1)",
        "whole_cell = emptied()",
        "A model answer in prose.",
        "assert hidden_one == 1",
        "Look for two numbers.",
    }


def test_files_that_are_no_notebooks(tmp_path: Path) -> None:
    """A file that is only called a notebook, or holds no text, is searched all the same."""
    notebook = write_notebook(tmp_path / "source.ipynb", ("code", True, "answer = compute(1)"))
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "broken.ipynb").write_text("{ answer = compute(1)")
    (tmp_path / "release" / "picture.png").write_bytes(bytes(range(256)))

    found, searched, lines = leaks_in(notebook, tmp_path / "release")

    assert found == [("broken.ipynb", "answer = compute(1)")]
    assert (searched, lines) == (2, 1)


@pytest.mark.parametrize(
    ("run", "limit", "message"),
    [
        (Run(61.0, 100.0), "", r"run time is 61\.0 s, more than the limit of 60 s: make the"),
        (Run(1.0, 3000.0), "", r"memory is 3000\.0 MB, more than the limit of 2048 MB: make"),
        (Run(1.0, 100.0), "submission_mb: 0.001", r"size of the release is 0\.0 MB, more than"),
    ],
    ids=["time", "memory", "size"],
)
def test_limits(tiny_published: Any, run: Run, limit: str, message: str) -> None:
    """A notebook that is too slow, too hungry or too large is refused with the limit."""
    if limit:
        tiny_published.rewrite("course/course.yml", "submission_mb: 5", limit)

    with pytest.raises(ProofFailed, match=message):
        prove_limits(tiny_published.course, "tiny", run)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "assignments/tiny/brief.yml",
            "[test-total, test-parts]",
            "[test-total]",
            "no deliverable names the graded cell 'test-parts'",
        ),
        ("assignments/tiny/brief.yml", "test-parts]", "test-part]", "did you mean 'test-parts'"),
        (
            "assignments/tiny/brief.yml",
            "criteria: [sound]",
            "criteria: [sond]",
            "which is no criterion of the rubric 'tiny': did you mean 'sound'",
        ),
        ("rubrics/tiny.yml", "id: clear", "id: clean", "there is no task cell 'criterion-clean'"),
        (
            "assignments/tiny/brief.ipynb",
            '"grade_id": "criterion-clear"',
            '"grade_id": "criterion-dear"',
            "the task cell 'criterion-dear' belongs to no criterion",
        ),
    ],
)
def test_disagreement(tiny: Any, file: str, old: str, new: str, message: str) -> None:
    """A brief, a rubric and a notebook that disagree are refused before anything runs."""
    tiny.rewrite(file, old, new)

    with pytest.raises(InvalidDocument, match=message):
        publish(tiny.course, "tiny")
    assert tiny.state() == {}
