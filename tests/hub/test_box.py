"""A student's server against the machine it runs on: every attack is a real one, in a notebook."""

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.hub.conftest import RunningHub, Visitor

pytestmark = pytest.mark.suite

READ = """
import json
def tried(act):
    try:
        return repr(act())
    except OSError as error:
        return type(error).__name__
places = json.loads({places!r})
print(json.dumps({{place: tried(lambda: open(place, "rb").read(40)) for place in places}}))
"""


def test_a_student_reads_nothing_of_the_course(running_hub: "RunningHub", ada: "Visitor") -> None:
    """Gradebook, roster, the hub's secrets and the hub's environment are out of reach."""
    root, state = running_hub.root, running_hub.state
    (root / "course" / "work" / "gradebook.db").touch()
    places = [
        root / "course" / "course.yml",
        root / "course" / "roster.yml",
        root / "course" / "work" / "gradebook.db",
        state / "cookie_secret",
        state / "proxy_token",
        state / "jupyterhub.sqlite",
        state / "logs" / "hub.log",
    ]
    assert all(place.exists() for place in places)
    names = [str(place) for place in places] + [
        f"/proc/{running_hub.hub_pid()}/environ",
        f"/proc/{running_hub.process.pid}/environ",
        "/etc/shadow",
    ]

    said = json.loads(ada.run(READ.format(places=json.dumps(names))))

    assert set(said) == set(names)
    assert set(said.values()) <= {"FileNotFoundError", "PermissionError"}


def test_a_student_sees_no_other_home(
    running_hub: "RunningHub", ada: "Visitor", bob: "Visitor"
) -> None:
    """In a box there is one home; another student's file is found by no path."""
    bob.run("open('diary.txt', 'w').write('mine')")
    diary = running_hub.state / "homes" / "bob" / "diary.txt"
    assert diary.read_text() == "mine"
    names = [str(diary), "/home/bob/diary.txt"]

    said = json.loads(ada.run(READ.format(places=json.dumps(names))))

    assert set(said.values()) == {"FileNotFoundError"}
    assert ada.run("import os; print(os.listdir('/home'), os.getcwd())").split() == [
        "['ada']",
        "/home/ada",
    ]


def test_a_student_sees_no_other_process(ada: "Visitor", bob: "Visitor") -> None:
    """The processes of a box are the server and its kernels, and they have one owner."""
    bob.run("0")
    listed = ada.run(
        "import os\n"
        "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
        "    print(open(f'/proc/{pid}/cmdline').read().replace(chr(0), ' ')[:4000])"
    )

    assert "jupyterhub.singleuser" in listed
    assert "bob" not in listed
    assert "jupyterhub_idle_culler" not in listed
    assert "--config" not in listed
    assert len(listed.splitlines()) < 6


def test_kernels_talk_through_files(ada: "Visitor") -> None:
    """A kernel listens at no port, where another student could listen in."""
    said = ada.run(
        "import json\nfrom ipykernel.connect import get_connection_file\n"
        "print(json.load(open(get_connection_file()))['transport'])"
    )

    assert said.strip() == "ipc"


def test_a_student_is_not_root_and_cannot_become_it(ada: "Visitor") -> None:
    """The server has no powers, also when the hub is root's, and libraries cannot be changed."""
    said = ada.run(
        "import os, sys\nprint(os.getuid() != 0)\n"
        "print(open('/proc/self/status').read().split('CapEff:')[1].split()[0])\n"
        "print(open('/proc/self/status').read().split('NoNewPrivs:')[1].split()[0])\n"
        "print(os.access(sys.prefix, os.W_OK), os.access('/usr/bin', os.W_OK))"
    )

    assert said.split() == ["True", "0000000000000000", "1", "False", "False"]


def test_a_home_lasts_and_tmp_does_not(running_hub: "RunningHub", bob: "Visitor") -> None:
    """After a restart of the server the home is as it was, and /tmp is new."""
    bob.run("open('kept.txt', 'w').write('x'); open('/tmp/gone.txt', 'w').write('x')")
    bob.stop_server()
    bob.start_server()

    said = bob.run("import os; print(os.path.exists('kept.txt'), os.path.exists('/tmp/gone.txt'))")

    assert said.split() == ["True", "False"]
    home = running_hub.state / "homes" / "bob"
    assert home.stat().st_mode & 0o077 == 0
