"""The frame of every page: its templates, and a style whose hash the page's policy names."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from practicum.rendering.plain_text import plain

__all__ = ["Document", "template"]


@dataclass(frozen=True)
class Document:
    """A page's style, and the hash by which a Content-Security-Policy allows it."""

    style: Markup
    style_hash: str

    @classmethod
    def with_style(cls, *packages: str) -> Document:
        """Return the common style, followed by the ``style.css`` of these packages."""
        texts = (
            files(package).joinpath("style.css").read_text(encoding="utf-8").replace("\r\n", "\n")
            for package in ("practicum.rendering", *packages)
        )
        style = "".join(texts)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
        return cls(Markup(style), f"sha256-{digest}")  # noqa: S704 (our own files)


def template(package: str, name: str, **filters: object) -> Template:
    """Return a template of a package; it escapes, and refuses names that are not there."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["plain"] = plain
    environment.filters.update(filters)
    return environment.from_string(files(package).joinpath(name).read_text(encoding="utf-8"))
