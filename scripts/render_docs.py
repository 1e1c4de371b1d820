"""Renders every Markdown page into a folder of plain HTML, and checks the links between them."""

import os
import re
import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import mistune

ROOT = Path(__file__).resolve().parents[1]
NOT_DOCUMENTATION = {".git", ".venv", "build", "node_modules", "tests"}

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
body {{ font: 1rem/1.6 system-ui, sans-serif }}
pre {{ padding: .75rem; overflow-x: auto; background: #f6f6f6 }}
table {{ border-collapse: collapse }}
td, th {{ padding: .25rem .6rem; border: 1px solid #ccc; text-align: left; vertical-align: top }}
img {{ max-width: 100% }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


@dataclass
class Page:
    """A rendered page: its HTML, the anchors it offers, the links it makes."""

    source: Path
    html: str = ""
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)


class Renderer(mistune.HTMLRenderer):
    """HTML whose headings have anchors, and whose links lead from page to page."""

    def __init__(self, page: Page, out: Path) -> None:
        super().__init__(escape=False)
        self.page = page
        self.folder = out / page.source.parent

    def heading(self, text: str, level: int, **_attrs: object) -> str:
        """Give the heading the anchor that code hosts give it."""
        plain = re.sub(r"<[^>]+>", "", text).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        self.page.anchors.add(anchor)
        return f'<h{level} id="{escape(anchor)}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Lead to the rendered page, or to the file in the repository."""
        self.page.links.append(url)
        return super().link(text, self._from_here(url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show the picture where it lies in the repository."""
        self.page.links.append(url)
        return super().image(text, self._from_here(url), title)

    def _from_here(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme or not parts.path:
            return url
        if parts.path.endswith(".md"):
            return parts._replace(path=parts.path.removesuffix(".md") + ".html").geturl()
        there = (ROOT / self.page.source).parent / unquote(parts.path)
        return parts._replace(path=Path(os.path.relpath(there, self.folder)).as_posix()).geturl()


def sources() -> list[Path]:
    """Return the Markdown files of the repository, relative to its root."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name for name in folders if name not in NOT_DOCUMENTATION and not name.startswith(".")
        )
        relative = Path(folder).relative_to(ROOT)
        found += [relative / name for name in sorted(names) if name.endswith(".md")]
    return found


def render(source: Path, out: Path) -> Page:
    """Write one page and return it."""
    page = Page(source)
    markdown = mistune.create_markdown(
        renderer=Renderer(page, out), plugins=["table", "strikethrough", "task_lists", "footnotes"]
    )
    page.html = str(markdown((ROOT / source).read_text(encoding="utf-8")))
    target = (out / source).with_suffix(".html")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        PAGE.format(title=escape(source.as_posix()), body=page.html), encoding="utf-8"
    )
    return page


def broken_links(pages: dict[Path, Page]) -> list[str]:
    """Return `page: link` for every link to a file or heading that is not there."""
    broken = []
    for page in pages.values():
        for url in page.links:
            parts = urlsplit(url)
            if parts.scheme:
                continue
            there = (
                (ROOT / page.source).parent / unquote(parts.path)
                if parts.path
                else ROOT / page.source
            )
            there = there.resolve()
            target = pages.get(there.relative_to(ROOT)) if there.is_relative_to(ROOT) else None
            heading_missing = target and parts.fragment and parts.fragment not in target.anchors
            if not there.exists() or heading_missing:
                broken.append(f"{page.source}: {url}")
    return broken


def main() -> None:
    """Render all pages into the folder that the command line names."""
    out = (ROOT / sys.argv[1]).resolve()
    pages = {source: render(source, out) for source in sources()}
    index = out / "README.html"
    if index.exists():
        (out / "index.html").write_text(index.read_text(encoding="utf-8"), encoding="utf-8")
    broken = broken_links(pages)
    for link in broken:
        print(f"broken link in {link}", file=sys.stderr)
    print(f"{len(pages)} pages in {sys.argv[1]}, {len(broken)} broken links")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
