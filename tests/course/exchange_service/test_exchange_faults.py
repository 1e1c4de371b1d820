"""The service is killed while somebody sends: nothing with a receipt is lost, nothing is twice."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SEND = """
import sys
from pathlib import Path
from practicum.gradebook.service_exchange.client import client_of
from practicum.gradebook.service_exchange.folders import LocalFile
file = LocalFile.of("brief.ipynb", Path(sys.argv[1]))
def told(path, there, size):
    print("sent", there, flush=True)
sent = client_of().hand_in("tiny-course", "tiny", [file], key=sys.argv[2], student=None, told=told)
print("receipt", sent.receipt, flush=True)
"""
MB = 1 << 20


@pytest.fixture
def ready(service: Any) -> Any:
    """The service, with ``tiny`` released."""
    sha = hashlib.sha256(b"{}").hexdigest()
    files = [{"path": "brief.ipynb", "sha256": sha, "size": 2, "content": "e30="}]
    body = {"key": "k" * 16, "files": files}
    answer = service.ask("ines", "PUT", "tiny-course/assignments/tiny", json=body)
    assert answer.json()["complete"], answer.text
    return service


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that is sent in pieces."""
    file = tmp_path / "large.ipynb"
    file.write_bytes(os.urandom(1000) * 4_900)
    return file


def sending(service: Any, tmp_path: Path, file: Path, key: str) -> subprocess.Popen[str]:
    """Begin to send a file as ada, in a process that goes on when the service is back."""
    environ = service.environ("ada", tmp_path / "ada")
    return subprocess.Popen(
        [sys.executable, "-c", SEND, str(file), key],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    """Return the receipt that a sender got at last."""
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    return out.strip().splitlines()[-1].removeprefix("receipt ")


def wait_for(file: Path) -> None:
    """Wait until a commit stands where it is to be killed."""
    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until, "no commit came"
        time.sleep(0.02)


def taken(service: Any) -> list[dict[str, Any]]:
    """Return what the ledger has of ada."""
    found: list[dict[str, Any]] = service.ask("ada", "GET", "tiny-course/submissions").json()
    return found


@pytest.mark.suite
@pytest.mark.slow
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_kill_in_mid_commit_loses_nothing_and_takes_nothing_twice(
    ready: Any, tmp_path: Path, large: Path, place: str
) -> None:
    """Killed before or after the ledger has it, the client goes on, and there is one submission."""
    ready.kill()
    mark = tmp_path / "mark"
    ready.start(EXCHANGE_TEST_PAUSE=place, EXCHANGE_TEST_MARK=str(mark))
    sender = sending(ready, tmp_path, large, "a" * 16)
    wait_for(mark)
    ready.kill()
    assert sender.poll() is None
    ready.start()

    receipt = ended(sender)

    (one,) = taken(ready)
    assert one["receipt"] == receipt
    assert one["files"][0]["sha256"] == hashlib.sha256(large.read_bytes()).hexdigest()
    assert ended(sending(ready, tmp_path, large, "a" * 16)) == receipt
    assert len(taken(ready)) == 1


@pytest.mark.suite
@pytest.mark.slow
def test_a_kill_in_mid_upload_goes_on_where_it_was(ready: Any, tmp_path: Path, large: Path) -> None:
    """What came before the kill is not sent again; client and service may both be killed."""
    sender = sending(ready, tmp_path, large, "b" * 16)
    assert sender.stdout is not None
    first = int(sender.stdout.readline().removeprefix("sent "))
    sender.kill()
    sender.communicate()
    ready.kill()
    ready.start()

    out, err = sending(ready, tmp_path, large, "b" * 16).communicate(timeout=60)

    assert err == ""
    lines = out.strip().splitlines()
    assert lines[-1].startswith("receipt ")
    # The first piece was 4 MiB of 4.9 MB: what is told again is the rest alone.
    assert first == 4 * MB
    assert lines[:-1] in ([f"sent {large.stat().st_size}"], [])
    assert len(taken(ready)) == 1


@pytest.mark.suite
@pytest.mark.slow
def test_receipts_survive_kills_at_any_moment(ready: Any, tmp_path: Path) -> None:
    """While students hand in one after the other, three kills lose none that got a receipt."""
    receipts: list[str] = []
    stop = threading.Event()

    def students() -> Iterator[None]:
        for number in range(200):
            if stop.is_set():
                return
            data = f"work {number}".encode()
            body = {
                "key": f"key-{number:012d}",
                "files": [
                    {
                        "path": "brief.ipynb",
                        "sha256": hashlib.sha256(data).hexdigest(),
                        "size": len(data),
                        "content": __import__("base64").b64encode(data).decode(),
                    }
                ],
            }
            while not stop.is_set():
                try:
                    answer = ready.ask(
                        "bob", "POST", "tiny-course/assignments/tiny/submissions", json=body
                    )
                except OSError:
                    time.sleep(0.05)
                    continue
                assert answer.status_code == 200, answer.text
                receipts.append(answer.json()["receipt"])
                break
            yield

    thread = threading.Thread(target=lambda: list(students()))
    thread.start()
    for _ in range(3):
        time.sleep(1.0)
        ready.kill()
        ready.start()
    time.sleep(1.0)
    stop.set()
    thread.join(timeout=60)

    kept = ready.ask("bob", "GET", "tiny-course/submissions?limit=1000").json()
    assert len(receipts) > 10
    assert set(receipts) <= {one["receipt"] for one in kept}
    assert len({one["sha256"] for one in kept}) == len(kept)
    for one in kept[-5:]:
        place = f"tiny-course/submissions/{one['id']}/files/{one['files'][0]['sha256']}"
        assert ready.ask("bob", "GET", place).content.startswith(b"work ")


def test_a_service_that_is_away_is_told_in_one_sentence(
    service: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client says what happened, that nothing changed, and to try again; no traceback."""
    from nbgrader.exchange import ExchangeError
    from urllib3.util import Retry

    from practicum.gradebook.service_exchange.client import Client

    service.kill()
    client = Client(service.url, "token", Retry(total=1, backoff_factor=0.01))

    with pytest.raises(
        ExchangeError, match=r"cannot be reached \(\w+\): what you have is unchanged"
    ):
        client.courses()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "names no service"),
        ({"PRACTICUM_SERVICE_URL": "ftp://x"}, "names no service"),
        ({"PRACTICUM_SERVICE_URL": "http://127.0.0.1:1/x"}, "holds no token"),
        (
            {"PRACTICUM_SERVICE_URL": "http://127.0.0.1:1/x", "PRACTICUM_TOKEN": "a b"},
            "holds no token",
        ),
        (
            {"PRACTICUM_SERVICE_URL": "http://hub.example/x", "PRACTICUM_TOKEN": "abc"},
            "others could read your token",
        ),
    ],
)
def test_a_token_is_told_to_the_course_alone(environ: dict[str, str], said: str) -> None:
    """Without an address, without a token, or over an open line, nothing is sent."""
    from nbgrader.exchange import ExchangeError

    from practicum.gradebook.service_exchange.client import client_of

    with pytest.raises(ExchangeError, match=said):
        client_of(environ)
