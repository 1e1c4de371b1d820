"""Time until a brief's notebook is usable in JupyterLab, with the student's widgets and without.

    python benchmarks/widgets_usable.py [REPETITIONS]

The first-steps notebook with its solution, once as it is and once without the cells of the
widgets, is opened in a new browser context in turn, each time with a new kernel. Taken are the
seconds from the navigation until every cell has run and, with widgets, each of them is drawn. In
the same run the kernel's part is measured alone: the seconds of "Run All Cells". The last line is
one JSON object; its ratios are with widgets / without, of medians:

    ratio        navigation to usable
    ratio_cells  running all cells, in the kernel that has just started
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from measuring import about_this_machine
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.widgets.browser.servers import jupyter  # noqa: E402 (the path comes first)

BRIEF = ROOT / "assignments" / "first-steps"
WIDGETS = 9
WAIT = 120_000
RAN = r"""() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
    return prompts.length > 5 && prompts.every(p => /\[\d+\]:/.test(p.textContent));
}"""


def main(repetitions: int) -> None:
    """Open both notebooks in turn, and print the medians."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        root, home = Path(place) / "work", Path(place) / "home"
        home.mkdir()
        _lay(root)
        found: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        with jupyter(root, home, as_installed=True) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            _usable(browser, address, widgets=True)  # the server's own first time
            for _ in range(repetitions):
                for widgets in (True, False):
                    found[widgets].append(_usable(browser, address, widgets=widgets))
            browser.close()
    medians = {
        key: [statistics.median(column) for column in zip(*rows, strict=True)]
        for key, rows in found.items()
    }
    for widgets, (whole, cells) in medians.items():
        name = "with widgets" if widgets else "without"
        print(f"{name:14} usable after {whole:5.2f} s, of which running all cells {cells:5.2f} s")
    figures = {
        "benchmark": "widgets_usable",
        "repetitions": repetitions,
        "seconds_with": round(medians[True][0], 3),
        "seconds_without": round(medians[False][0], 3),
        "ratio": round(medians[True][0] / medians[False][0], 3),
        "ratio_cells": round(medians[True][1] / medians[False][1], 3),
    }
    print(json.dumps(figures | about_this_machine()))


def _lay(root: Path) -> None:
    """Lay the brief's folder, with a second notebook that has no cells of the widgets."""
    folder = root / "first-steps"
    shutil.copytree(BRIEF, folder)
    shutil.copy(ROOT / "rubrics" / "first-steps.yml", folder / "rubric.yml")
    notebook: dict[str, Any] = json.loads((BRIEF / "brief.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    (folder / "with.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    notebook["cells"] = [
        c for c in notebook["cells"] if "practicum_widgets" not in "".join(c["source"])
    ]
    (folder / "without.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def _usable(browser: Browser, address: str, *, widgets: bool) -> tuple[float, float]:
    """Return the seconds until a notebook is usable, and those of running its cells."""
    name = "with" if widgets else "without"
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    page.goto(f"{address}/lab/tree/first-steps/{name}.ipynb?reset")
    page.wait_for_selector('[data-status="idle"]', state="attached", timeout=WAIT)
    page.get_by_role("menuitem", name="Run", exact=True).click(timeout=WAIT)
    run = time.perf_counter()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(RAN, timeout=WAIT)
    if widgets:
        page.wait_for_function(
            f"document.querySelectorAll('.pw h3').length >= {WIDGETS}", timeout=WAIT
        )
    end = time.perf_counter()
    context.close()
    for session in json.loads(_call(f"{address}/api/sessions")):
        _call(f"{address}/api/sessions/{session['id']}", "DELETE")
    return end - start, end - run


def _call(address: str, method: str = "GET") -> bytes:
    request = urllib.request.Request(address, method=method)  # noqa: S310 (our own server)
    with urllib.request.urlopen(request) as answer:  # noqa: S310 (see above)
        content: bytes = answer.read()
        return content


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
