"""Receipts that anybody can check: signed with the course's own key (Ed25519, a JWS)."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from practicum.errors import BadInput

__all__ = ["KEY_FILE", "VARIABLE", "ReceiptKey", "check_receipt"]

KEY_FILE = "hub/receipt_key.pem"
"""Where the key lies, from the course's work folder on."""
VARIABLE = "PRACTICUM_RECEIPT_KEY"
"""The environment variable that may hold the key in its stead, as PEM."""
KIND = "practicum-receipt+jws"


class ReceiptKey:
    """The private key with which receipts are signed."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def read(cls, file: Path, environ: Mapping[str, str] = os.environ) -> ReceiptKey:
        """Return the key of the environment, or else of a file, which is made if need be.

        Raises:
            BadInput: It is no such key, or the file cannot be read or made.

        """
        if pem := environ.get(VARIABLE, "").strip():
            return cls._from(pem.encode(), VARIABLE)
        try:
            if not file.is_file():
                _make(file)
            return cls._from(file.read_bytes(), str(file))
        except OSError as error:
            raise BadInput(f"{file}: cannot be read or made ({error.strerror})") from None

    @classmethod
    def _from(cls, pem: bytes, where: str) -> ReceiptKey:
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            private = None
            reason = type(error).__name__
        else:
            reason = type(private).__name__
        if not isinstance(private, Ed25519PrivateKey):
            raise BadInput(
                f"{where}: no Ed25519 key in PEM without a password ({reason}): restore it from "
                "a backup; with a new one, older receipts can no longer be checked"
            )
        return cls(private)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return the claims as a signed receipt."""
        headers = {"kid": self.number, "typ": KIND}
        return jwt.encode(dict(claims), self._private, algorithm="EdDSA", headers=headers)

    @cached_property
    def public_pem(self) -> str:
        """The public key, with which anybody can check a receipt."""
        return (
            self._private.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode("ascii")
        )

    @cached_property
    def number(self) -> str:
        """By which the key is known (``kid``): the beginning of the public key's digest."""
        return hashlib.sha256(self.public_pem.encode()).hexdigest()[:16]


def check_receipt(receipt: str, public_pem: str) -> dict[str, Any]:
    """Return what a receipt says.

    Raises:
        BadInput: It was not signed with that key, or was changed.

    """
    try:
        claims: dict[str, Any] = jwt.decode(receipt, public_pem, algorithms=["EdDSA"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise BadInput("this is no receipt that was signed with this key") from None
    return claims


def _make(file: Path) -> None:
    """Make a key; of two who do so at once, one wins, and both read that one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = file.with_name(f".{file.name}-{secrets.token_hex(6)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(pem)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
        fd = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    finally:
        draft.unlink(missing_ok=True)
