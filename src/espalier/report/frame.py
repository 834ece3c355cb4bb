"""What every page stands in: the templates of this folder, one style sheet and one script with their digests, contents."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import NamedTuple

import jinja2
from markupsafe import Markup, escape

from .. import __version__
from .amounts import size
from .draw import bar
from .gates import (
    amount,
    describe,
    gate_bar,
    headroom,
    headroom_words,
    is_lower,
    people,
    share_left,
    title,
    urgent_first,
)


class Contents:
    """The headings of a page, as they come: its table of contents."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def add(self, anchor: str, text: str) -> Markup:
        """The heading of a section, kept for the contents."""
        self.rows.append((anchor, text))
        return Markup(f'<h2 id="{escape(anchor)}">{escape(text)}</h2>')


class Shell(NamedTuple):
    """Style and script of a page, which its policy names by digest: nothing else is applied or run, and nothing is fetched."""

    style: Markup
    style_digest: str
    script: Markup
    script_digest: str


def template(name: str) -> jinja2.Template:
    """A page of this folder; every string in it is escaped."""
    environment = _environment()
    environment.globals.update(
        contents=Contents(), page=_shell(), bar=bar, describe=describe, amount=amount, headroom=headroom,
        headroom_words=headroom_words, share_left=share_left, title=title, is_lower=is_lower, people=people, gate_bar=gate_bar,
        urgent_first=urgent_first,
        espalier_version=__version__,
    )  # fmt: skip
    return environment.get_template(name)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("espalier.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(code=_code, share=share, us=_milliseconds, n=lambda v: f"{v:,}", size=size)
    return environment


@cache
def _shell() -> Shell:
    environment = _environment()
    style = environment.get_template("style.css.j2").render()
    script = jinja2.PackageLoader("espalier.report", ".").get_source(environment, "page.js")[0]
    # Ours, and no text of a user in them.
    return Shell(Markup(style), _digest(style), Markup(script), _digest(script))


def _digest(text: str) -> str:
    """As a content security policy names inline text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _code(text: str) -> Markup:
    """Escaped, with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts))


def share(value: float | None) -> str:
    """A share in percent."""
    return "–" if value is None else f"{100 * value:.2f} %"


def _milliseconds(value: float) -> str:
    return f"{value / 1000:,.3f}"
