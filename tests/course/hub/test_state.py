"""The hub's own folder, its secrets, and homes."""

import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from practicum.course import Course
from practicum.errors import BadInput
from practicum.hub.homes import lay_start
from practicum.hub.plan import Plan, plan_of
from practicum.hub.state import prepare_runtime, prepare_state, read_secrets

Courses = Callable[..., Course]


@pytest.fixture
def plan(course_with: Courses) -> Plan:
    """A plan whose folder is made."""
    made = plan_of(course_with(admins=["boss"], spawner="simple"))
    prepare_state(made)
    return made


def test_the_folder_is_the_hubs_alone(plan: Plan) -> None:
    """Nobody else may look into the hub's folder, also after somebody opened it."""
    plan.state.chmod(0o755)

    prepare_state(plan)

    assert stat.S_IMODE(plan.state.stat().st_mode) == 0o700
    assert stat.S_IMODE(plan.homes.stat().st_mode) == 0o700


def test_a_link_is_no_folder(course_with: Courses, tmp_path: Path) -> None:
    """A link in the place of the hub's folder is refused."""
    plan = plan_of(course_with({}))
    plan.state.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    plan.state.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(BadInput, match="move it away"):
        prepare_state(plan)


def test_secrets_are_made_once(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords and the proxy's token are made at the first start, kept, and for the hub alone."""
    monkeypatch.delenv("PRACTICUM_HUB_PASSWORD", raising=False)
    first = read_secrets(plan)

    assert read_secrets(plan) == first
    assert len(first.password) >= 8
    assert len(first.admin_password) >= 32
    for name in ("password", "admin_password", "proxy_token"):
        assert stat.S_IMODE((plan.state / name).stat().st_mode) == 0o600
    assert first.password not in repr(first)


def test_a_given_password_is_kept_nowhere(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password from the environment is used, and written into no file."""
    given = "from the environment"
    monkeypatch.setenv("PRACTICUM_HUB_PASSWORD", given)

    assert read_secrets(plan).password == given
    assert not (plan.state / "password").exists()


def test_a_short_password_is_refused(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that JupyterHub would not take is refused with its name."""
    monkeypatch.setenv("PRACTICUM_HUB_PASSWORD", "short")

    with pytest.raises(BadInput, match="PRACTICUM_HUB_PASSWORD"):
        read_secrets(plan)


def test_the_runtime_folder_is_private_and_short(plan: Plan) -> None:
    """Kernels' sockets lie in a folder of the hub's account whose name leaves room for them."""
    folder = prepare_runtime(plan)

    assert prepare_runtime(plan) == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder)) < 50
    folder.chmod(0o1700)
    assert prepare_runtime(plan) == folder, "Jupyter sets the sticky bit"
    folder.chmod(0o755)
    with pytest.raises(BadInput, match="remove it"):
        prepare_runtime(plan)
    folder.rmdir()


def test_a_start_notebook_replaces_nothing(plan: Plan, tmp_path: Path) -> None:
    """A file or a link of that name in a home is left as it is, and never written through."""
    victim = tmp_path / "victim"
    victim.write_text("whole")
    home = plan.homes / "ada"
    home.mkdir()
    (home / "student_start.ipynb").symlink_to(victim)

    lay_start(plan, SimpleNamespace(user=SimpleNamespace(name="ada")))

    assert victim.read_text() == "whole"
    assert (home / "student_start.ipynb").readlink() == victim
