"""Counters and histograms as Prometheus reads them (text format 0.0.4)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
PREFIX = "espalier_"

Labels = tuple[tuple[str, str], ...]

METRICS: Mapping[str, tuple[str, str]] = {
    "requests_total": ("counter", "Requests by what was asked and the status of the answer."),
    "request_seconds": ("histogram", "From the first line of a request to its answer."),
    "inference_seconds": ("histogram", "The network alone."),
    "decisions_total": ("counter", "Answers by label and decision."),
    "images_rejected_total": ("counter", "Images that were not answered, by reason."),
    "model_info": ("gauge", "1 for the model that answers."),
    "model_updates_total": ("counter", "Models that were to take over, by result."),
    "ready": ("gauge", "1 when golden vectors and latency floor held and the service takes requests."),
    "working": ("gauge", "Requests that hold an interpreter."),
    "waiting": ("gauge", "Requests that wait for one."),
    "outlet_messages_total": ("counter", "Results that were handed on, by outlet and result."),
    "frames_dropped_total": ("counter", "Frames of a camera that were older than the next one when their turn came."),
    "drift_psi": ("gauge", "Population stability index of the last images against the build's evaluation images."),
    "drift_alarm": ("gauge", "1 when a drift_psi is over 0.25."),
    "golden_seconds": ("gauge", "Best time of a golden vector when the model was loaded."),
}
"""Name -> type and what it says."""


class Metrics:
    """All values of the service."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, dict[Labels, float]] = {name: {} for name, row in METRICS.items() if row[0] != "histogram"}
        self._histograms: dict[str, dict[Labels, list[float]]] = {n: {} for n, row in METRICS.items() if row[0] == "histogram"}

    def add(self, name: str, amount: float = 1.0, /, **labels: str) -> None:
        """Count."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            self._values[name][key] = self._values[name].get(key, 0.0) + amount

    def set(self, name: str, value: float, /, **labels: str) -> None:
        """A value as it is now."""
        with self._lock:
            self._values[name][tuple(sorted(labels.items()))] = value

    def only(self, name: str, value: float, /, **labels: str) -> None:
        """A value that takes the place of all others of its name."""
        with self._lock:
            self._values[name] = {tuple(sorted(labels.items())): value}

    def observe(self, name: str, seconds: float, /, **labels: str) -> None:
        """One more time in a histogram."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            row = self._histograms[name].setdefault(key, [0.0] * (len(SECONDS) + 2))
            row[next((at for at, edge in enumerate(SECONDS) if seconds <= edge), len(SECONDS))] += 1
            row[-1] += seconds

    def value(self, name: str, /, **labels: str) -> float:
        """A counter or gauge; 0 where nothing was counted."""
        with self._lock:
            return self._values[name].get(tuple(sorted(labels.items())), 0.0)

    def text(self) -> str:
        """Everything, sorted."""
        lines: list[str] = []
        with self._lock:
            for name, (kind, text) in METRICS.items():
                lines += [f"# HELP {PREFIX}{name} {text}", f"# TYPE {PREFIX}{name} {kind}"]
                if kind == "histogram":
                    for key, row in sorted(self._histograms[name].items()):
                        lines += _histogram(PREFIX + name, key, row)
                else:
                    lines += [f"{PREFIX}{name}{_braced(key)} {value:.10g}" for key, value in sorted(self._values[name].items())]
        return "\n".join(lines) + "\n"


def _histogram(name: str, key: Labels, row: Sequence[float]) -> list[str]:
    lines, whole = [], 0.0
    for edge, count in zip((*map(repr, SECONDS), "+Inf"), row, strict=False):
        whole += count
        lines.append(f"{name}_bucket{_braced((*key, ('le', edge)))} {whole:.10g}")
    return [*lines, f"{name}_sum{_braced(key)} {row[-1]:.10g}", f"{name}_count{_braced(key)} {whole:.10g}"]


def _braced(labels: Labels) -> str:
    if not labels:
        return ""
    shown = (value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for _, value in labels)
    return "{" + ",".join(f'{name}="{value}"' for (name, _), value in zip(labels, shown, strict=True)) + "}"
