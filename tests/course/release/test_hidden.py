from __future__ import annotations

import base64
import codecs
from collections.abc import Callable
from typing import Any

import pytest

from practicum.rendering.hidden import part, verdict
from practicum.rendering.leaks import secrets_of

Desk = Any
Make = Any


@pytest.fixture
def line(secret: dict[str, str]) -> str:
    """A line of the hidden test."""
    return secret["line"]


def _error(name: str, said: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": said, "traceback": []}


def test_hidden_regions_and_mark_schemes_are_cut_out(
    desk: Desk, make: Make, secret: dict[str, str]
) -> None:
    """Neither the hidden tests nor the mark scheme are anywhere in the page."""
    page = desk.page_of(make("notebook"))
    assert secret["canary"] not in page
    assert secret["scheme"] not in page
    assert "HIDDEN" not in page
    assert "answer should be a number" in page


def test_a_region_without_an_end_goes_to_the_last_line() -> None:
    """A forgotten end mark hides too much rather than too little."""
    parted = part("visible\n### BEGIN HIDDEN TESTS\nassert a\nassert b")
    assert parted.visible == "visible"
    assert parted.hidden.endswith("assert b")


def test_two_regions_are_both_cut_out() -> None:
    """Text between two regions stays."""
    source = "a\n# BEGIN HIDDEN TESTS\nb\n# END HIDDEN TESTS\nc\n# BEGIN MARK SCHEME\nd"
    assert part(source).visible == "a\nc"


def test_nothing_that_a_hidden_test_prints_is_shown(
    desk: Desk, make: Make, secret: dict[str, str]
) -> None:
    """Outputs and tracebacks of a cell with hidden tests are left out altogether."""
    outputs = (
        make("stream", "the expected mean is 4201.754"),
        make("failure", "AssertionError", "expected 4201.754", f"----> 7 {secret['line']}"),
    )
    page = desk.page_of(make("notebook", tests=outputs), autograded=0.0)
    assert "4201.754" not in page
    assert "A hidden check failed." in page


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (("AssertionError", "answer should be a number"), "AssertionError: answer should be a nu"),
        (
            ("AssertionError", "answer should be above 0, and is -3"),
            "A visible check failed: AssertionError: answer should be above 0, and is …",
        ),
        (("NameError", "name 'answer' is not defined"), "NameError: name 'answer' is not defined"),
        (("NameError", "name 'table' is not defined"), "A hidden check failed."),
        (("AssertionError", "the mean mass is wrong"), "A hidden check failed."),
        (("AssertionError", ""), "A hidden check failed."),
        (("AssertionError", "answer should be a number and 4201"), "A hidden check failed."),
        (("ValueError", "answer should be a number"), "A hidden check failed."),
        (("<script>", "x"), "A hidden check failed."),
        (("AssertionError", "answer" * 1000), "A hidden check failed."),
    ],
)
def test_a_check_is_called_visible_only_where_its_words_are(
    secret: dict[str, str], error: tuple[str, str], said: str
) -> None:
    """The words of a failed check count only if they stand in the visible source alone."""
    told = " ".join(verdict(part(secret["source"]), [_error(*error)], 0, 10))
    assert said in told


def test_values_in_a_message_are_not_shown(secret: dict[str, str]) -> None:
    """A value that the run put into a message could say anything: it is left out."""
    error = _error("AssertionError", "answer should be above 0, and is 4201.754")
    assert "4201.754" not in " ".join(verdict(part(secret["source"]), [error], 0, 10))


def test_partial_credit_shows_points_only(desk: Desk, make: Make) -> None:
    """Of a test with part of the points nothing more is said."""
    outputs = ({"output_type": "execute_result", "data": {"text/plain": "4.5"}, "metadata": {}},)
    page = desk.page_of(make("notebook", tests=outputs), autograded=4.5)
    assert "4.5 / 10 points" in page
    assert "Part of the checks passed." in page


def test_a_warning_in_a_test_is_explained(secret: dict[str, str]) -> None:
    """No points without an error are explained by the error stream."""
    outputs = [{"output_type": "stream", "name": "stderr", "text": "DeprecationWarning"}]
    assert "error stream" in " ".join(verdict(part(secret["source"]), outputs, 0, 10))


ENCODINGS = {
    "as it is": lambda line: f"In[3]: {line}!",
    "in capitals": str.upper,
    "backwards": lambda line: line[::-1],
    "with spaces": " ".join,
    "down the page": "\n".join,
    "as a list": lambda line: str(list(line)),
    "as a repr": lambda line: repr(f"a\n{line}\nb"),
    "as bytes": lambda line: repr(line.encode()),
    "base64": lambda line: base64.b64encode(f"x = 1\n{line}\ny".encode()).decode(),
    "base64, second place": lambda line: base64.b64encode(f"x{line}".encode()).decode(),
    "base64 in lines": lambda line: base64.encodebytes(f"{'a' * 99}{line}".encode()).decode(),
    "url-safe base64": lambda line: base64.urlsafe_b64encode(line.encode()).decode(),
    "base32": lambda line: base64.b32encode(line.encode()).decode(),
    "hexadecimal": lambda line: line.encode().hex(),
    "hexadecimal with marks": lambda line: " ".join(f"0x{byte:02x}" for byte in line.encode()),
    "backslash x": lambda line: "".join(f"\\x{byte:02x}" for byte in line.encode()),
    "number codes": lambda line: str(list(line.encode())),
    "rot13": lambda line: codecs.encode(line, "rot13"),
    "percent codes": lambda line: "".join(f"%{byte:02X}" for byte in line.encode()),
    "full width": lambda line: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in line
    ),
    "zero width": "\u200b".join,
    "with colours": lambda line: "".join(f"\x1b[31m{c}\x1b[0m" for c in line),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("place", ["stream", "html", "error"])
def test_a_hidden_line_in_another_output_is_withheld(
    desk: Desk, make: Make, line: str, encode: Callable[[str], str], place: str
) -> None:
    """A cell that shows a hidden line, in whatever dress, shows nothing, and is reported."""
    leak = encode(line)
    outputs = {
        "stream": make("stream", leak),
        "html": make("data", text_html=f"<b>{leak}</b>"),
        "error": make("failure", "KeyError", "x", leak),
    }
    desk.hand_in("ada", make("notebook", make("code", "look()", outputs[place])))
    report = desk.release()
    page = desk.page("ada")
    assert leak not in page
    assert "This output is not shown" in page
    assert [finding.cell for finding in report.findings] == ["cell 1"]
    assert report.findings[0].student == "ada"
    assert desk.edges.logged == ["withheld"]


def test_a_line_that_is_spread_over_cells_is_withheld(desk: Desk, make: Make, line: str) -> None:
    """One letter a cell is found as well."""
    cells = [make("code", f"show({n})", make("stream", c)) for n, c in enumerate(line)]
    desk.hand_in("ada", make("notebook", *cells))
    report = desk.release()
    shown = {f"cell {n}" for n, c in enumerate(line, 1) if c.isalnum()}
    assert shown <= {finding.cell for finding in report.findings}


@pytest.mark.parametrize(
    "wrap",
    [
        '<a href="https://x.example/?{}">x</a>',
        '<img alt="{}" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        "<p>{}</p>",
    ],
)
def test_a_hidden_line_in_an_attribute_is_withheld(
    desk: Desk, make: Make, line: str, wrap: str
) -> None:
    """Addresses and picture texts are looked at too."""
    leak = make("data", text_html=wrap.format(line.replace("'", "&#39;")))
    page = desk.page_of(make("notebook", make("code", "look()", leak)))
    assert "4201" not in page


def test_a_hidden_line_in_a_pictures_bytes_is_withheld(desk: Desk, make: Make, line: str) -> None:
    """A comment in a GIF or JPEG is read."""
    gif = base64.b64encode(b"GIF89a\x01\0\x01\0\0\0\0!\xfe\x20" + line.encode() + b"\0;").decode()
    page = desk.page_of(make("notebook", make("code", "look()", make("data", image_gif=gif))))
    assert "This output is not shown" in page


def test_honest_outputs_are_shown(desk: Desk, make: Make) -> None:
    """What an honest student prints is left alone, also where the words are near."""
    said = "the mean mass is 4201.754\nassert answer > 0\nanswer should be a number"
    desk.hand_in("ada", make("notebook", make("code", "x", make("stream", said))))
    report = desk.release()
    assert report.findings == ()
    assert "the mean mass is 4201.754" in desk.page("ada")


def test_a_line_that_the_student_wrote_is_no_leak(desk: Desk, make: Make, line: str) -> None:
    """A traceback may show the student's own line, even where a hidden test has the same."""
    desk.hand_in("ada", make("notebook", make("code", line, make("failure", "E", "e", line))))
    assert desk.release().findings == ()


def test_short_lines_are_no_secrets() -> None:
    """A line such as `plt.show()` occurs everywhere."""
    assert not secrets_of(["plt.show()\nx = 1"], []).lines


def test_lines_that_are_released_are_no_secrets() -> None:
    """A line that stands in the visible part as well gives nothing away."""
    both = "import numpy as np"
    assert not secrets_of([both], [f"# first\n{both}\n"]).lines
