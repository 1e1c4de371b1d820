"""Checking a signed receipt: the signature by the course's public key, the files by the digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import cryptography.exceptions
import jwt
from pydantic import ValidationError

from practicum.errors import BadInput
from practicum.internship.signed import Claims, Differences, KeptReceipt, differences, read_kept
from practicum.values import Value

__all__ = ["Checked", "check", "key_of"]

LARGEST: Final = 100_000
HEADING: Final = "-----BEGIN PUBLIC KEY-----"


class Checked(Value):
    """What came of it; ``why`` the signature does not hold; ``found`` None: nothing to compare."""

    signed: bool
    why: str = ""
    kid: str = ""
    claims: Claims | None = None
    folder: Path | None = None
    found: Differences | None = None

    @property
    def same(self) -> bool:
        """Whether the signature holds and no file differs."""
        return self.signed and (self.found is None or self.found.same)


def key_of(file: Path | None, service: str | None) -> str:
    """Return a public key in PEM, from a file or from the course's service.

    Raises:
        BadInput: There is none, or it is not in PEM.
        ServiceFailed: The service gives none.

    """
    if file is not None:
        try:
            with file.open(encoding="ascii") as content:
                pem = content.read(LARGEST)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", "") or type(error).__name__
            raise BadInput(f"{file}: cannot be read ({reason})") from None
        where = str(file)
    elif service:
        # The one client that keeps a token from others, and an answer from going on for ever.
        from practicum_widgets.course_service import Connection  # noqa: PLC0415 (only on this path)

        pem, where = str(Connection(service).json("receipts/key").get("pem", "")), service
    else:
        raise BadInput(
            "a receipt is checked with the course's public key: name its file with --key, or the "
            "course's service with --service URL"
        )
    if not pem.strip().startswith(HEADING):
        raise BadInput(f"{where}: this is no public key: it begins with {HEADING}")
    return pem


def check(file: Path, public_pem: str, folder: Path | None) -> Checked:
    """Check a receipt and the files that it is about.

    Args:
        file: The receipt.
        public_pem: The course's public key.
        folder: Where the files are; by default where they usually are, if they are there.

    Raises:
        BadInput: The file is no receipt, the key is none, or the folder is not there.

    """
    kept = read_kept(file)
    kid = str(_header(kept).get("kid", ""))[:100]
    try:
        claims = Claims.model_validate(jwt.decode(kept.receipt, public_pem, algorithms=["EdDSA"]))
    except jwt.InvalidSignatureError:
        why = f"The signature does not hold: {file} was changed, or another key signed it ({kid})."
        return Checked(signed=False, why=why, kid=kid)
    except (jwt.InvalidTokenError, ValidationError):
        why = f"{file} is not a receipt for something that was handed in."
        return Checked(signed=False, why=why, kid=kid)
    except (jwt.PyJWTError, cryptography.exceptions.UnsupportedAlgorithm, ValueError, TypeError):
        raise BadInput("the key is no Ed25519 key: ask for the one of your course") from None
    place = folder or _usual(file, claims)
    found = differences(kept, claims, place) if place else None
    return Checked(signed=True, kid=kid, claims=claims, folder=place, found=found)


def _header(kept: KeptReceipt) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(kept.receipt)
    except jwt.InvalidTokenError:
        return {}


def _usual(file: Path, claims: Claims) -> Path | None:
    """Return where the files are: beside receipt.jws, or in the folder beside ``receipts``."""
    if file.name == "receipt.jws":
        return file.absolute().parent
    name = Path(claims.assignment).name
    place = file.absolute().parent.parent / name
    return place if name == claims.assignment and place.is_dir() else None
