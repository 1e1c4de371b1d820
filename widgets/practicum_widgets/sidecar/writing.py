"""Writing a small file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(file: Path, text: str, prefix: str) -> None:
    """Write beside, sync, rename: a reader sees the old file or the new one.

    Args:
        file: The file; its folder is there.
        text: What is in it then.
        prefix: How the name of the draft beside it begins.

    Raises:
        OSError: It could not be written; the file is as it was, and no draft is left.

    """
    draft = None
    try:
        descriptor, draft = tempfile.mkstemp(prefix=prefix, dir=file.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(draft, 0o644)  # noqa: PTH101 (mkstemp's text; an exchange copies rights)
        os.replace(draft, file)  # noqa: PTH105 (see above)
        _sync(file.parent)
    except OSError:
        if draft is not None:
            with suppress(OSError):
                os.unlink(draft)  # noqa: PTH108 (see above)
        raise


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
