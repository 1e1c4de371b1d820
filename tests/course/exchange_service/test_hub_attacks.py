"""A service that is not ours, or is not ours any more, against the one who asks it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from nbgrader.exchange import ExchangeError

from practicum.gradebook.service_exchange.answers import Feedback, Offer, Sent, Submission, one

SUBMISSION: dict[str, Any] = {
    "id": "0" * 32,
    "course": "tiny-course",
    "assignment": "tiny",
    "student": "ada",
    "received_at": datetime(2027, 1, 20, tzinfo=UTC).isoformat(),
    "sha256": "0" * 64,
    "about": "",
    "files": [{"path": "brief.ipynb", "sha256": "0" * 64, "size": 1}],
    "receipt": "",
}


@pytest.mark.parametrize("kind", [Submission, Feedback, Offer, Sent])
def test_what_the_service_says_is_taken(kind: Any) -> None:
    """Names as the course's service sends them are usable."""
    assert one(kind, SUBMISSION) is not None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Submission, "student"),
        (Submission, "assignment"),
        (Feedback, "student"),
        (Feedback, "assignment"),
        (Offer, "course"),
        (Offer, "assignment"),
        (Sent, "student"),
    ],
)
@pytest.mark.parametrize("value", ["../../outside", "/outside", "..", "a/b", ".hidden", "a\nb"])
def test_no_service_chooses_where_files_lie(kind: Any, name: str, value: str) -> None:
    """A name that leads out of the course's folder is refused before anything is written."""
    with pytest.raises(ExchangeError):
        one(kind, SUBMISSION | {name: value})


@pytest.mark.parametrize("change", [{"sha256": "x" * 64}, {"sha256": "../x"}, {"size": -1}])
def test_a_list_of_files_is_one(change: dict[str, Any]) -> None:
    """Digests are digests, and sizes are sizes."""
    file = SUBMISSION["files"][0] | change

    with pytest.raises(ExchangeError):
        one(Submission, SUBMISSION | {"files": [file]})
