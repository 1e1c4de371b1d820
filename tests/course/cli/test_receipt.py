"""`practicum receipt`: who handed in what, when, and whether the files are still the same."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from practicum.file_names import digest

FILES = {"brief.ipynb": b"{}", "data/a.csv": b"a,b\n", "tiny.internship.json": b"{}"}
Run = Callable[..., Any]


def _pem(private: Any) -> bytes:
    public: bytes = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public


def _sign(private: Any, **changes: Any) -> str:
    claims = {
        "id": "ab" * 16,
        "course": "tiny-course",
        "assignment": "tiny",
        "student": "ada",
        "received_at": "2027-01-20T12:00:00.000001+00:00",
        "sha256": digest(FILES),
        "files": len(FILES),
    }
    return jwt.encode(claims | changes, private, algorithm="EdDSA", headers={"kid": "k1"})


def _kept(receipt: str) -> str:
    import hashlib

    files = [
        {"path": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in FILES.items()
    ]
    return json.dumps({"schema_version": 1, "receipt": receipt, "files": files})


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A student's folder, with the receipt of what was handed in, and the course's key."""
    for name, content in FILES.items():
        file = tmp_path / "tiny" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    private = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(_pem(private))
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / "one.json").write_text(_kept(_sign(private)))
    (tmp_path / "receipt.jws").write_text(_sign(private))
    (tmp_path / "other.jws").write_text(_sign(Ed25519PrivateKey.generate()))
    (tmp_path / "odd.jws").write_text(_sign(private, sha256="none"))
    (tmp_path / "escaping.jws").write_text(_sign(private, assignment="../../etc"))
    return tmp_path


def test_what_was_not_changed_is_the_same(desk: Path, run: Run) -> None:
    """A right receipt says who, what and when; files that came later count for nothing."""
    (desk / "tiny" / "notes.txt").write_text("later")
    done = run("receipt", "receipts/one.json", "--key", "key.pem", place=desk)

    assert done.code == 0
    said = " ".join(done.out.split())
    assert "ada handed in tiny, 3 files, received 2027-01-20 12:00:00 UTC" in said
    assert "has exactly these files" in said
    assert "later or are not taken: notes.txt" in said


def test_each_difference_is_named(desk: Path, run: Run) -> None:
    """A file that was changed and one that is missing are named, and the exit code is 1."""
    (desk / "tiny" / "brief.ipynb").write_text("{ }")
    (desk / "tiny" / "data" / "a.csv").unlink()
    done = run("receipt", "receipts/one.json", "--key", "key.pem", place=desk)

    assert done.code == 1
    assert "Changed: brief.ipynb" in done.out
    assert "Missing: data/a.csv" in done.out
    told = run("receipt", "receipts/one.json", "--key", "key.pem", "--json", place=desk)
    assert json.loads(told.out)["found"]["changed"] == ["brief.ipynb"]


def test_a_receipt_alone_compares_the_whole_folder(desk: Path, run: Run) -> None:
    """Without a list of files it is told that something differs, and where to look for more."""
    arguments = ("receipt", "receipt.jws", "--key", "key.pem", "--folder", "tiny")
    assert run(*arguments, place=desk).code == 0
    (desk / "tiny" / "brief.ipynb").write_text("{ }")
    done = run(*arguments, place=desk)

    assert done.code == 1
    assert "nbgrader_cache" in done.out


def test_a_list_that_was_made_up_proves_nothing(desk: Path, run: Run) -> None:
    """A list that fits the changed files does not make them what was signed."""
    file = desk / "receipts" / "one.json"
    kept = json.loads(file.read_text())
    kept["files"] = [one for one in kept["files"] if one["path"] != "data/a.csv"]
    file.write_text(json.dumps(kept))
    done = run("receipt", "receipts/one.json", "--key", "key.pem", place=desk)

    assert done.code == 1
    assert "is not the one that was signed" in done.out


@pytest.mark.parametrize("name", ["other.jws", "odd.jws"])
def test_what_the_course_did_not_sign_is_no_receipt(desk: Path, run: Run, name: str) -> None:
    """A receipt of another key, and one that says something else, are told, with exit code 1."""
    done = run("receipt", name, "--key", "key.pem", "--folder", "tiny", place=desk)

    assert done.code == 1
    assert "has exactly" not in done.out
    assert "Traceback" not in done.out + done.err


def test_a_receipt_does_not_choose_what_is_read(desk: Path, run: Run) -> None:
    """The name of an assignment, and names in a list, lead to no folder elsewhere."""
    (desk / "receipts" / "x.jws").write_text((desk / "escaping.jws").read_text())
    done = run("receipt", "receipts/x.jws", "--key", "key.pem", place=desk)
    assert done.code == 0
    assert "were not compared" in done.out

    kept = json.loads((desk / "receipts" / "one.json").read_text())
    kept["files"].append({"path": "../key.pem", "sha256": "0" * 64, "size": 1})
    (desk / "receipts" / "one.json").write_text(json.dumps(kept))
    assert run("receipt", "receipts/one.json", "--key", "key.pem", place=desk).code == 0


BAD = {
    "no file": (("nowhere.json", "--key", "key.pem"), "cannot be read"),
    "a folder": (("tiny", "--key", "key.pem"), "cannot be read"),
    "no receipt": (("tiny/brief.ipynb", "--key", "key.pem"), "this is no receipt"),
    "not even text": (("tiny/binary", "--key", "key.pem"), "this is no receipt"),
    "no key": (("receipt.jws",), "name its file with --key"),
    "a key that is not there": (("receipt.jws", "--key", "no.pem"), "no.pem: cannot be read"),
    "a key that is none": (("receipt.jws", "--key", "receipt.jws"), "this is no public key"),
    "a key of another kind": (("receipt.jws", "--key", "rsa.pem"), "no Ed25519 key"),
    "a broken key": (("receipt.jws", "--key", "broken.pem"), "no Ed25519 key"),
    "no folder": (("receipt.jws", "--key", "key.pem", "--folder", "no"), "no such folder"),
    "no address": (("receipt.jws", "--service", "file:///etc/passwd"), "no address"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(desk: Path, run: Run, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be used is told in words, with exit code 2 and without a traceback."""
    monkeypatch.delenv("PRACTICUM_SERVICE_URL", raising=False)
    (desk / "tiny" / "binary").write_bytes(b"\xff\x00")
    (desk / "rsa.pem").write_bytes(_pem(generate_private_key(65537, 2048)))
    text = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    (desk / "broken.pem").write_text(text)
    arguments, message = BAD[case]

    done = run("receipt", *arguments, place=desk)

    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_without_the_extra_the_message_names_it(desk: Path) -> None:
    """Where cryptography is not installed the command says what to install."""
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from practicum.cli.main import main\n"
        "main(['receipt', 'receipt.jws', '--key', 'key.pem'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=desk, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "pip install 'practicum[hub]'" in done.stderr
    assert "Traceback" not in done.stderr
