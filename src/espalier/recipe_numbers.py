"""The tables of a recipe for numbers that a model takes beside the image."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from .tables import Table

HEAD_NAME: Final = r"[a-z][a-z0-9_]*"
Mean = Annotated[float, Meta(ge=-1e6, le=1e6)]
Std = Annotated[float, Meta(ge=1e-6, le=1e6)]
Amplitude = Annotated[float, Meta(ge=-1e9, le=1e9)]


class InputNumbers(Table, frozen=True, kw_only=True):
    """A vector of plain numbers that the model takes beside the image (a speed, a temperature, where it was taken): the csv of
    each image set has a column for each of its values. x = (value - mean) / std."""

    name: Annotated[str, Meta(extra_json_schema={"pattern": f"^{HEAD_NAME}$"})]
    """The input: the name of its layer in lower case, other characters than a-z and 0-9 as `_`."""
    range: tuple[tuple[Amplitude, Amplitude], ...]
    """[least, largest] value in use, in the units of the csv: one pair, or one per column. The steps of int8 are spread over
    it: a device holds what it is given to it, and images with values beyond are refused."""
    columns: tuple[str, ...] = ()
    """Columns of the csv in the order of the input's values; without it, one that is called as the input."""
    mean: tuple[Mean, ...] = (0.0,)
    """Taken off each value, in the units of the csv: one, or one per column."""
    std: tuple[Std, ...] = (1.0,)
    """What each value is divided by: one, or one per column."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, also where they are left out."""
        return self.columns or (self.name,)

    @property
    def ends(self) -> tuple[tuple[float, float], ...]:
        """`range`, one pair per column."""
        return self.range * len(self.names) if len(self.range) == 1 else self.range

    @property
    def column_mean(self) -> tuple[float, ...]:
        """`mean`, one value per column."""
        return self.mean * len(self.names) if len(self.mean) == 1 else self.mean

    @property
    def column_std(self) -> tuple[float, ...]:
        """`std`, one value per column."""
        return self.std * len(self.names) if len(self.std) == 1 else self.std

    @property
    def taken(self) -> tuple[float, float]:
        """Least and largest value that the model is fed, of all columns."""
        pairs = list(zip(self.ends, self.column_mean, self.column_std, strict=True))
        ends = [(end - mean) / std for both, mean, std in pairs for end in both]
        return min(ends), max(ends)
