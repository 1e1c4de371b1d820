"""Blind codes: names for submissions that tell an employer nothing about the student."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from sqlalchemy import insert, select

from practicum.records.base import Store
from practicum.records.tables import SECRETS

__all__ = ["BlindCodes", "code_of", "normal_code"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O or U, which people mistake for 1, 0 and V."""

LENGTH = 8
BITS = 5

MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})

CHANGED_BY_SPREADSHEETS = re.compile(r"^\d+(E\d+)?$|JAN|FEB|MAR|APR|MAY|SEP|DEC")
"""12E45678 and 0MAR2024 come back from a spreadsheet as a number and as a date."""

SECRET = "blind codes"  # noqa: S105 (the name of the secret, not the secret)


def code_of(secret: bytes, brief: str, student: str) -> str:
    """Return the code of a submission: 8 characters, the same for the same secret."""
    digest = hmac.new(secret, f"{brief}|{student}".encode(), hashlib.sha256).digest()
    while True:
        bits = int.from_bytes(digest, "big")
        code = "".join(ALPHABET[(bits >> (BITS * i)) & 31] for i in range(LENGTH))
        if not CHANGED_BY_SPREADSHEETS.search(code):
            return code
        digest = hashlib.sha256(digest).digest()


def normal_code(text: str) -> str:
    """Return a code as it was meant, whatever the case, spaces or I for 1 it is typed with."""
    return text.upper().translate(MISREAD)


class BlindCodes(Store):
    """Codes from a secret of the course, which is made when the first code is asked for."""

    _secret: bytes | None = None

    def blind_code(self, brief: str, student: str) -> str:
        """Return the stable code of a student's submission for a brief."""
        if self._secret is None:
            self._secret = self._read_secret() or self._make_secret()
        return code_of(self._secret, brief, student)

    def _read_secret(self) -> bytes | None:
        with self._reading() as connection:
            value = connection.scalar(select(SECRETS.c.value).where(SECRETS.c.name == SECRET))
            return bytes.fromhex(value) if value is not None else None

    def _make_secret(self) -> bytes:
        with self._writing() as connection:
            query = select(SECRETS.c.value).where(SECRETS.c.name == SECRET)
            made_meanwhile = connection.scalar(query.with_for_update())
            if made_meanwhile is not None:
                return bytes.fromhex(made_meanwhile)
            secret = secrets.token_bytes(32)
            connection.execute(insert(SECRETS), {"name": SECRET, "value": secret.hex()})
            self._note(connection, "secret", detail=f"made the secret of the {SECRET}")
            return secret
