from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from practicum.rendering.outline import Outline

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")
BASE32 = re.compile(r"[A-Z2-7]{20,}")
HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){12,}")
HEX_MARKS = re.compile(r"0x|\\x|[\s,:;'\"\[\]-]")

CODES = st.text("AaFfz09+/_- \\x,:;'\"[]%\n\xa0\x85", min_size=20, max_size=80)


@given(CODES | st.text(max_size=60))
def test_a_text_with_base64_is_never_passed_over(text: str) -> None:
    """Whatever the searches for base64 and base32 would find, the quick look lets through."""
    packed = "".join(text.split())
    if any(code.search(one) for code in (BASE64, BASE32) for one in (text, packed)):
        assert Outline(text).may_hold_base64


@given(CODES | st.text(max_size=60))
def test_a_text_with_hexadecimal_is_never_passed_over(text: str) -> None:
    """Marks between the digits count as a part of the code."""
    if HEX.search(HEX_MARKS.sub("", text)):
        assert Outline(text).may_hold_hex


def test_the_bytes_of_a_picture_are_passed_over() -> None:
    """A text without sixteen characters of one alphabet in a row is not searched at all."""
    noise = "\x89PNG\x00\x01ab\xff" * 1000
    assert not Outline(noise).may_hold_base64
    assert not Outline(noise).may_hold_hex
