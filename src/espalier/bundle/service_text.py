"""What the README of a service says of its model, and the files with which a cluster starts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..facts import Artifact, BundleSource
from .debian import RUNTIMES, architecture, deb_name, filled
from .pi_consumers import package_name

CLOUD: Final = {
    "cloud/docker-compose.yml": "cloud_compose.txt",
    "cloud/prometheus.yml": "cloud_prometheus.txt",
    "cloud/alarms.yml": "cloud_alarms.txt",
    "cloud/kserve.yaml": "cloud_kserve.txt",
}
"""File of the bundle -> its template."""
ANSWERS: Final = {
    "classify": "`label`, `confidence`, `top`",
    "binary": "`label`, `confidence`",
    "multi_label": "`labels` with their confidence",
    "embed": "`label` (the nearest enrolled name, or unknown), `confidence` (the cosine), `vector`",
    "anomaly": "`label` (good or alert), `score`",
}
"""Source of a decision -> what an answer holds."""
_INLETS: Final = """\
```sh
mkdir -p incoming
@ serve --listen 127.0.0.1:8081 --watch incoming &
until curl -s http://127.0.0.1:8081/v2/health/ready; do sleep 1; done
cp picture.png incoming/; sleep 3; kill $!
```

Answers go on with `--mqtt mqtt://HOST:1883/site/line/station`, `--webhook https://HOST/path` and
`--on ANSWER --exec COMMAND ...`, as often as you like (a pin: `--on ANSWER --exec gpioset gpiochip0 17=1`).
"""


def readme(source: BundleSource) -> bytes:
    """README.md of the bundle and of the package."""
    contract, package = source.contract, package_name(source)
    columns = contract.columns if source.numbers else ()
    numbers = f"FP32 [n, {len(columns)}] named `numbers` beside it; " if columns else ""
    inlets = _INLETS.replace("@", package)
    if columns:
        inlets = "This model takes numbers beside each image: they come over HTTP only.\n"
    words = {
        "TITLE": source.target.title,
        "WHAT": source.what,
        "DEB": deb_name(source),
        "HEIGHT": str(contract.size[0]),
        "WIDTH": str(contract.size[1]),
        "CHANNELS": str(contract.channels),
        "COLOR": contract.color,
        "RESIZE": contract.resize,
        "FIT": contract.fit + (f", {contract.retouches}" if contract.retouches else ""),
        "RUNTIME": RUNTIMES[architecture(source)].runtime,
        "QUERY": "?numbers=" + ",".join(f"{column}=0" for column in columns) if columns else "",
        "NUMBERS": numbers,
        "ANSWERS": answer_words(source),
        "INLETS": inlets,
        "DRIFT": drift_words(source),
    }
    return filled("service_readme.txt", source, words)


def answer_words(source: BundleSource) -> str:
    """What an answer of this model holds."""
    if source.finds_boxes:
        return "`boxes` (label, confidence, left, top, right, bottom in pixels of the picture)"
    if source.map is not None:
        return "`shares` of the classes"
    if source.picture is not None:
        return "`size` of what is painted"
    if source.parts:
        return "`heads`, each with its answer"
    return ANSWERS[source.decision.source] if source.decision is not None else "`values`"


def drift_words(source: BundleSource) -> str:
    """Which histograms the build recorded."""
    if source.reference is None:
        return "none here, as this bundle was made without images"
    return "brightness, confidence, shares of the labels, and of review" if source.reference.labels else "brightness"


def cloud(source: BundleSource) -> Iterator[Artifact]:
    """The files for containers."""
    for path, template in CLOUD.items():
        yield Artifact(path=path, data=filled(template, source), role="deployment")
