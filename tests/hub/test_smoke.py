"""A real hub without its services: quick enough for every run."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hub.conftest import RunningHub


def test_a_hub_starts_knows_its_people_and_stops(own_hub: "Callable[..., RunningHub]") -> None:
    """A hub answers, lets the roster in and nobody else, gives reviewers no server, and ends."""
    hub = own_hub(set(), spawner="simple", idle_minutes=0)

    for stranger in ("mallory", hub.names.grader):
        assert hub.visitor(stranger).log_in().status_code == 403
    assert hub.visitor("ada").log_in("wrong password").status_code == 403
    assert hub.log_in("ada").api("GET", "users/ada").json()["groups"] == [hub.names.students]
    assert hub.log_in("rita").api("POST", "users/rita/server").status_code == 403
    processes = hub.processes()
    assert hub.stop() == 0
    assert not [process for process in processes if process.is_running()]
