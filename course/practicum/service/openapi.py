"""The service's own description: ``python -m practicum.service.openapi FILE`` writes it.

A test keeps the one in docs/ fresh.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from practicum.service.app import PREFIX, describe

__all__ = ["description", "write_description"]


def description() -> dict[str, Any]:
    """Return the description of the service in OpenAPI 3.1, with the usual prefix."""
    app: FastAPI = describe(PREFIX)
    return app.openapi()


def write_description(file: Path) -> None:
    """Write the description as JSON."""
    text = json.dumps(description(), indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def _main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m practicum.service.openapi FILE\n")
        return 2
    write_description(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
