"""YAML files are read with their lines, and what could say two things is refused."""

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from practicum import documents
from practicum.course import CourseSettings
from practicum.documents import MAX_BYTES, MAX_DEPTH, Document, read_document
from practicum.errors import InvalidDocument
from practicum.validation import value_from
from practicum.values import Value


def refused(file: Path) -> str:
    """The message with which a file is refused."""
    with pytest.raises(InvalidDocument) as caught:
        read_document(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty: fill it in"),
        ("# only a comment\n", 1, "the file is empty"),
        ("a: &x 1\nb: *x\n", 1, "anchors and aliases are not used here: write the value out"),
        ("a: &x [1]\nb: *x\n", 1, "anchors and aliases are not used here"),
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' is here twice: remove one of the two"),
        ("a:\n  b: 1\n  b: 1\n", 3, "the key 'b' is here twice"),
        ("a: 1\n? [x]\n: 2\n", 2, "a key must be a plain word: write `key: value`"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "a has the tag"),
        ("a: !!set {x, y}\n", 1, "a has the tag 'tag:yaml.org,2002:set': write it without"),
        ("a: 1\n? !!set x\n: 2\n", 2, "is not a value: use plain text"),
        ("a: !!omap x\n", 1, "is not a value: use plain text"),
        ("a: !mine x\n", 1, "is not a value: use plain text"),
        ("a: 1\nb: 2027-02-31\n", 2, "is not a value: use plain text"),
        ("a: [1\nb: 2\n", 2, "this is not YAML"),
        ("a: 1\n\tb: 2\n", 2, "this is not YAML"),
        ("a: \x07\n", 1, "this is not YAML (a character that YAML does not allow)"),
        ("a: 1\n---\nb: 2\n", 2, "this is not YAML"),
    ],
)
def test_refused_at_a_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    """What is wrong in a file is told with its line and its remedy."""
    file = tmp_path / "x.yml"
    file.write_bytes(text.encode())

    said = refused(file)

    assert f"{file}:{line}: " in said
    assert message in said


def test_the_size_is_limited(tmp_path: Path) -> None:
    """A file up to the limit is read, one byte more is not."""
    file = tmp_path / "x.yml"
    file.write_text("a: " + "x" * (MAX_BYTES - 3))
    assert len(read_document(file).data["a"]) == MAX_BYTES - 3

    file.write_text("a: " + "x" * (MAX_BYTES - 2))
    assert f"keep it below {MAX_BYTES:,}" in refused(file)


@pytest.mark.parametrize("brackets", [("[", "]"), ("{a: ", "}")])
def test_the_depth_is_limited(tmp_path: Path, brackets: tuple[str, str]) -> None:
    """Nesting up to the limit is read, deeper is not, however deep it is."""
    file = tmp_path / "x.yml"
    opening, closing = brackets
    file.write_text(opening * MAX_DEPTH + closing * MAX_DEPTH)
    read_document(file)
    for depth in (MAX_DEPTH + 2, 500, 20_000):
        file.write_text(opening * depth + closing * depth)
        assert "nested too deeply" in refused(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: \xff\n", "byte 3 is not UTF-8: save the file as UTF-8"),
        ("a: é\n".encode("latin-1"), "is not UTF-8"),
        ("a: 1\n".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, message: str) -> None:
    """What is not UTF-8 is refused with the first bad byte."""
    file = tmp_path / "x.yml"
    file.write_bytes(content)

    assert message in refused(file)


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    """A file that an editor on Windows saved as UTF-8 is read."""
    file = tmp_path / "x.yml"
    file.write_bytes(b"\xef\xbb\xbfname: Zo\xc3\xab\r\n")

    assert read_document(file).data == {"name": "Zoë"}


def test_what_is_no_file(tmp_path: Path) -> None:
    """A folder, and a file that is not there, are told apart."""
    assert "this is a folder: name a file" in refused(tmp_path)
    assert "cannot be read (No such file or directory)" in refused(tmp_path / "x.yml")


@given(st.binary(max_size=200))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a file holds, it is read, or refused by one kind of error."""
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_bytes(content)
    with suppress(InvalidDocument):
        read_document(file)


@given(st.text("{}[]:,&*!?-|>'\"#% \n\tab01", max_size=40))
def test_no_yaml_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever YAML's signs say, it is read, or refused by one kind of error."""
    file = tmp_path_factory.getbasetemp() / "signs.yml"
    file.write_text(text, encoding="utf-8")
    with suppress(InvalidDocument):
        read_document(file)


def said_of(file: Path) -> tuple[object, ...]:
    """All that reading a file gives: values and lines, or the complaint."""
    try:
        document = read_document(file)
    except InvalidDocument as error:
        return (str(error),)
    return repr(document.data), document.lines


SIGNS = [
    "a",
    "b: ",
    "- ",
    "? ",
    ":",
    "\n",
    "\n  ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    '"',
    "'",
    "|\n",
    ">-\n",
]
SIGNS += [
    "#",
    "&x ",
    "*x",
    "!t ",
    "! ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "é",
    "~",
    "1",
    "\\n",
    "<<: ",
    "=",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=14).map("".join))
@example("{a? b: c}")
@example("[why?]")
@example("! ")
@example("--- ")
@example("- \n-\n")
@example("a:\n\n  # nothing\nb: [\n1,\n2]\n")
def test_both_parsers_read_the_same(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """With libyaml and without it, values, lines and complaints are the same."""
    file = tmp_path_factory.getbasetemp() / "both.yml"
    file.write_text(text, encoding="utf-8")
    quickly = said_of(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "_quick", lambda: None)
        assert said_of(file) == quickly


@pytest.mark.parametrize("folder", ["assignments", "rubrics", "course/cohort"])
def test_both_parsers_read_the_courses_files(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of this repository read the same, and libyaml does it where it is built in."""
    root = Path(__file__).parents[3] / folder
    files = sorted(root.rglob("*.yml"))
    assert files
    quickly = [said_of(file) for file in files]
    if yaml.__with_libyaml__:
        with monkeypatch.context() as patch:
            patch.setattr(yaml, "compose", lambda *_, **__: pytest.fail("left to PyYAML"))
            for file in files:
                read_document(file)
    monkeypatch.setattr(documents, "_quick", lambda: None)
    assert [said_of(file) for file in files] == quickly


class Inner(Value):
    """A part of a value."""

    amount: float = Field(ge=0, description="points, 0 or more")
    colour: str = "red"


class Outer(Value):
    """A value with parts."""

    name: str
    size: int = 1
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = Field(default_factory=dict)


def problems_of(text: str, tmp_path: Path, model: type[BaseModel] = Outer) -> list[str]:
    """Each problem of a text as ``line: what: fix``."""
    file = tmp_path / "x.yml"
    file.write_text(text)
    with pytest.raises(InvalidDocument) as caught:
        value_from(model, read_document(file))
    return [f"{p.line}: {p.what}: {p.fix}" for p in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("size: 1", ["1: name is missing: add `name:`"]),
        ("name: a\nszie: 2", ["2: unknown key szie: did you mean 'size'?"]),
        (
            "name: a\ninner: {amout: 1}",
            [
                "2: inner.amount is missing: add `amount:` (points, 0 or more)",
                "2: unknown key inner.amout: did you mean 'amount'?",
            ],
        ),
        (
            "name: a\nmany:\n  - {amount: 1}\n  - {amount: 1, color: x}",
            ["4: unknown key many.1.color: did you mean 'colour'?"],
        ),
        (
            "name: a\nby_name:\n  x: {amount: 1, zzz: 2}",
            ["3: unknown key by_name.x.zzz: remove it (known: amount, colour)"],
        ),
        (
            "name: a\ninner:\n  amount: -1",
            ["3: inner.amount is -1: write a number of at least 0 (points, 0 or more)"],
        ),
        ("- a\n- b", ["1: a outer is a list of `key: value` lines: see docs/files.md"]),
        ("just text", ["1: a outer is a list of `key: value` lines: see docs/files.md"]),
        (
            "name: a\nsize: " + "x" * 90,
            [
                "2: size is '" + "x" * 56 + "...: write a whole number",
            ],
        ),
        (
            "size: x\nsise: 3",
            [
                "1: name is missing: add `name:`",
                "1: size is 'x': write a whole number",
                "2: unknown key sise: did you mean 'size'?",
            ],
        ),
    ],
)
def test_every_problem_at_once(tmp_path: Path, text: str, problems: list[str]) -> None:
    """All problems of a value are told together, each with its line and its remedy."""
    assert problems_of(text, tmp_path) == problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("briefs: []", "3: briefs is empty: write at least one"),
        ("briefs:", "3: briefs is empty: write a list, such as [a, b]"),
        ("briefs: [{brief: A}]", "3: briefs.0.brief is 'A': use lower-case letters, digits"),
        ("roster: [a]", "3: roster is ['a']: write a text"),
        ("roster: a/b", "3: roster is 'a/b': write it in the form"),
        ("title: ''", "3: title is empty: write something"),
        ("title: " + "x" * 201, "...: write at most 200 characters"),
        ("limits: {memory_mb: lots}", "memory_mb is 'lots': write a whole number"),
        ("policies: {pay_floor: {}}", "pay_floor is empty: write a number"),
        ("policies: 3", "3: policies is 3: write lines of `key: value` below it"),
    ],
)
def test_remedies_are_plain(tmp_path: Path, text: str, said: str) -> None:
    """What is wrong with a value is told in plain words with a remedy, and only once."""
    file = tmp_path / "course.yml"
    file.write_text(f"schema_version: 1\nid: x\n{text}\n", encoding="utf-8")
    with pytest.raises(InvalidDocument) as caught:
        value_from(CourseSettings, read_document(file))
    found = [p for p in caught.value.problems if "is missing" not in p.what]
    assert len(found) == 1
    assert said in str(found[0])
    assert "should" not in str(found[0])


def test_the_nearest_line(tmp_path: Path) -> None:
    """A part that has no line of its own has that of what is around it."""
    document = Document(tmp_path / "x.yml", {}, {(): 1, ("a",): 3, ("a", 0): 4})

    assert document.line(("a", 0, "b", "c")) == 4
    assert document.line(("a", 7)) == 3
    assert document.line(("z",)) == 1
    assert Document(tmp_path / "x.yml", {}, {}).line(("z",)) == 1
