"""Takes the documentation's pictures from a played demo, with the Chromium of this system."""

import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COLOURS = 256
MAX_BYTES = 200_000

# The demo's dates are those of the day on which it was played; the next picture would differ.
NO_DATES = ".facts div:nth-child(n+3) { display: none }"
MARGIN = 12


@dataclass(frozen=True)
class Picture:
    """A part of a page: from the top of one element to the end of another."""

    name: str
    page: str
    first: str
    last: str
    width: int


PICTURES = (
    Picture(
        name="feedback.png",
        page="course/work/feedback/chiara/first-steps/brief.html",
        first="header",
        last="article.criterion",
        width=800,
    ),
    Picture(
        name="cohort_report.png",
        page="course/work/reports/cohort_report.html",
        first="h2:has-text('Marks')",
        last="h2:has-text('What employers see') >> xpath=following::img[1]",
        width=760,
    ),
)


def take(browser: Browser, picture: Picture, course: Path, out: Path) -> Path:
    """Take one picture and return its file."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": 1000}, bypass_csp=True, color_scheme="light"
    )
    page = context.new_page()
    page.goto((course / picture.page).resolve().as_uri())
    page.add_style_tag(content=NO_DATES)
    first = page.locator(picture.first).first.bounding_box()
    last = page.locator(picture.last).first.bounding_box()
    if first is None or last is None:
        sys.exit(f"{picture.page}: {picture.first} or {picture.last} is not on the page")
    top = max(0, first["y"] - MARGIN)
    height = last["y"] + last["height"] - top
    clip = {"x": 0, "y": top, "width": picture.width, "height": height}
    shot = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
    context.close()
    file = out / picture.name
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    return file


def chromium() -> str:
    """Return this system's Chromium."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        sys.exit("there is no chromium on PATH: scripts/debian-packages installs it")
    return executable


def main() -> None:
    """Take all pictures; the arguments are the demo's course and the folder to write to."""
    course, out = Path(sys.argv[1]), Path(sys.argv[2])
    for picture in PICTURES:
        if not (course / picture.page).is_file():
            sys.exit(f"{course / picture.page} is not there: play the demo first, with `make demo`")
    executable = chromium()
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        files = [take(browser, picture, course, out) for picture in PICTURES]
        browser.close()
    for file in files:
        size = file.stat().st_size
        print(f"{file}: {size / 1000:.0f} kB")
        if size > MAX_BYTES:
            sys.exit(f"{file} is larger than {MAX_BYTES / 1000:.0f} kB: show less of the page")


if __name__ == "__main__":
    main()
