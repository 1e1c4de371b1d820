"""A brief with variants, fetched through the service: own values for each, and always the same."""

import base64
import hashlib
import json
from typing import Any

import pytest

from practicum.briefs.variants import INJECTED, PARAMETERS

TINY = "/exchange/tiny-course/assignments/tiny"
DATA = b"a,b\n1,2\n"


def released() -> bytes:
    """Return a released notebook with the defaults of its variants."""
    cell: dict[str, Any] = {"cell_type": "code", "source": "start = 0", "outputs": []}
    cell |= {"execution_count": None}
    cell |= {"metadata": {"tags": [PARAMETERS]}, "id": "parameters"}
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": [cell]}
    return json.dumps(content).encode()


def entry(path: str, content: bytes) -> dict[str, Any]:
    """Return a file of a manifest, with its content."""
    about = {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    return about | {"content": base64.b64encode(content).decode()}


@pytest.fixture
def varied(place: Any) -> Any:
    """The service of a course whose brief starts at another number for each student."""
    brief = place.course.root / "assignments" / "tiny" / "brief.yml"
    text = brief.read_text() + "variants: {start: {between: [1, 1000000000]}}\n"
    brief.write_text(text)
    files = [entry("brief.ipynb", released()), entry("data/a.csv", DATA)]
    answer = place.ask("ines", "PUT", TINY, json={"key": "release-1", "files": files})
    assert answer.status_code == 200, answer.text
    return place


def fetched(place: Any, who: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fetch the brief as somebody; return the manifest, and the contents by path."""
    manifest = place.get(who, TINY).json()
    contents = {}
    for file in manifest["files"]:
        answer = place.get(who, f"{TINY}/files/{file['sha256']}")
        assert answer.status_code == 200, answer.text
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert len(answer.content) == file["size"]
        contents[file["path"]] = answer.content
    return manifest, contents


def injected(notebook: bytes) -> list[str]:
    """Return the sources of the cells with a student's own values."""
    cells = json.loads(notebook)["cells"]
    return ["".join(c["source"]) for c in cells if INJECTED in c["metadata"].get("tags", [])]


def test_each_student_gets_values_of_their_own(varied: Any) -> None:
    """Two students get different values, which are noted; other files are the same for both."""
    ada, bob = (fetched(varied, who)[1] for who in ("ada", "bob"))

    noted = varied.records.variants("tiny")
    assert noted["ada"] != noted["bob"]
    for who, files in (("ada", ada), ("bob", bob)):
        assert injected(files["brief.ipynb"]) == [
            f"# Your own values\nstart = {noted[who]['start']}"
        ]
    assert ada["data/a.csv"] == bob["data/a.csv"] == DATA


def test_fetching_again_changes_nothing(varied: Any) -> None:
    """A student who fetches again gets the same files, with the same digests."""
    assert fetched(varied, "ada") == fetched(varied, "ada")


def test_a_part_of_ones_own_notebook(varied: Any) -> None:
    """A fetch that was cut off goes on where it stopped, in one's own notebook, too."""
    manifest, contents = fetched(varied, "ada")
    sha256 = manifest["files"][0]["sha256"]

    answer = varied.get("ada", f"{TINY}/files/{sha256}", headers={"Range": "bytes=10-29"})

    assert answer.status_code == 206
    assert answer.content == contents["brief.ipynb"][10:30]


def test_the_notebook_of_another_is_not_there(varied: Any) -> None:
    """The digest of another student's notebook leads nowhere."""
    sha256 = fetched(varied, "ada")[0]["files"][0]["sha256"]

    assert varied.get("bob", f"{TINY}/files/{sha256}").status_code == 404


def test_instructors_get_the_defaults(varied: Any) -> None:
    """Who runs the course gets the release as it is, and no values are drawn for that."""
    _, files = fetched(varied, "ines")

    assert files["brief.ipynb"] == released()
    assert varied.records.variants("tiny") == {}


def test_who_never_fetched_is_graded_with_values_all_the_same(varied: Any) -> None:
    """A student who hands in a friend's notebook, and fetched none, has values of the own then."""
    friends = fetched(varied, "ada")[1]["brief.ipynb"]
    sent = {"key": "a-friends-work", "files": [entry("brief.ipynb", friends)]}

    assert varied.ask("bob", "POST", f"{TINY}/submissions", json=sent).status_code == 200

    noted = varied.records.variants("tiny")
    assert noted["bob"]["start"] not in {0, noted["ada"]["start"]}
