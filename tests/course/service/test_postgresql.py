"""The service with its records on a real PostgreSQL server."""

from collections.abc import Callable

import pytest
from tests.course.gradebook.conftest import server  # noqa: F401 (a fixture)

from .conftest import Place
from .test_access import RELEASE, SUBMISSION, TINY
from .test_placements import wish
from .test_progress import PATH, put

pytest.importorskip("psycopg", reason="psycopg is not installed: the extra `postgresql` has it")


def test_the_service_works_on_a_server(
    make: Callable[..., Place],
    server: Callable[[], str],  # noqa: F811 (the fixture)
) -> None:
    """Placements, messages, progress, receipts and the log are kept as in a file."""
    place = make(url=server())
    message = {"id": "q1", "text": "Null: \x00, half: a\ud800?".encode("utf-8", "ignore").decode()}
    assert place.ask("ada", "POST", "/briefs/tiny/messages", json=message).status_code == 200
    assert (
        place.get("ada", "/briefs/tiny/messages").json()["messages"][0]["text"].startswith("Null")
    )
    assert wish(place, "cleo", "apply", words="I like \x00 charts.").json()["state"] == "applied"
    assert wish(place, "ines", "place", student="cleo").json()["state"] == "placed"
    assert place.get("cleo", "/me").json()["briefs"] == ["other"]
    assert put(place, tag='"0"').headers["etag"] == '"1"'
    assert put(place, {"time": []}, '"1"').headers["etag"] == '"2"'
    assert put(place, tag='"1"').status_code == 412
    assert place.get("ines", PATH).json()["items"][0]["revision"] == 2
    assert place.ask("ines", "PUT", TINY, json=RELEASE).status_code == 200
    assert place.ask("ada", "POST", f"{TINY}/submissions", json=SUBMISSION).status_code == 200
    assert len(place.get("ada", "/receipts").json()["items"]) == 1
    first = place.get("ines", "/audit?limit=1").json()
    assert place.get("ines", f"/audit?limit=1&after={first['next']}").json()["items"]
