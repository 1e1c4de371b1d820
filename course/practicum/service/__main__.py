"""``python -m practicum.service``: what the hub starts."""

from __future__ import annotations

import sys

from practicum.errors import MissingExtra, PracticumError


def _main() -> int:
    try:
        try:
            from practicum.service.running import serve  # noqa: PLC0415 (the extra may be missing)
        except ModuleNotFoundError as error:
            raise MissingExtra("hub", error.name or "a library of a hub") from None
        serve()
    except PracticumError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_main())
