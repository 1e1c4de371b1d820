"""``python -m practicum.sandbox``: tell which boxes work here, and attack each of them."""

import sys
import time

from practicum.errors import NoSandbox
from practicum.sandbox import MemoryWatch, level, rungs, self_test


def main() -> int:
    """Print a line for each kind of box; return 1 if there is none, or if one does not hold."""
    lines = [f"box: {level()}; limits of all processes together: {MemoryWatch().means}"]
    failed = not rungs()
    for rung in rungs():
        start = time.perf_counter()
        try:
            count = len(self_test(rung=rung).attempts)
        except NoSandbox as error:
            failed = True
            lines.append(f"{rung}: {error}")
        else:
            took = (time.perf_counter() - start) * 1000
            lines.append(f"{rung}: {count} of {count} attempts refused in {took:.0f} ms")
    sys.stdout.write("\n".join(lines) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
