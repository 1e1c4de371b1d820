"""HTML from a notebook, made inert: an allow-list of text, tables, links and pictures.

What comes out has no script, style, form, class or id, fetches nothing, and is balanced,
so that it cannot leave the frame that it is shown in or look like a part of our page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import nh3
from markupsafe import Markup

__all__ = ["clean_code", "clean_html", "text_of"]

_STRUCTURE = {
    "p",
    "div",
    "span",
    "br",
    "hr",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_WORDS = {
    *{"b", "strong", "i", "em", "u", "s", "del", "ins", "small", "sub", "sup", "mark"},
    *{"code", "kbd", "samp", "var", "abbr", "cite", "q", "a", "img"},
}
_TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
_TAGS = _STRUCTURE | _HEADINGS | _WORDS | _TABLES
# Their content is no text for readers: it goes with the tag.
_DROPPED = {
    *{"script", "style", "svg", "math", "template", "noscript", "iframe", "object", "embed"},
    *{"applet", "textarea", "select", "title", "head", "noembed", "noframes", "xmp", "plaintext"},
    *{"audio", "video", "canvas", "frameset"},
}
_ATTRIBUTES = {
    "*": set[str](),
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_SCOPES = {"col", "row", "colgroup", "rowgroup"}
_MAX_ALT = 300
_GROWTH = 8
"""So many times longer than it was, HTML is an attack on the reader's browser."""

_LINK = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@)[^\s]*", re.IGNORECASE)
_IMAGE = re.compile(r"<img([^>]*)>")
_HEAD_CELL = re.compile(r"<(/?thead|th)((?: [^>]*)?)>")


def clean_html(
    html: str, pictures: Mapping[str, str], *, alt: str = "A picture in this notebook"
) -> Markup:
    """Return inert HTML.

    Args:
        html: Anything at all.
        pictures: data: URIs by the name that stands in ``src`` (see lift_pictures).
        alt: The text for a picture that has none of its own.

    """
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute_filter(pictures),
        generic_attribute_prefixes=set(),
        url_schemes={"http", "https", "mailto", "data", "picture", "attachment"},
        url_relative="deny",
        allowed_classes={},
        link_rel="noopener noreferrer",
    )
    grown = len(cleaned) - sum(len(uri) for uri in pictures.values())
    if grown > _GROWTH * len(html) + 10_000:
        return Markup("<pre>{}</pre>").format(text_of(html))
    cleaned = _IMAGE.sub(lambda found: _picture(found[1], alt), cleaned)
    cleaned = _scoped(cleaned)
    cleaned = cleaned.replace("<table>", '<div class="scroll" tabindex="0"><table>')
    return Markup(cleaned.replace("</table>", "</table></div>"))  # noqa: S704 (nh3 cleaned it)


def clean_code(html: str, classes: set[str]) -> Markup:
    """Return highlighted code with nothing but <span> and these classes."""
    cleaned = nh3.clean(
        html, tags={"span"}, attributes={"*": set()}, allowed_classes={"span": classes}
    )
    return Markup(cleaned)  # noqa: S704 (nh3 cleaned it)


def text_of(html: str) -> str:
    """Return the text of HTML as a reader would see it, without any tag."""
    bare = nh3.clean(html, tags=set(), clean_content_tags=_DROPPED, attributes={"*": set()})
    return Markup(bare).unescape()  # noqa: S704 (it becomes text at once)


def _attribute_filter(pictures: Mapping[str, str]) -> Callable[[str, str, str], str | None]:
    # nh3 swallows what a filter raises, so this one only looks up and matches. Each picture
    # is given out once: a short name used a thousand times would make an endless page.
    left = dict(pictures)
    checks: dict[str, Callable[[str], str | None]] = {
        "src": lambda value: left.pop(value.strip(), None),
        "alt": lambda value: value[:_MAX_ALT],
        "href": lambda value: value if _LINK.fullmatch(value.strip()) else None,
        "rel": lambda value: value,
        "scope": lambda value: value if value in _SCOPES else None,
        "colspan": _small_number,
        "rowspan": _small_number,
        "start": _small_number,
    }

    def allowed(_tag: str, name: str, value: str) -> str | None:
        check = checks.get(name)
        return check(value) if check is not None else None

    return allowed


def _small_number(value: str) -> str | None:
    return value if re.fullmatch(r"[1-9][0-9]?", value) else None


def _picture(attributes: str, alt: str) -> str:
    """Give a picture an alternative text; leave out one that would have to be fetched."""
    if ' src="data:image/' not in attributes:
        return '<span class="left-out">[a picture was left out]</span>'
    if re.search(r' alt="[^"]*[^"\s]', attributes):
        return f"<img{attributes}>"
    kept = re.sub(r' alt="[^"]*"', "", attributes)
    return f'<img{kept} alt="{Markup.escape(alt)}">'


def _scoped(html: str) -> str:
    """Tell for each heading of a table whether it stands for a column or a row."""
    inside_head = False

    def scope(found: re.Match[str]) -> str:
        nonlocal inside_head
        name, attributes = found[1], found[2]
        if name != "th":
            inside_head = name == "thead"
        elif " scope=" not in attributes:
            return f'<th{attributes} scope="{"col" if inside_head else "row"}">'
        return found[0]

    return _HEAD_CELL.sub(scope, html)
