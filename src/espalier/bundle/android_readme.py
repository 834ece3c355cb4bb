"""README.md of the phone bundle: what to write into the build file, the app and its tests."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource
from .android_layout import GROUP, java_package

_TEXT: Final = """\
# {name} {version} for Android

An image classifier with {classes} classes as an Android library (AAR). Input {height} x {width} x {channels}
({color}, {resize}, {fit}), int8 inside, uint8 at both ends. The model carries its labels and TFLite metadata.

## Two lines in the app's build.gradle.kts

```kotlin
repositories {{ maven {{ url = uri("path/to/this/folder/maven") }} }}
dependencies {{ implementation("{group}:{name}:{version}") }}
```

and a runtime, whichever the app uses: `com.google.ai.edge.litert:litert:{runtime}` or later (minSdk
{min_sdk}), or
`com.google.android.gms:play-services-tflite-java`. The oldest runtime that knows every operator of the model
is TensorFlow Lite {floor}.

Keep the model uncompressed in the APK, so that it can be mapped into memory (the Android Gradle Plugin does
so by itself since 4.1): `androidResources {{ noCompress += "tflite" }}`.

## In the app

```kotlin
import {package}.Decision
import {package}.Model
import {package}.Preprocessor

val model = context.assets.openFd(Model.ASSET).use {{
    it.createInputStream().channel.map(FileChannel.MapMode.READ_ONLY, it.startOffset, it.declaredLength)
}}
val interpreter = Interpreter(model)

{pixels}
val output = Array(1) {{ ByteArray(Model.CLASSES) }}
interpreter.run(Preprocessor.prepareBuffer({given}), output)
val decision = Decision.decide(output[0])
if (decision.review) askAPerson() else show(decision.label, decision.confidence)
```

- `Preprocessor` does exactly what calibration and evaluation did, in integers; do not resize or normalise
  before it. Mean and standard deviation are inside the model. {upright}
- `Decision.review` is true below a confidence of {threshold}.
- {mediapipe}

## Self-test on the device

```kotlin
dependencies {{ androidTestImplementation("{group}:{name}:{version}:selftest") }}
```
```kotlin
import {package}.SelfTest

val result = SelfTest.run {{ input ->
    val output = Array(1) {{ ByteArray(Model.CLASSES) }}
    interpreter.run(ByteBuffer.allocateDirect(input.size).put(input).rewind(), output)
    output[0]
}}
assertTrue(result.toString(), result.passed())
```

It replays {cases} preprocessing cases and {vectors} golden vectors. Every output byte must equal that of one
of LiteRT's CPU kernel sets. A GPU or NPU delegate rounds differently: `SelfTest.run(runner, tolerance)`
allows a distance, in 1/256 of probability. (LiteRT's own kernel sets are up to {spread} apart on these
vectors, which hold close calls on purpose.)

## What is in this folder

- `maven/`: the repository, with the library, its Java sources (`-sources.jar`) and the self-test
  (`-selftest.jar`).
- `golden/`: the golden vectors for any other reader; `golden.json` describes them.
- `manifest.json`: digests of all files, quantization, operators, and what proves the model.
  `espalier verify .` checks the digests and replays the vectors; the build's report lists which tools really ran.
"""


_PICTURE: Final = {
    "pixels": "val pixels = IntArray(bitmap.width * bitmap.height)\n"
    "bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)",
    "given": "pixels, bitmap.width, bitmap.height",
    "upright": "The image must be upright:\n"
    "  `Preprocessor.rotate(pixels, width, height, degrees)` turns camera frames. What is transparent becomes\n  black.",
    "mediapipe": "With MediaPipe Tasks, `ImageClassifier` takes the model as it is: `setModelAssetPath(Model.ASSET)`. It\n"
    "  resizes in its own way, so its answers can differ from the evaluated ones.",
}
_ARRAY: Final = {
    "pixels": "val pixels: ByteArray = sensor.read()      // row by row, the Model.CHANNELS bytes of a pixel beside each other",
    "given": "pixels, width, height",
    "upright": "This model takes an array of several\n"
    "  bands, not a picture: no bitmap has them. The image must be upright.",
    "mediapipe": "MediaPipe Tasks feed pictures of three channels: they cannot feed this model.",
}


def readme(source: BundleSource) -> bytes:
    """The README as Markdown; holds no text of the model but its name."""
    contract = source.contract
    return _TEXT.format(
        name=source.recipe.name,
        version=source.recipe.version,
        group=GROUP,
        package=java_package(source),
        classes=len(source.labels),
        height=contract.size[0],
        width=contract.size[1],
        channels=contract.channels,
        color=contract.color,
        resize=contract.resize,
        fit=contract.fit,
        runtime=source.target.runtimes[0].version,
        min_sdk=int(source.target.number("min-sdk") or 0),
        floor=source.runtime_floor,
        threshold=f"{source.recipe.decision.threshold:g}",
        cases=len(source.contract_cases),
        vectors=len(source.golden),
        spread=_spread(source),
        **(_ARRAY if contract.color == "bands" else _PICTURE),
    ).encode()


def _spread(source: BundleSource) -> int:
    """Largest distance of an output byte between two kernel sets on the golden vectors."""
    return max(
        (
            max(abs(a - b) for a, b in zip(_signed(first), _signed(second), strict=True))
            for vector in source.golden
            for first in vector.outputs.values()
            for second in vector.outputs.values()
        ),
        default=0,
    )


def _signed(data: bytes) -> list[int]:
    return [byte - 256 if byte > 127 else byte for byte in data]
