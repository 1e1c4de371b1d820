"""What the tests of rendering share."""

import pytest

from practicum.gradebook import AnswerKey


@pytest.fixture
def empty_key() -> AnswerKey:
    """A key without cells: nothing in a notebook is given, and nothing is hidden."""
    return AnswerKey(brief="tiny", notebook="brief", kernelspec_json="{}", cells=())
