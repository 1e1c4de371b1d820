from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from practicum.rendering.letters import letters

LATIN = st.text(st.characters(max_codepoint=255) | st.just("\N{REPLACEMENT CHARACTER}"))


def _slowly(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@given(LATIN)
def test_latin_text_is_reduced_as_the_unicode_method_does(text: str) -> None:
    """Taking the characters of Latin-1 one by one gives what NFKC and case folding give."""
    assert letters(text) == _slowly(text)


@given(st.text())
def test_any_text_is_reduced_as_the_unicode_method_does(text: str) -> None:
    """A text with other characters takes the slow way, with the same result."""
    assert letters(text) == _slowly(text)


def test_case_width_and_marks_make_no_difference() -> None:
    """Capitals, full width, ligatures and what stands between the letters are no disguise."""
    assert letters("A_ss ert") == letters("\uff41\uff53\uff53-ert") == "assert"
    assert letters("ﬁsh, ½ Straße") == "fish12strasse"
