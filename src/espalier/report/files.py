"""The report in its four forms."""

from __future__ import annotations

import msgspec

from ..facts import Artifact
from ..rows import Report
from .html import html
from .junit import junit
from .markdown import markdown


def report_files(report: Report) -> tuple[Artifact, ...]:
    """report.json (canonical, indented), report.html, junit.xml, summary.md."""
    # Pictures are for the page.
    arenas = tuple(msgspec.structs.replace(row, chart="") for row in report.memory.arenas)
    memory = msgspec.structs.replace(report.memory, arenas=arenas)
    plain = msgspec.structs.replace(report, contact_sheet=(), memory=memory)
    text = msgspec.json.format(msgspec.json.encode(plain, order="sorted"), indent=2) + b"\n"
    return (
        Artifact(path="report.json", data=text, role="report"),
        Artifact(path="report.html", data=html(report), role="report"),
        Artifact(path="junit.xml", data=junit(report), role="report"),
        Artifact(path="summary.md", data=markdown(report), role="report"),
    )
