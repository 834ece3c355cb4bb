"""The bundle for a compiler that only its vendor has (Hailo, Sony's IMX500, NXP's Neutron, ST's Neural-ART, ...): what it takes.

    README.md
    model/<name>_float.tflite    the float model: real pixels (pixel - mean) / std in, real values out
    model/<name>_int8.tflite     the int8 model and its uint8 twin, for compilers that take quantized files
    model/<name>_uint8.tflite
    calibration.npy              float32 [images, height, width, channels], as the float model takes them
    expected/input.npy           the golden images, likewise
    expected/<head>.npy          what the float model answers to them
    labels.txt                   one label per line, where there are labels
    golden/...                   contract and golden vectors of the int8 model (golden.py)
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from ..errors import BugError
from ..facts import Artifact, BundleSource, Check, Handover
from . import golden

_README: Final = """\
# {name} {version} for {title}

{what}. The compiler of this device is its vendor's and cannot run in a build: this folder is what it takes, and what its result
must answer.

{notes}

| file | what it is |
|---|---|
| `model/{name}_float.tflite` | the float model; input float32 [1, {height}, {width}, {channels}] |
| `model/{name}_int8.tflite` | the int8 model, as the report measured it ({weights} weights) |
| `model/{name}_uint8.tflite` | its twin for raw pixel bytes |
| `calibration.npy` | {images} images, float32 [{images}, {height}, {width}, {channels}], as the float model takes them |
| `expected/input.npy` | {vectors} golden images, likewise |
| {outputs} | the float model's answers to them, float32 |
| `golden/golden.json` | how a picture becomes pixels ({color}, {resize}, {fit}), and the int8 model's golden vectors |

A pixel byte p of a channel enters the float model as (p - mean) / std, mean {mean} and std {std}. In a compiler that
normalises by itself give these and raw pixels; with `calibration.npy` as it is give none.

## Prove the result

```python
import numpy as np

given = np.load("expected/input.npy")
wanted = np.load("expected/{first}.npy")
answered = np.stack([run(image[None])[0] for image in given])     # `run`: the vendor's runtime
print("largest difference", np.abs(answered - wanted).max())
print("same answer", (answered.reshape(len(given), -1).argmax(1) == wanted.reshape(len(given), -1).argmax(1)).mean())
```

A vendor's own quantization rounds otherwise than the int8 model here; measure accuracy on your evaluation images again.
"""


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files but the manifest, sorted by path."""
    name, given = source.recipe.name, _given(source)
    files = [
        Artifact(path="README.md", data=readme(source).encode(), role="documentation"),
        Artifact(path=f"model/{name}_float.tflite", data=given.float_model, role="model"),
        Artifact(path=f"model/{name}_int8.tflite", data=source.int8_model, role="model"),
        Artifact(path=f"model/{name}_uint8.tflite", data=source.uint8_model, role="model"),
        Artifact(path="calibration.npy", data=given.calibration, role="calibration"),
        Artifact(path="expected/input.npy", data=given.given, role="golden"),
        *(Artifact(path=f"expected/{head}.npy", data=data, role="golden") for head, data in named(given)),
        *golden.artifacts(source),
    ]
    if source.labels:
        text = "".join(f"{label}\n" for label in source.labels)
        files.append(Artifact(path="labels.txt", data=text.encode(), role="labels"))
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def named(given: Handover) -> list[tuple[str, bytes]]:
    """The expected outputs with names that can be files: letters, digits and underscores, numbered where that is not enough."""
    found: list[tuple[str, bytes]] = []
    for number, (head, data) in enumerate(given.expected):
        plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in head).strip("_") or f"output_{number}"
        taken = {"input", *(name.casefold() for name, _ in found)}
        found.append((f"{plain}_{number}" if plain.casefold() in taken else plain, data))
    return found


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """The arrays read back; the compiler itself is its vendor's."""
    given, problems = _given(source), []
    arrays = {path.relative_to(folder).as_posix(): np.load(path, allow_pickle=False) for path in sorted(folder.rglob("*.npy"))}
    for path, array in arrays.items():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            problems.append(f"{path} holds other values than finite float32")
    shape = source.contract.shape
    if arrays["calibration.npy"].shape != (given.images, *shape) or arrays["expected/input.npy"].shape[1:] != shape:
        problems.append("the images have another shape than the model's input")
    if any(len(array) != len(source.golden) for path, array in arrays.items() if path.startswith("expected/")):
        problems.append("there are not as many expected outputs as golden images")
    return (
        Check(
            name=f"calibration set ({given.images} images) and expected outputs ({len(source.golden)}) read back",
            tool="numpy",
            version=np.__version__,
            result="failed" if problems else "passed",
            why="; ".join(problems),
        ),
        Check(
            name=f"compiled for {source.target.title}",
            tool="the vendor's compiler",
            result="not run",
            why="no package index has it",
        ),
    )


def readme(source: BundleSource) -> str:
    """README.md; what the vendor's compiler wants is in the notes of the target."""
    contract, given = source.contract, _given(source)
    names = [name for name, _ in named(given)]
    return _README.format(
        name=source.recipe.name,
        version=source.recipe.version,
        title=source.target.title,
        what=source.what,
        notes="\n".join(f"- {note.replace('NAME', source.recipe.name)}" for note in source.target.notes),
        height=contract.size[0],
        width=contract.size[1],
        channels=contract.channels,
        weights=source.target.weights,
        images=given.images,
        vectors=len(source.golden),
        outputs=", ".join(f"`expected/{name}.npy`" for name in names),
        first=names[0],
        color=contract.color,
        resize=contract.resize,
        fit=contract.fit,
        mean=_values(contract.channel_mean),
        std=_values(contract.channel_std),
    )


def _values(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _given(source: BundleSource) -> Handover:
    if source.handover is None:
        raise BugError(f"target {source.target.name}: nothing was made to hand over")
    return source.handover
