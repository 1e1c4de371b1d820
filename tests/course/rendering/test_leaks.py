from __future__ import annotations

from urllib.parse import quote, unquote

from hypothesis import given
from hypothesis import strategies as st

from practicum.rendering.leaks import _PERCENT, secrets_of

LINE = "assert round(table.mean(), 3) == 4201.754"
OTHER = "assert list(table.columns) == ['year', 'mass']"


@given(st.text("%%%0123456789abCDEFg é–\xc3\xa9"))
def test_percent_codes_are_read_as_a_browser_reads_them(text: str) -> None:
    """Decoding each run of codes by itself gives what decoding the whole text gives."""
    assert _PERCENT.sub(lambda found: unquote(found[0]), text) == unquote(text)


def test_each_brief_has_its_own_secrets() -> None:
    """What is remembered of one brief's hidden tests is not searched for in another's."""
    mine, others = secrets_of([LINE], []), secrets_of([OTHER], [])
    assert mine.found_in([f"I found {LINE}"]) == {0}
    assert others.found_in([f"I found {LINE}"]) == frozenset()
    assert secrets_of([LINE], [f"my own line: {LINE}"]).found_in([LINE]) == frozenset()


def test_a_code_in_the_midst_of_a_pictures_bytes_is_found() -> None:
    """The quick look at a picture does not pass over a code that somebody put into it."""
    noise = "".join(chr(value * 7 % 256) for value in range(5000))
    coded = quote(LINE, safe="").replace(" ", "%20")
    assert secrets_of([LINE], []).found_in([noise + coded + noise, noise]) == {0}
