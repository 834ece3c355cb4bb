"""Results that show themselves as a small table: in a notebook as HTML, elsewhere as aligned text."""

from __future__ import annotations

from abc import abstractmethod


class Tabular:
    """What `table` lists is what `print`, the prompt and a notebook show; every cell is text, and nothing in it is HTML."""

    __slots__ = ()

    @abstractmethod
    def table(self) -> list[tuple[str, ...]]:
        """Rows of as many cells each, the first of them the label."""

    def __str__(self) -> str:
        rows = self.table()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    def __repr__(self) -> str:
        return f"{type(self).__name__}\n{self}"

    def _repr_html_(self) -> str:
        """Read by Jupyter."""
        import html

        rows = (
            f"<tr><th style='text-align:left'>{html.escape(label)}</th>"
            + "".join(f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in cells)
            + "</tr>"
            for label, *cells in self.table()
        )
        return f"<table>{''.join(rows)}</table>"
