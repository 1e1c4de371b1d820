"""The hub's own folder: made for the hub alone, with the secrets that are made once."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from practicum.errors import BadInput
from practicum.hosting import DEMO_AUTHENTICATOR
from practicum.hub.plan import Plan, Secrets

__all__ = [
    "ADMIN_PASSWORD",
    "PASSWORD",
    "prepare_runtime",
    "prepare_state",
    "read_secrets",
]

PASSWORD: Final = "PRACTICUM_HUB_PASSWORD"  # noqa: S105 (the name of a variable)
ADMIN_PASSWORD: Final = "PRACTICUM_HUB_ADMIN_PASSWORD"  # noqa: S105 (as above)

_LEAST: Final = {"password": 8, "admin_password": 32}
"""What JupyterHub's shared passwords have at least, in characters."""


def prepare_state(plan: Plan) -> None:
    """Make the hub's folder and what lies in it, and keep everybody else out.

    Raises:
        BadInput: The folder belongs to another account.

    """
    plan.course.prepare_work()
    for folder in (plan.state, plan.homes, plan.state / "logs", plan.homes / plan.names.grader):
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
            message = f"{folder}: is not a folder of the account that starts the hub: move it away"
            raise BadInput(message)
        folder.chmod(0o700)


def read_secrets(plan: Plan) -> Secrets:
    """Return the secrets, from the environment or as they were made at the first start."""
    proxy_token = os.environ.get("CONFIGPROXY_AUTH_TOKEN") or _kept(plan.state / "proxy_token", 32)
    if plan.hosting.authenticator != DEMO_AUTHENTICATOR:
        return Secrets(proxy_token=proxy_token)
    return Secrets(
        password=_password(plan, "password", PASSWORD, 9),
        admin_password=(
            _password(plan, "admin_password", ADMIN_PASSWORD, 32) if plan.hosting.admins else ""
        ),
        proxy_token=proxy_token,
    )


def _password(plan: Plan, name: str, variable: str, length: int) -> str:
    given = os.environ.get(variable)
    if given is None:
        return _kept(plan.state / name, length)
    if len(given) < _LEAST[name]:
        raise BadInput(f"{variable}: is too short: JupyterHub asks for {_LEAST[name]} characters")
    return given


def _kept(file: Path, length: int) -> str:
    """Return the secret in a file, which is made with ``length`` random bytes if need be."""
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(length) + "\n")
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        file.chmod(0o600)
    kept = file.read_text(encoding="ascii").strip()
    if not kept:
        raise BadInput(f"{file}: is empty: remove it, and a new one is made")
    return kept


def prepare_runtime(plan: Plan) -> Path:
    """Make a private folder for the sockets of the course's kernels; its name has to be short.

    Raises:
        BadInput: Somebody else has made a folder of that name.

    """
    mark = hashlib.sha256(str(plan.course.root.absolute()).encode()).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"practicum-{os.geteuid()}-{mark}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    about = folder.lstat()
    # The sticky bit does not count: Jupyter sets it, so that nobody tidies the sockets away.
    private = stat.S_ISDIR(about.st_mode) and not about.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if not private or about.st_uid != os.geteuid():
        raise BadInput(f"{folder}: somebody else made it, or may look into it: remove it")
    return folder
