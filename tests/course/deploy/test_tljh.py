"""deploy/tljh/install.sh as far as a machine without TLJH can tell, and what it writes."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from traitlets.config import Config

from practicum.course import Course
from practicum.errors import BadInput
from practicum.hub import hub_config

HostedCourse = Callable[[str], Path]

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "deploy" / "tljh" / "install.sh"
SERVER = ROOT / "deploy" / "practicum-server"


def install(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(name="plan")
def fixture_plan(hosted: HostedCourse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Return what the script would do for the sample course."""
    monkeypatch.setenv("TLJH_INSTALL_PREFIX", str(tmp_path / "tljh"))
    run = install("--check", "--admin", "petra", hosted("tljh"))
    assert run.returncode == 0, run.stderr
    return run.stdout


def tljh() -> Config:
    """Return what TLJH has set before it reads jupyterhub_config.d."""
    c = Config()
    c.JupyterHub.hub_port = 15001
    c.JupyterHub.proxy_class = "traefik_file"
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.base_url = "/"
    c.JupyterHub.services = [{"name": "of-a-plugin"}]
    c.Authenticator.allowed_users = {"helper"}
    c.Authenticator.admin_users = {"petra"}
    c.FirstUseAuthenticator.allow_all = True
    c.Spawner.mem_limit = None
    c.SystemdSpawner.username_template = "jupyter-{USERNAME}"
    return c


def loaded(text: str) -> Config:
    """Return TLJH's configuration with a file of jupyterhub_config.d, as traitlets loads it."""
    own = Config()
    exec(text, {"get_config": lambda: own, "c": own})  # noqa: S102 (as traitlets does)
    c = tljh()
    c.merge(own)
    return c


@pytest.fixture(name="joined")
def fixture_joined(plan: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    """Return the hub's configuration with exactly the file that the script would write."""
    monkeypatch.chdir(tmp_path)
    lines = plan.split("practicum.py would be written:\n")[1].splitlines()
    end = next(index for index, line in enumerate(lines) if not line.startswith("    "))
    return loaded("\n".join(line[4:] for line in lines[:end]))


def test_what_tljh_sets_stays(joined: Config) -> None:
    """Proxy, addresses, spawner, database and the way to log in are TLJH's own."""
    before = tljh()

    for name in ("hub_port", "proxy_class", "cleanup_servers", "base_url"):
        assert joined.JupyterHub[name] == before.JupyterHub[name]
    for name in ("bind_url", "hub_bind_url", "db_url", "cookie_secret_file", "spawner_class"):
        assert name not in joined.JupyterHub
    assert "authenticator_class" not in joined.JupyterHub
    assert joined.SystemdSpawner.username_template == "jupyter-{USERNAME}"


def test_services_run_as_the_courses_account(joined: Config) -> None:
    """The hub is root there; what it starts for the course is not."""
    services = {service["name"]: service for service in joined.JupyterHub.services}

    assert set(services) == {
        *("of-a-plugin", "practicum", "review", "practicum-sample", "idle-culler"),
    }
    for name in ("practicum", "review", "practicum-sample"):
        assert services[name]["user"] == "practicum"
        assert services[name]["url"].startswith("http://127.0.0.1:")
    lab = services["practicum-sample"]
    assert "--allow-root" not in lab["command"]
    assert lab["environment"]["JUPYTER_RUNTIME_DIR"] == "/var/lib/practicum/run"
    assert "--timeout=1800" in services["idle-culler"]["command"]


def test_roster_is_let_in_beside_tljhs_own(joined: Config) -> None:
    """The first to use a name gets no account, unless the name is in the roster or TLJH's list."""
    assert {"helper", "amara", "lehmann"} <= joined.Authenticator.allowed_users
    assert joined.Authenticator.admin_users == {"petra", "lehmann"}
    assert joined.FirstUseAuthenticator.allow_all is False


def test_students_servers_use_their_own_python(joined: Config) -> None:
    """A server finds its programs where TLJH puts them, not in the hub's environment."""
    environment = joined.Spawner.environment.get_value({})

    assert set(environment) == {"PRACTICUM_SERVICE_URL", "JUPYTER_CONFIG_PATH"}
    assert environment["PRACTICUM_SERVICE_URL"] == ("https://course.example.org/services/practicum")
    assert joined.Spawner.cmd == ["/opt/tljh/user/bin/practicum-server"]
    assert joined.Spawner.mem_limit == "900M"


def test_own_hub_refuses_a_course_for_tljh(hosted: HostedCourse) -> None:
    """`practicum hub start` says that TLJH starts such a hub."""
    with pytest.raises(BadInput, match=r"deploy/tljh/install\.sh"):
        hub_config(Course.find(hosted("tljh")))


def test_script_names_what_the_package_names(plan: str) -> None:
    """The account, its folder and the program are those of practicum.hub.joining."""
    from practicum.hub import joining

    text = SCRIPT.read_text(encoding="utf-8")
    assert f"readonly ACCOUNT={joining.ACCOUNT}\n" in text
    assert Path("/var/lib/practicum/run") == joining.RUNTIME
    assert '"$HOME_OF_ACCOUNT/run"' in text
    assert joining.SERVER == "/opt/tljh/user/bin/practicum-server"
    assert "ProtectKernelTunables=no" in plan


def test_check_changes_nothing(plan: str, tmp_path: Path) -> None:
    """--check says each step, and neither makes a folder nor asks for root."""
    assert "would run: curl" in plan
    assert "--admin petra" in plan
    assert "practicum\\[all\\]" in plan
    assert "practicum\\[grading\\]" in plan
    assert "would run: systemctl restart jupyterhub" in plan
    assert not (tmp_path / "tljh").exists()
    assert not (tmp_path / "sample" / "course" / "work").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "no course was named"),
        (["--colour", "x"], "there is no option --colour"),
        (["--admin"], "--admin needs a value"),
        (["/nowhere"], "/nowhere holds no course"),
        (["--package", "no.whl", "."], "no course/course.yml"),
    ],
)
def test_bad_input_is_told(arguments: list[str], told: str, tmp_path: Path) -> None:
    """A mistake is named with what to do, with exit code 2, before anything is done."""
    run = subprocess.run(
        [SCRIPT, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert run.returncode == 2
    assert told in run.stderr
    assert "    -> " in run.stderr


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck looks")
@pytest.mark.parametrize("script", [SCRIPT, SERVER])
def test_shellcheck(script: Path) -> None:
    """Shellcheck finds nothing."""
    run = subprocess.run(["shellcheck", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def serve(folder: Path) -> subprocess.CompletedProcess[str]:
    """Start practicum-server as it is installed, with a jupyterhub-singleuser that only speaks."""
    programs = folder / "env" / "bin"
    shared = folder / "env" / "share" / "practicum"
    for place in (programs, shared, folder / "home"):
        place.mkdir(parents=True, exist_ok=True)
    shutil.copy(SERVER, programs)
    (shared / "student_start.ipynb").write_text("first", encoding="utf-8")
    program = programs / "jupyterhub-singleuser"
    program.write_text('#!/bin/sh\necho "started $*"\n', encoding="utf-8")
    program.chmod(0o755)
    return subprocess.run(
        [programs / "practicum-server", "--ip=0.0.0.0"],
        env={"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )


def test_first_start_lays_the_notebook(tmp_path: Path) -> None:
    """A new home gets the first notebook, and the server gets its arguments."""
    assert serve(tmp_path).stdout == "started --ip=0.0.0.0\n"
    assert (tmp_path / "home" / "student_start.ipynb").read_text(encoding="utf-8") == "first"


def test_later_starts_leave_the_home_alone(tmp_path: Path) -> None:
    """A notebook that the student changed or deleted stays as it is."""
    serve(tmp_path)
    notebook = tmp_path / "home" / "student_start.ipynb"
    notebook.write_text("mine", encoding="utf-8")
    serve(tmp_path)
    assert notebook.read_text(encoding="utf-8") == "mine"

    notebook.unlink()
    serve(tmp_path)
    assert not notebook.exists()


def test_link_in_a_home_is_not_written_through(tmp_path: Path) -> None:
    """A link in the notebook's place stays a link, and what it names is not made."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "student_start.ipynb").symlink_to(tmp_path / "elsewhere")
    serve(tmp_path)
    assert not (tmp_path / "elsewhere").exists()
