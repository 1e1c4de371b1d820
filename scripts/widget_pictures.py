"""Take the pictures of docs/widgets.md from the widgets' own test pages, in Chromium.

python scripts/widget_pictures.py
"""

from __future__ import annotations

import functools
import shutil
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "widgets" / "practicum_widgets"
PICTURES = ROOT / "docs" / "pictures" / "widgets"
WIDTH, MOST = 820, 700
"""Pixels of a picture: its width, and its height at most."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Write one PNG a widget."""
    chromium = shutil.which("chromium") or sys.exit("no chromium: run scripts/debian-packages")
    handler = functools.partial(_Quiet, directory=str(SOURCES))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(
            viewport={"width": WIDTH, "height": MOST}, locale="en-GB", timezone_id="Europe/Berlin"
        )
        for view in sorted(SOURCES.glob("*/view.json")):
            name = view.parent.name
            page = context.new_page()
            page.clock.install(time="2027-01-28T10:00:00+01:00")
            page.goto(f"http://127.0.0.1:{server.server_port}/{name}/page.html")
            page.wait_for_selector(".pw h3")
            height = page.locator("#widget").bounding_box() or {"height": MOST}
            clip = {"x": 0, "y": 0, "width": WIDTH, "height": min(MOST, height["height"] + 16)}
            page.screenshot(path=PICTURES / f"{name}.png", clip=clip)  # type: ignore[arg-type]
            print(f"docs/pictures/widgets/{name}.png")
            page.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
