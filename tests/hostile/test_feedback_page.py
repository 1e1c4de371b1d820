"""The feedback page against everything that a notebook, a name or a reviewer can hold."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from practicum.briefs import read_brief
from practicum.gradebook import AnswerKey, KeyCell
from practicum.marks import CellMark, Marks
from practicum.policies import LatePolicy
from practicum.records import Assessment, Decision, cases_of
from practicum.release.arithmetic import sum_of
from practicum.release.judgements import judgements, next_steps
from practicum.release.page import Page, handover, page_html
from practicum.release.questions import Spoken
from practicum.rendering.notebook import notebook_view
from practicum.rubrics import read_rubric

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as BrowserPage

pytestmark = pytest.mark.browser

REPOSITORY = Path(__file__).parents[2]
AT = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
CANARY = "canary-0815-hidden"
OUT = "https://evil.invalid"
RUN = "window.pwned=1"
GIF = "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="

HTML = (
    # scripts
    f"<script>{RUN}</script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<ScRiPt/x>{RUN}</sCrIpT >",
    f'<script src="{OUT}/x.js"></script>',
    f'<script type="module">{RUN}</script>',
    f'<script type="importmap">{{"imports":{{"x":"{OUT}/x.js"}}}}</script>',
    f'<script type="speculationrules">{{"prefetch":[{{"urls":["{OUT}"]}}]}}</script>',
    # pictures
    f'<img src=x onerror="{RUN}">',
    f"<img src=x onerror={RUN}>",
    f"<img/src=x/onerror={RUN}>",
    f'<img src="{OUT}/pixel.png">',
    f'<img srcset="{OUT}/a.png 1x, {OUT}/b.png 2x" src="">',
    '<img src="../../pixel.png"><img src="//evil.invalid/x.png">',
    '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
    f'<picture><source srcset="{OUT}/x.png"><img src="x"></picture>',
    # drawings and formulas
    f'<svg onload="{RUN}"><circle r="9"/></svg>',
    f"<svg><script>{RUN}</script></svg>",
    f'<svg><a><animate attributeName="href" values="javascript:{RUN}"/><text>x</text></a></svg>',
    f'<svg><use href="{OUT}/x.svg#a"/></svg>',
    f'<svg><foreignObject><img src=x onerror="{RUN}"></foreignObject></svg>',
    f'<svg></p><style><a id="</style><img src=1 onerror={RUN}>">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img onerror={RUN}&gt;">',
    # out of one context into another
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f"<template><script>{RUN}</script></template><img src=x onerror={RUN}>",
    f"<div><template shadowrootmode=open><img src=x onerror={RUN}></template></div>",
    f"<textarea></textarea><img src=x onerror={RUN}>",
    f"</title><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"<!--><script>{RUN}</script>-->",
    f"<![CDATA[><script>{RUN}</script>]]>",
    f'" onmouseover="{RUN}" x="',
    f"<scr\0ipt>{RUN}</scr\0ipt><img src=x onerror\0={RUN}>",
    # frames and plug-ins
    f'<iframe src="{OUT}"></iframe>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f'<object data="{OUT}/x.swf"><embed src="{OUT}/y"></object>',
    f'<object data="data:text/html,<script>parent.{RUN}</script>"></object>',
    f'<frameset onload="{RUN}"><frame src="{OUT}"></frameset>',
    # the page itself
    f'<meta http-equiv="refresh" content="0;url={OUT}">',
    f'<base href="{OUT}/"><img src="x.png">',
    f'<body onload="{RUN}" background="{OUT}/x.png">',
    "</div></section></main></body></html>" * 20,
    "<div><p><b><table><tr><td>" * 200,
    # styles
    f'<link rel="stylesheet" href="{OUT}/x.css">',
    f'<link rel="prefetch" href="{OUT}/x"><link rel="preconnect" href="{OUT}">',
    f"<style>@import '{OUT}/x.css';body{{display:none}}</style>",
    f'<div style="position:fixed;inset:0;background:url({OUT}/x.png)">x</div>',
    f"<style>@font-face{{font-family:x;src:url({OUT}/x.woff)}}*{{font-family:x}}</style>",
    f"<style>@keyframes x{{}}</style><b style='animation-name:x' onanimationstart='{RUN}'>x</b>",
    f'<table background="{OUT}/x.png"><tr><td background="{OUT}/y.png">x</table>',
    # forms and widgets
    f'<form action="{OUT}"><input name=q autofocus onfocus="{RUN}"><button>Go</button></form>',
    f'<input type="image" src="{OUT}/x.png" onerror="{RUN}">',
    f'<isindex action="javascript:{RUN}" type=image src="{OUT}/x">',
    f'<details open ontoggle="{RUN}"><summary>x</summary>y</details>',
    "<dialog open>pwned</dialog><div popover id=p>x</div>",
    f'<x-y onclick="{RUN}" tabindex=1 onfocus="{RUN}" autofocus>x</x-y>',
    f'<marquee onstart="{RUN}">x</marquee>',
    f'<video src="{OUT}/x.mp4" poster="{OUT}/x.png" onerror="{RUN}"></video>',
    f'<audio src="{OUT}/x.mp3" autoplay onerror="{RUN}"></audio>',
    # links
    f'<a href="javascript:{RUN}">press</a>',
    f'<a href="java\tscript:{RUN}">press</a>',
    f'<a href="&#106;avascript&colon;{RUN}">press</a>',
    f'<a href="data:text/html,<script>{RUN}</script>">press</a>',
    '<a href="vbscript:msgbox(1)">press</a>',
    f'<a href="blob:{OUT}/1">press</a>',
    f'<a href="https://ok.invalid" ping="{OUT}" target="_blank">press</a>',
)
"""Payloads in HTML: one for each way that the field knows."""

MARKDOWN = (
    f"[press](javascript:{RUN})",
    f"[press](&#106;avascript:{RUN})",
    f"[press][a]\n\n[a]: javascript:{RUN}",
    f"<javascript:{RUN}>",
    f"![x]({OUT}/pixel.png)",
    "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](attachment:a.svg) ![y](attachment:b.png)",
    f'![" onerror="{RUN}](x.png)',
    f"[x](https://ok.invalid \"' onmouseover='{RUN}\")",
    f'```"><script>{RUN}</script>\nx\n```',
    f"<script>{RUN}</script>\n\ntext",
    f"a <img src=x onerror={RUN}> b",
    f"$\\href{{javascript:{RUN}}}{{x}}$ $$\\unicode{{<img src=x onerror={RUN}>}}$$",
    ">" * 5000 + "x",
    "".join("  " * n + "- x\n" for n in range(200)),
    "[" * 5000,
    "*a **" * 2000,
)

WORDS = (
    f"<script>{RUN}</script><img src=x onerror={RUN}>\"'></style></title></textarea>"
    f'<svg onload="{RUN}">{{{{ 7*7 }}}}{{% raw %}}\u202eedoc'
)
"""What is put into every name, comment and piece of metadata."""

TEST_SOURCE = (
    f"assert answer > 0, '</style><script>{RUN}</script>'\n"
    f"### BEGIN HIDDEN TESTS\n# {CANARY}\nassert answer == 4711, 'wrong'\n### END HIDDEN TESTS"
)
KEY = AnswerKey(
    brief="first-steps",
    notebook="brief",
    kernelspec_json="{}",
    cells=(
        KeyCell(
            id="test-answer",
            cell_type="code",
            source=TEST_SOURCE,
            metadata_json='{"grade": true, "solution": false, "locked": true}',
        ),
    ),
)

Cell = dict[str, Any]


def _code(source: str, *outputs: dict[str, Any], **metadata: Any) -> Cell:
    return {"cell_type": "code", "source": source, "outputs": [*outputs], "metadata": metadata}


def _shown(mime: str, value: object) -> dict[str, Any]:
    metadata = {mime: {WORDS: WORDS}}
    return {"output_type": "display_data", "data": {mime: value}, "metadata": metadata}


def _markdown(source: str, **more: Any) -> Cell:
    return {"cell_type": "markdown", "source": source, "metadata": {}, **more}


def _hostile_cells() -> Iterator[Cell]:
    attached = {
        "a.svg": {"image/svg+xml": base64.b64encode(f"<svg onload='{RUN}'>".encode()).decode()},
        "b.png": {"image/png": base64.b64encode(f"<script>{RUN}</script>".encode()).decode()},
        f'x" onerror="{RUN}': {"image/gif": GIF, WORDS: WORDS},
    }
    for payload in HTML:
        yield from _hostile_places(payload)
    for payload in MARKDOWN:
        yield _markdown(payload, attachments=attached)
        yield _code("", _shown("text/markdown", payload))
    for mime in ("image/png", "image/jpeg", "image/gif", "text/latex", "application/pdf", WORDS):
        yield _code("", _shown(mime, f'x" onerror="{RUN}'), _shown(mime, f'{GIF}" onload="x'))
    widget = {"model_id": WORDS, "version_major": 2}
    yield _code(WORDS, _shown("application/vnd.jupyter.widget-view+json", widget), tags=[WORDS])
    yield _code("", {"output_type": WORDS, "data": {"text/html": WORDS}, WORDS: WORDS})
    yield {"cell_type": WORDS, "source": WORDS, "metadata": {"nbgrader": {"grade_id": WORDS}}}


def _hostile_places(payload: str) -> Iterator[Cell]:
    """Put one payload into every place of a notebook."""
    stream = {"output_type": "stream", "name": payload, "text": payload}
    error = {"output_type": "error", "ename": payload, "evalue": payload, "traceback": [payload]}
    yield _code(payload, _shown("text/html", payload), _shown("text/html", [payload, payload]))
    yield _code("", _shown("image/svg+xml", payload), _shown("text/markdown", payload))
    yield _code("", _shown("application/javascript", RUN), _shown("text/plain", payload))
    yield _code("", stream, {**stream, "name": "stderr"}, error, {**error, "traceback": []})
    yield _markdown(payload)
    yield {"cell_type": "raw", "source": payload, "metadata": {"format": "text/html"}}


def _batches(size: int = 150) -> list[list[Cell]]:
    cells = list(_hostile_cells())
    return [cells[start : start + size] for start in range(0, len(cells), size)]


BATCHES = _batches()
each_batch = pytest.mark.parametrize("batch", BATCHES, ids=[str(n) for n in range(len(BATCHES))])


def _page(cells: list[Cell], name: str = WORDS, words: str = WORDS) -> Page:
    """A page with hostile words in every place that a person fills."""
    rubric = read_rubric(REPOSITORY / "rubrics" / "first-steps.yml")
    brief = read_brief(REPOSITORY / "assignments" / "first-steps" / "brief.yml")
    employer = brief.employer.model_copy(update={"name": words})
    tested = CellMark(cell="test-answer", kind="autograded", max_points=10, score=0, comment=words)
    judged_cells = (
        CellMark(cell=criterion.cell, kind="employer", max_points=9, score=4.5, comment=words)
        for criterion in rubric.criteria
    )
    marks = Marks(student="ada", brief="first-steps", penalty=1.0, cells=(tested, *judged_cells))
    about: dict[str, Any] = {"brief": "first-steps", "student": "ada", "criterion": "chart"}
    said = [
        Assessment(reviewer=reviewer, level=1, words=words, at=AT, **about)
        for reviewer in ("rita", "ron")
    ]
    decision = Decision(level=2, reason=words, by="ines", at=AT, **about)
    judged = judgements(rubric, marks, cases_of(rubric, said, [decision], gap=2))
    return Page(
        course=words,
        brief=brief.model_copy(update={"title": words, "employer": employer}),
        student=name,
        handover=handover(AT, AT - timedelta(days=1), timedelta(0), ZoneInfo("Europe/Berlin")),
        marks=marks,
        sum=sum_of(marks, judged, timedelta(days=1), LatePolicy()),
        judged=judged,
        steps=next_steps(judged),
        threads=((Spoken(who=name, at=AT, text=words),) * 2,),
        zone=ZoneInfo("Europe/Berlin"),
        notebook=notebook_view(_notebook(cells, words), marks, KEY),
    )


def _notebook(cells: list[Cell], words: str) -> dict[str, Any]:
    failed = {"output_type": "error", "ename": words, "evalue": words, "traceback": [CANARY]}
    test_cell = _code("changed by the student", failed, nbgrader={"grade_id": "test-answer"})
    metadata = {
        "kernelspec": {"name": words, "display_name": words, "language": words},
        "language_info": {"name": words, "file_extension": words},
        "title": words,
    }
    return {"nbformat": 4, "metadata": metadata, "cells": [test_cell, *cells]}


@dataclass
class Seen:
    """What a browser did with a page."""

    page: BrowserPage
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        """The width of the document in CSS pixels."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth")
        return width


Look = Callable[..., Seen]


@pytest.fixture
def look(chromium: Browser, tmp_path: Path) -> Iterator[Look]:
    """Open a page in the browser and note all that it does."""
    contexts = []

    def open_page(page: Page, *, width: int = 375, policy: bool = True) -> Seen:
        html = page_html(page)
        if not policy:
            # Without its own policy the page must be inert all the same.
            html = html.replace(b"Content-Security-Policy", b"X-Nothing", 1)
        file = tmp_path / "page.html"
        file.write_bytes(html)
        context = chromium.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("dialog", lambda dialog: dialog.dismiss())
        seen.page.on("dialog", lambda dialog: seen.dialogs.append(dialog.message))
        seen.page.goto(file.as_uri())
        seen.page.on("framenavigated", lambda frame: seen.moved.append(frame.url))
        return seen

    yield open_page
    for context in contexts:
        context.close()


PRESS_EVERYTHING = """() => {
  for (const element of document.querySelectorAll('.frame *')) {
    for (const kind of ['mouseover', 'focus', 'toggle', 'animationstart', 'error', 'load'])
      element.dispatchEvent(new Event(kind));
    if (!/^https?:/.test(element.getAttribute('href') || '')) element.click?.();
  }
}"""


@pytest.mark.parametrize("policy", [True, False], ids=["with-policy", "without-policy"])
@each_batch
def test_no_payload_does_anything(look: Look, batch: list[Cell], policy: bool) -> None:
    """No script runs, nothing is asked for, nothing moves, also without the page's policy."""
    seen = look(_page(batch), policy=policy)
    seen.page.wait_for_timeout(300)
    seen.page.evaluate(PRESS_EVERYTHING)
    seen.page.wait_for_timeout(200)
    outside = [url for url in seen.requests if not url.startswith(("file:", "data:image/gif"))]
    assert seen.page.evaluate("window.pwned") is None
    assert outside == []
    assert sum(url.startswith("file:") for url in seen.requests) == 1
    assert seen.dialogs == []
    assert seen.moved == []


def test_the_browser_would_notice(chromium: Browser, tmp_path: Path) -> None:
    """The same payloads, not made inert, do run, ask and move: the tests above can fail."""
    file = tmp_path / "page.html"
    file.write_text(f'<img src=x onerror="{RUN}"><img src="{OUT}/a.png">', encoding="utf-8")
    asked: list[str] = []
    with chromium.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_timeout(300)
        assert page.evaluate("window.pwned") == 1
        assert f"{OUT}/a.png" in asked


WRONG = r"""() => {
  const active = 'script,iframe,object,embed,form,input,button,textarea,select,svg,math,video,' +
    'audio,base,link,template,dialog,frame,frameset,canvas,noscript,applet,picture,source';
  const wrong = [...document.querySelectorAll(active)].map(e => e.tagName);
  for (const e of document.querySelectorAll('*')) for (const a of e.attributes) {
    const inside = e.parentElement && e.parentElement.closest('.frame');
    if (a.name.startsWith('on') || ['style', 'srcset', 'ping', 'target'].includes(a.name))
      wrong.push(a.name);
    if (a.name === 'href' && !/^(https?:|mailto:|#)/.test(a.value)) wrong.push(a.value);
    if (a.name === 'src' && !/^data:image\/(png|jpeg|gif);base64,/.test(a.value))
      wrong.push(a.value);
    if (inside && a.name === 'id') wrong.push('id ' + a.value);
    if (inside && a.name === 'class' && !/^(scroll|left-out|c-[a-z0-9]+)$/.test(a.value))
      wrong.push('class ' + a.value);
  }
  if (document.querySelectorAll('style').length !== 1) wrong.push('style');
  const metas = [...document.querySelectorAll('meta')];
  const data = metas.filter((meta) => meta.name === 'practicum-feedback');
  const acting = metas.filter((meta) => meta.httpEquiv);
  if (metas.length !== 6 || data.length !== 1 || acting.length !== 1) wrong.push('meta');
  return wrong;
}"""


@each_batch
def test_the_page_is_made_of_harmless_elements_only(look: Look, batch: list[Cell]) -> None:
    """There is no active element, no handler, and no address but web and mail."""
    assert look(_page(batch)).page.evaluate(WRONG) == []


@each_batch
def test_no_content_leaves_its_frame(look: Look, batch: list[Cell]) -> None:
    """Whatever a cell leaves open or closes, the cells after it stand where they should."""
    view = _page(batch)
    page = look(view).page
    assert page.locator("main > section > section.cell").count() == len(view.notebook.cells)
    assert page.locator(".frame .frame, .frame .mark, .frame .total").count() == 0
    assert page.locator("body > footer").count() == 1


@pytest.mark.parametrize("width", [320, 375])
@each_batch
def test_a_phone_need_not_scroll_sideways(look: Look, batch: list[Cell], width: int) -> None:
    """The page is as wide as a phone; what is wider scrolls in its own frame."""
    assert look(_page(batch), width=width).width <= width


def test_long_words_and_wide_tables_fit_a_phone(look: Look) -> None:
    """Names, comments, lines, tables and links without a break do not widen the page."""
    long = "W" * 3000
    wide = "<table><tr>" + "<td>unbreakable-cell</td>" * 60 + "</tr></table>"
    printed = {"output_type": "stream", "name": "stderr", "text": long}
    cells = [
        _code(long, _shown("text/html", wide), _shown("text/html", f"<b>{long}</b>")),
        _code("x", _shown("text/plain", long), printed),
        _markdown(f"# {long}\n\n`{long}`\n\n|a|\n|-|\n|{long}|\n\n[x](https://x.invalid/{long})"),
    ]
    assert look(_page(cells, name=long, words=long)).width <= 375


def test_headings_are_in_order_for_a_reader(look: Look) -> None:
    """There is one first heading, and no level is skipped, whatever the notebook has."""
    cells = [_markdown(f"{'#' * level} {level}") for level in (6, 1, 3, 5, 2, 4)]
    cells.append(_markdown("<h1><div><h5>a</h5></div></h1><h2>b"))
    levels = look(_page(cells)).page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => +e.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_pictures_have_words_and_heading_cells_a_scope(look: Look) -> None:
    """Those who hear the page know what a picture and a table's heading stand for."""
    picture = f'<img src="data:image/gif;base64,{GIF}">'
    table = "<table><thead><tr><th>a</th></tr></thead><tr><th>1</th><td>2</td></tr></table>"
    cells = [_code("x", _shown("image/gif", GIF), _shown("text/html", picture + table))]
    page = look(_page(cells)).page
    assert page.locator("img").count() == 2
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("img").first.evaluate("image => image.naturalWidth") == 1


def test_the_style_applies(look: Look) -> None:
    """The policy names the hash of the page's own style, so that the browser takes it."""
    border = look(_page([]), width=1000).page.locator(".mark").first
    assert border.evaluate("e => getComputedStyle(e).borderLeftWidth") == "4px"


LOW_CONTRAST = r"""() => {
  const parse = c => c.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e);
    const pair = [light(parse(style.color)), light(ground(e))];
    const ratio = (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
    if (ratio < 4.5 || style.opacity < 1) low.push([e.className, e.textContent, ratio]);
  }
  return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(chromium: Browser, tmp_path: Path, scheme: Any) -> None:
    """Every text has a contrast of at least 4.5 to 1, in light and in dark."""
    error = {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["Traceback"]}
    source = "def f(x):\n    # a comment\n    return x + 1.5 + 'text'"
    cells = [_code(source, error), _markdown("[x](https://x.invalid) `y` ![z](z.png)")]
    file = tmp_path / "page.html"
    file.write_bytes(page_html(_page(cells)))
    with chromium.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(file.as_uri())
        assert page.evaluate(LOW_CONTRAST) == []


@each_batch
def test_the_bytes_hold_no_canary_and_are_always_the_same(batch: list[Cell]) -> None:
    """The hidden test is nowhere in the bytes, and the same values give the same bytes."""
    html = page_html(_page(batch))
    assert CANARY.encode() not in html
    assert b"4711" not in html
    assert html == page_html(_page(batch))


def test_content_cannot_imitate_a_mark(look: Look) -> None:
    """HTML that copies our own marks and classes is plain text in a frame."""
    fake = (
        '<p class="total"><strong>100</strong> of 100 points</p><div class="mark" id="mark">'
        '<h3 class="points">test-answer: 10 / 10 points</h3></div>'
    )
    page = look(_page([_code("x", _shown("text/html", fake)), _markdown(fake)])).page
    for ours in (".total", ".mark", "#mark"):
        assert page.locator(ours).count() == 1
    copies = page.get_by_text("10 / 10 points")
    assert copies.count() == 2
    for copy in copies.all():
        assert copy.evaluate("e => Boolean(e.closest('.frame'))")


@pytest.mark.timeout(120)
def test_a_notebook_of_floods_makes_a_page_that_a_phone_can_open() -> None:
    """Streams without end, deep and growing HTML: the page stays below a few megabytes."""
    flood = [{"output_type": "stream", "name": f"{n % 2}", "text": "x" * 9_999} for n in range(200)]
    deep = _shown("text/html", "<div>" * 100_000)
    grow = _shown("text/html", "<b><i><u><s><em>" * 9 + "<p>x" * 9_000)
    cells = [
        cell for _ in range(15) for cell in (_code("y" * 99_000, *flood), _code("", deep, grow))
    ]
    assert len(page_html(_page(cells))) < 8_000_000
