"""Two pictures in one file: latencies over the time, and what arrived against receipts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from hub_load.noting import Took

mpl.use("Agg")
import matplotlib.pyplot as plt

__all__ = ["draw"]


def draw(
    file: Path, work: Sequence[Took], rush: Sequence[Took], memory: Sequence[tuple[float, float]]
) -> None:
    """Draw what each action took, the rush's arrivals and receipts, and the memory."""
    figure, (upper, middle, lower) = plt.subplots(3, 1, figsize=(9, 11), layout="constrained")
    for action in dict.fromkeys(one.action for one in work):
        these = [one for one in work if one.action == action]
        upper.plot(
            [one.at for one in these],
            [one.seconds for one in these],
            linestyle="",
            marker="." if action in {"fetch", "message", "progress", "submit"} else "x",
            markersize=4,
            label=action,
        )
    upper.set(
        title="A class at work: seconds of each action", xlabel="seconds", ylabel="s", yscale="log"
    )
    upper.legend(ncols=3, fontsize=8)
    came = sorted(one.at for one in rush)
    answered = sorted(one.at + one.seconds for one in rush if not one.failed)
    middle.step(came, range(1, len(came) + 1), where="post", label="came")
    middle.step(answered, range(1, len(answered) + 1), where="post", label="have a receipt")
    middle.set(title="The rush before a deadline", xlabel="seconds", ylabel="submissions")
    middle.legend()
    lower.plot([at for at, _ in memory], [mb for _, mb in memory])
    lower.set(title="Memory of the hub and all its parts", xlabel="seconds", ylabel="MB")
    lower.set_ylim(bottom=0)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    plt.close(figure)
