"""Pages for employers: what is on them, and what never is."""

import base64
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from practicum.course import Course
from practicum.errors import BadInput, NotReady
from practicum.people import Instructor, Reviewer, Roster, Student
from practicum.records import Records
from practicum.review import PagesReport, pages, review
from practicum.review.blinding import Blinder, Blinding

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

Graded = Callable[..., None]
CANARY = "canary-of-the-hidden-tests"
SCHEME = "The mark scheme says so"
RUN = "window.pwned=1"
OUT = "https://evil.invalid"
GIF = "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    """Return a code cell of the student's own."""
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}}


def text(source: str) -> dict[str, Any]:
    """Return a text cell of the student's own."""
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def shown(mime: str, data: str) -> dict[str, Any]:
    """Return an output of one kind."""
    return {"output_type": "display_data", "data": {mime: data}, "metadata": {}}


@pytest.fixture
def write(course: Course, gradebook: Any, tmp_path: Path) -> Callable[[], PagesReport]:
    """Return the command, into the folder ``out``."""
    return lambda: pages(course, "demo", tmp_path / "out", gradebook=gradebook)


def content_of(file: Path) -> bytes:
    """Return a file without the style of practicum's own pages, which is full of words."""
    return re.sub(rb"(?s)<style>.*?</style>", b"", file.read_bytes())


def test_a_folder_ready_to_send(
    write: Callable[[], PagesReport], graded: Graded, course: Course, records: Records
) -> None:
    """Each graded submission has a page under its code, beside an index and the table."""
    graded("ada")
    graded("grace")
    report = write()
    codes = sorted(records.blind_code("demo", who) for who in ("ada", "grace"))
    assert list(report.codes) == codes
    names = sorted(file.name for file in report.folder.iterdir())
    assert names == sorted([f"{code}.html" for code in codes] + ["demo.csv", "index.html"])
    index = report.index.read_text()
    for wanted in (*codes, "Sound analysis", "Half of it.", "Which Saturdays should we book?"):
        assert wanted in index
    assert "Professional habits" not in index  # the instructor's own criterion
    rows = report.table.read_text("utf-8-sig").splitlines()
    assert rows[0] == "submission,criterion,level,words"
    assert rows[1:] == [f"{code},{name},," for code in codes for name in ("analysis", "advice")]
    assert write().written == 0


def test_the_table_comes_back(
    write: Callable[[], PagesReport], graded: Graded, course: Course, gradebook: Any
) -> None:
    """The table of the folder, filled in, is taken in as it is."""
    graded("ada")
    table = write().table
    table.write_text(table.read_text("utf-8-sig").replace(",,", ",3,Good."))
    assert review(course, "demo", table, reviewer="rita", gradebook=gradebook).added == 2


def test_what_was_asked_for_comes_first(write: Callable[[], PagesReport], graded: Graded) -> None:
    """Written answers stand first, then charts and tables, then the rest of the notebook."""
    graded("ada", text("My own way"), code("1 + 1", shown("text/plain", "two")))
    (page,) = [write().folder / f"{c}.html" for c in write().codes]
    html = page.read_text()
    order = ["We book Saturday 3.", "<td>42</td>", "The rest of the notebook", "My own way", "two"]
    places = [html.index(words) for words in order]
    assert places == sorted(places)
    assert html.count("We book Saturday 3.") == 1


def test_no_tests_no_marks_no_schemes(write: Callable[[], PagesReport], graded: Graded) -> None:
    """Test cells, criterion cells, points and what the tests printed are nowhere in the bytes."""
    graded("ada", code("print(answer)", shown("text/plain", f'assert answer == "{CANARY}"')))
    report = write()
    everything = b"".join(content_of(file) for file in report.folder.iterdir())
    for banned in (CANARY, SCHEME, "assert answer", "HIDDEN TESTS", "points", "test-1"):
        assert banned.encode() not in everything
    assert b"This output is left out." in everything


HOSTILE = (
    f"<script>{RUN}</script>",
    f'<img src=x onerror="{RUN}">',
    f'<svg onload="{RUN}"></svg>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<a href="javascript:{RUN}">Ada Lovelace</a>',
    f'<img src="{OUT}/pixel.png" alt="ada&quot; onerror=&quot;{RUN}">',
    f'<p title="</p><img src=x onerror={RUN}>">',
    f"<style>@import '{OUT}/x.css'</style>",
    f'<meta http-equiv="refresh" content="0;url={OUT}">',
    f'<form action="{OUT}"><input autofocus onfocus="{RUN}"></form>',
    "</div></section></main></body></html>",
    f"&lt;script&gt;{RUN}&lt;/script&gt; Ada Lovelace &lt;img src=x onerror={RUN}&gt;",
    f'<img src="data:image/gif;base64,{GIF}" alt="&lt;b&gt; Ada Lovelace &lt;script&gt;">',
)


def noting(asked: list[str]) -> "Callable[[Request], None]":
    """Return a listener that notes what a page asks for."""
    return lambda request: asked.append(request.url)


@pytest.mark.browser
def test_hostile_content_does_nothing(
    write: Callable[[], PagesReport], graded: Graded, chromium: "Browser"
) -> None:
    """With and without the page's policy nothing runs, nothing is fetched, nothing moves."""
    cells = [text(payload) for payload in HOSTILE]
    cells += [code(payload, shown("text/html", payload)) for payload in HOSTILE]
    cells += [code("x", shown("text/plain", payload)) for payload in HOSTILE]
    graded("ada", *cells, text="\n\n".join(HOSTILE))
    report = write()
    page_file = report.folder / f"{report.codes[0]}.html"
    bare = report.folder.parent / "bare.html"
    bare.write_bytes(page_file.read_bytes().replace(b"Content-Security-Policy", b"X-None", 1))
    for file in (page_file, bare, report.index):
        asked: list[str] = []
        with chromium.new_context(viewport={"width": 375, "height": 800}) as context:
            page = context.new_page()
            page.on("request", noting(asked))
            page.goto(file.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.wait_for_timeout(200)
            assert page.evaluate("window.pwned") is None
            assert [url for url in asked if not url.startswith("data:image/gif")] == [file.as_uri()]
            active = "script,iframe,svg,form,input,object,embed,link,base,[onerror],[onload]"
            assert page.locator(active).count() == 0
            assert page.locator("body > footer").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= 375
            levels = page.evaluate(
                "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => +e.tagName[1])"
            )
            assert all(b <= a + 1 for a, b in pairwise(levels))


NAMED = (
    "Ada Lovelace wrote this, and ADA did, and Lovelace's friend too",
    "by Lovelace, Ada and ada.lovelace_2 (ada@uni.example, private.me@mail.example)",
    "Ada&nbsp;Lovelace &#65;da A\u200bda **Ada** *Lovelace*",
    "with Grace Hopper, id grace, number 40102, and Ines Instructor",
    "file:///srv/ada/course/x.csv and C:\\work\\ada\\x.csv and submitted/ada/demo/",
    "[mail](mailto:ada@uni.example) https://hub.example/~ada/x",
)


def test_names_are_nowhere_in_the_bytes(
    graded: Graded, course: Course, gradebook: Any, tmp_path: Path
) -> None:
    """No name, id, address or LMS number of the roster is in any file, whatever names the file."""
    roster = course.root / "course" / "roster.yml"
    roster.write_text(
        roster.read_text()
        .replace(
            "name: Ada Lovelace", 'name: Ada Lovelace, email: ada@uni.example, lms_id: "40101"'
        )
        .replace("name: Grace Hopper", 'name: Grace Hopper, lms_id: "40102"')
    )
    gif = base64.b64encode(base64.b64decode(GIF) + b"by Ada Lovelace").decode()
    cells = [text(words) for words in NAMED]
    cells += [code(f"# {words}\nx = '{words}'", shown("text/plain", words)) for words in NAMED]
    cells += [code("y", shown("text/html", f"<b title='ada'>{words}</b>")) for words in NAMED]
    cells += [
        code("z", shown("image/gif", gif), shown("text/html", f"<img alt='Ada' src='{OUT}'>"))
    ]
    graded("ada", *cells, text="Best wishes, Ada. 40101")
    out = tmp_path / "out"
    report = pages(Course.find(course.root), "demo", out, gradebook=gradebook)
    content = {file.name: content_of(file) for file in report.folder.iterdir()}
    for file, data in content.items():
        decoded = data + b"".join(map(base64.b64decode, re.findall(rb"base64,([\w+/=]+)", data)))
        for token in ("lovelace", "hopper", "ines instructor", "40101", "40102", "@mail", "@uni"):
            assert token.encode() not in decoded.lower(), (file, token)
        for token in ("ada", "grace"):
            assert not re.search(rf"(?<![a-z]){token}(?![a-z])".encode(), decoded.lower()), file
    assert b"Best wishes, [name]. [name]" in b"".join(content.values())


def blinder(*, given: str = "", said: str = "") -> Blinder:
    """Return the blinder of Will Young's submission."""
    roster = Roster(
        schema_version=1,
        students=(
            Student(id="max", name="Will Young"),
            Student(id="zoe", name="Zoë Brown"),
        ),
        instructors=(Instructor(id="lehmann", name="Petra Lehmann"),),
        reviewers=(Reviewer(id="henrik", name="Henrik Aalto", employer="T", briefs=("b",)),),
    )
    return Blinding(roster, given).blinder("max", said)


@pytest.mark.parametrize(
    ("source", "blind"),
    [
        ("I am Will Young", "I am [name]"),
        ("WillYoung99 and young_will", "[name]99 and [name]"),
        ("It will rain; max(3, 4)", "It will rain; max(3, 4)"),
        ("Zoe Brown and Zoë", "[name] and [name]"),
        ("brown = 'Brown'", "brown = 'Brown'"),
        ("Dear Henrik,", "Dear Henrik,"),
        ("me@home.example", "[e-mail]"),
        ("ask@trust.example", "ask@trust.example"),
        ("A@B.transpose()", "A@B.transpose()"),
        ("/home/petra/x.csv", "~/x.csv"),
        ("data/penguins.csv", "data/penguins.csv"),
    ],
)
def test_blinding(source: str, blind: str) -> None:
    """Names go; words of the language, of the brief, and code stay as they are."""
    given = "Write to Henrik Aalto, ask@trust.example"
    assert blinder(given=given, said="a brown bird will").text(source) == blind


def test_pages_need_graded_work(write: Callable[[], PagesReport], tmp_path: Path) -> None:
    """Without a graded notebook there is nothing to show, and no folder is made."""
    with pytest.raises(NotReady, match=r"run `practicum grade demo`"):
        write()
    assert not (tmp_path / "out").exists()


def test_what_is_not_graded_yet_is_counted(
    write: Callable[[], PagesReport], graded: Graded, records: Records
) -> None:
    """A submission without a graded notebook is left out of pages, index and table."""
    graded("ada")
    report = write()
    assert (len(report.codes), report.ungraded) == (1, 1)
    missing = records.blind_code("demo", "grace").encode()
    assert all(missing not in file.read_bytes() for file in report.folder.iterdir())


def test_foreign_folders_are_refused(
    write: Callable[[], PagesReport], graded: Graded, course: Course, gradebook: Any, tmp_path: Path
) -> None:
    """A folder with other files, a file, a missing parent, a filled table: nothing is written."""
    graded("ada")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "marks.csv").write_text("secret")
    (tmp_path / "file").write_text("")
    for name, said in (
        ("other", "holds marks.csv"),
        ("file", "is a file"),
        ("no/where", "no such folder"),
    ):
        with pytest.raises(BadInput, match=said):
            pages(course, "demo", tmp_path / name, gradebook=gradebook)
    table = write().table
    table.write_text(table.read_text().replace(",,", ",3,"))
    with pytest.raises(BadInput, match="filled it in"):
        write()
    assert ",3," in table.read_text()


def test_a_page_that_is_out_of_date_goes(
    write: Callable[[], PagesReport], graded: Graded, gradebook: Any
) -> None:
    """A submission that is no longer graded loses its page."""
    graded("ada")
    graded("grace")
    assert len(write().codes) == 2
    gradebook.graded.remove("grace")
    report = write()
    assert len(list(report.folder.glob("*.html"))) == 2
    assert json.loads(report.model_dump_json())["ungraded"] == 1
