"""Whether another machine gives the same results as this one: same versions, same processor features, same bits."""

from __future__ import annotations

from functools import cache

import msgspec

from .jobs import Answer, Job
from .process import perform

PROBE = "probe"
"""Name of the file of a probe's answer."""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """Versions of what results depend on (with a digest of our own source), processor features, a digest of numpy's and
    TensorFlow's arithmetic, and the cores that it may use: sums are cut into as many parts."""

    versions: dict[str, str]
    features: tuple[str, ...]
    bits: str
    cores: int = 0

    def differs(self, other: Probe) -> str:
        """In what another machine differs, in words; "" where it does not."""
        names = sorted(self.versions.keys() | other.versions.keys())
        said = [
            f"{_named(name)} {_short(other.versions.get(name))} instead of {_short(self.versions.get(name))}"
            for name in names
            if self.versions.get(name) != other.versions.get(name)
        ]
        if not said and self.features != other.features:
            more, less = set(other.features) - set(self.features), set(self.features) - set(other.features)
            told = [("has", more), ("lacks", less)]
            parts = (f"{word} {', '.join(sorted(names)[:6])}" for word, names in told if names)
            said.append("another processor (it " + "; ".join(parts) + ")")
        if not said and self.bits != other.bits:
            cores = f": {other.cores} cores there, {self.cores} here" if other.cores != self.cores else ""
            said.append(f"the same calculation gives other bits there{cores}")
        return "; ".join(said)


@cache
def probe_answer() -> Answer:
    """The answer of this machine's probe; takes seconds the first time."""
    return perform(Job(name="probe", kind="probe", asked=b""), lambda share, text: None)


def probe_here() -> Probe:
    """This machine's probe. Raises what kept it from being made."""
    answer = probe_answer()
    if answer.refused is not None:
        raise answer.refused.error
    return msgspec.json.decode(answer.files[PROBE], type=Probe)


def _named(name: str) -> str:
    return "the source of espalier" if name == "espalier-source" else name


def _short(version: str | None) -> str:
    return "absent" if version is None else version[:12]
