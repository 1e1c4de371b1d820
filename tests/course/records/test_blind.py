import re

from hypothesis import given
from hypothesis import strategies as st

from practicum.records import Records, normal_code
from practicum.records.blind import ALPHABET, code_of


def test_codes_are_stable(url: str) -> None:
    """A submission has the same code whenever the records are opened."""
    with Records(url) as records:
        first = records.blind_code("demo", "ada")
        assert records.blind_code("demo", "grace") != first
        assert records.blind_code("other", "ada") != first
    with Records(url) as records:
        assert records.blind_code("demo", "ada") == first
        assert [entry.action for entry in records.audit()] == ["secret"]


def test_courses_have_secrets_of_their_own(url: str) -> None:
    """Who knows the students of a course cannot work out their codes."""
    with Records(url) as one, Records(url.replace("records.db", "other.db")) as other:
        assert one.blind_code("demo", "ada") != other.blind_code("demo", "ada")


@given(secret=st.binary(min_size=32, max_size=32), student=st.from_regex(r"[a-z0-9]{1,12}"))
def test_codes_survive_a_spreadsheet(secret: bytes, student: str) -> None:
    """A code has 8 characters, and no spreadsheet takes it for a number or a date."""
    code = code_of(secret, "demo", student)
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert not re.fullmatch(r"\d+(E\d+)?", code)
    assert not re.search("JAN|FEB|MAR|APR|MAY|SEP|DEC", code)
    assert code == code_of(secret, "demo", student)


def test_unfortunate_codes_are_not_given() -> None:
    """Among many codes, the few that a spreadsheet would change were replaced."""
    codes = {code_of(b"secret", "demo", f"s{number}") for number in range(20_000)}
    assert len(codes) == 20_000
    assert not any(code.isdigit() for code in codes)


def test_codes_are_read_as_they_were_meant() -> None:
    """Lower case, spaces, hyphens and letters that look like digits are understood."""
    assert normal_code(" 7ta4-05wq") == "7TA405WQ"
    assert normal_code("OIL0") == "0110"
