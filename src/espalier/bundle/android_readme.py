"""README.md of the phone bundle: what to write into the build file, the app and its tests."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource
from . import camera_frames
from .android_app import COORDINATES, absent
from .android_boxes import mediapipe_words
from .android_layout import GROUP, java_package
from .android_numbers import with_numbers
from .answers import answer_of
from .mediapipe_words import classifier_words

_TEXT: Final = """\
# {name} {version} for Android

{what} as an Android library (AAR). Input {height} x {width} x {channels}
({color}, {resize}, {fit}), int8 inside, uint8 at both ends. The model carries {carries}.

## Two lines in the app's build.gradle.kts

```kotlin
repositories {{ maven {{ url = uri("path/to/this/folder/maven") }} }}
dependencies {{ implementation("{group}:{name}:{version}") }}
```

and a runtime, whichever the app uses:

| runtime | dependency | for the app |
|---|---|---|
| LiteRT, `CompiledModel` | `com.google.ai.edge.litert:litert:{litert}` ({runtime} or later) | minSdk {litert_min_sdk} |
| the same from Google Play services | `com.google.android.gms:play-services-litert:{play}` | nothing in the APK |
| `Interpreter`, where the app has it already | `com.google.ai.edge.litert:litert:{interpreter}` | |

The library itself asks for minSdk {min_sdk} and holds no native code, so that 16 KB pages ask nothing of it; LiteRT's own
libraries are aligned since 1.4.0. The oldest runtime that knows every operator of the model is TensorFlow Lite {floor}.

Keep the model uncompressed in the APK, so that it can be mapped into memory (the Android Gradle Plugin does
so by itself since 4.1): `androidResources {{ noCompress += "tflite" }}`.

## In the app

```kotlin
import {package}.{reader}
import {package}.Model
import {package}.Preprocessor

val model = context.assets.openFd(Model.ASSET).use {{
    it.createInputStream().channel.map(FileChannel.MapMode.READ_ONLY, it.startOffset, it.declaredLength)
}}
val interpreter = Interpreter(model)

{pixels}
{answer}
```

- `Preprocessor` does exactly what calibration and evaluation did, in integers; do not resize or normalise
  before it. Mean and standard deviation are inside the model. {upright}
{said}

## Self-test on the device

```kotlin
dependencies {{ androidTestImplementation("{group}:{name}:{version}:selftest") }}
```
```kotlin
import {package}.SelfTest

{selftest}
assertTrue(result.toString(), result.passed())
```

It replays {cases} preprocessing cases, {frames} camera frames and {vectors} golden vectors. Every output byte must
equal that of one
of LiteRT's CPU kernel sets. A GPU or NPU delegate rounds differently: `SelfTest.run(runner, tolerance)`
allows a distance, in 1/256 of probability. (LiteRT's own kernel sets are up to {spread} apart on these
vectors, which hold close calls on purpose.)

## What is in this folder

- `maven/`: the repository, with the library, its Java sources (`-sources.jar`) and the self-test
  (`-selftest.jar`).
{app}- `golden/`: the golden vectors for any other reader; `golden.json` describes them.
- `manifest.json`: digests of all files, quantization, operators, and what proves the model.
  `espalier verify .` checks the digests and replays the vectors; the build's report lists which tools really ran.
"""


_APP: Final = """\
- `app/`: a sample app to open in Android Studio (Compose, CameraX, LiteRT's `CompiledModel`). Its
  `PictureModel(CompiledModelRunner(context)).ask(...)` takes an `ImageProxy` or a `Bitmap`: two files to copy.
  `app/other-runtimes/` has the runner for Play services and for `Interpreter`.
"""
_PICTURE: Final = {
    "pixels": "val pixels = IntArray(bitmap.width * bitmap.height)\n"
    "bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)",
    "given": "pixels, bitmap.width, bitmap.height",
    "upright": "The image must be upright:\n"
    "  `Preprocessor.rotate(pixels, width, height, degrees)` turns it. What is transparent becomes black.\n"
    "- Camera frames need no bitmap: `CameraImage.prepareRgba(buffer, width, height, rowStride, degrees)` takes what\n"
    "  CameraX gives as `OUTPUT_IMAGE_FORMAT_RGBA_8888`, `CameraImage.prepareYuv` the planes of `YUV_420_888` (full range,\n"
    "  Rec. 601); `argbOfRgba` and `argbOfYuv` give the upright pixels.",
}
_ARRAY: Final = {
    "pixels": "val pixels: ByteArray = sensor.read()      // row by row, the Model.CHANNELS bytes of a pixel beside each other",
    "given": "pixels, width, height",
    "upright": "This model takes an array of several\n"
    "  bands, not a picture: no bitmap has them. The image must be upright.",
}


def readme(source: BundleSource) -> bytes:
    """The README as Markdown; holds no text of the model but its name."""
    contract = source.contract
    given = _ARRAY if contract.color == "bands" else _PICTURE
    return _TEXT.format(
        name=source.recipe.name,
        version=source.recipe.version,
        group=GROUP,
        package=java_package(source),
        what=source.what,
        height=contract.size[0],
        width=contract.size[1],
        channels=contract.channels,
        color=contract.color,
        resize=contract.resize,
        fit=contract.fit + (f", {contract.retouches}" if contract.retouches else ""),
        runtime=source.target.runtimes[0].version,
        min_sdk=int(source.target.number("min-sdk") or 0),
        floor=source.runtime_floor,
        litert=COORDINATES["LITERT"],
        litert_min_sdk=COORDINATES["LITERT_MIN_SDK"],
        play=COORDINATES["PLAY"],
        interpreter=COORDINATES["INTERPRETER"],
        app="" if absent(source) else _APP,
        cases=len(source.contract_cases),
        vectors=len(source.golden),
        frames=sum(1 for _ in camera_frames.frames(source.contract)),
        spread=_spread(source),
        **_answer(source),
        **given,
    ).encode()


_DECIDE: Final = {
    "reader": "Decision",
    "carries": "its labels and TFLite metadata",
    "answer": "val output = Array(1) { ByteArray(Model.CLASSES) }\n"
    "interpreter.run(Preprocessor.prepareBuffer(@GIVEN@), output)\n"
    "val decision = Decision.decide(output[0])\n"
    "if (decision.review) askAPerson() else show(decision.label, decision.confidence)",
    "said": "- `Decision.review` is true below a confidence of @THRESHOLD@.\n- @MEDIAPIPE@",
    "selftest": "val result = SelfTest.run { input ->\n"
    "    val output = Array(1) { ByteArray(Model.CLASSES) }\n"
    "    interpreter.run(ByteBuffer.allocateDirect(input.size).put(input).rewind(), output)\n"
    "    output[0]\n}",
}
_OUTPUTS: Final = "val outputs = Heads.ALL.map { ByteBuffer.allocateDirect(it.values()) }"
_INTO: Final = "outputs.withIndex().associate { it.index to it.value }"
_READ: Final = {
    "reader": "Heads",
    "carries": "TFLite metadata",
    "answer": f"{_OUTPUTS}\n"
    f"interpreter.runForMultipleInputsOutputs(arrayOf(Preprocessor.prepareBuffer(@GIVEN@)), {_INTO})\n"
    "val values = Heads.ALL.zip(outputs) { head, bytes -> head.name to head.real(copied(bytes)) }\n\n"
    "fun copied(buffer: ByteBuffer) = ByteArray(buffer.capacity()).also { buffer.rewind(); buffer.get(it) }",
    "said": "- `Heads.ALL` has the outputs in their order with name, shape, scale and zero point: @HEADS@.",
    "selftest": "val result = SelfTest.run { input ->\n"
    f"    {_OUTPUTS}\n"
    "    val given = ByteBuffer.allocateDirect(input.size).put(input).rewind()\n"
    f"    interpreter.runForMultipleInputsOutputs(arrayOf(given), {_INTO})\n"
    "    outputs.map { copied(it) }.reduce { all, one -> all + one }\n}",
}


_FIND: Final = {
    "reader": "Boxes",
    "carries": "TFLite metadata",
    "answer": "val outputs = (0 until interpreter.outputTensorCount).map {\n"
    "    ByteBuffer.allocateDirect(interpreter.getOutputTensor(it).numBytes())\n}\n"
    f"interpreter.runForMultipleInputsOutputs(arrayOf(Preprocessor.prepareBuffer(@GIVEN@)), {_INTO})\n"
    "val found = Boxes.find(outputs.map { copied(it) }.toTypedArray(), bitmap.width, bitmap.height)\n"
    "for (box in found) draw(box.label, box.confidence, box.left, box.top, box.right, box.bottom)\n\n"
    "fun copied(buffer: ByteBuffer) = ByteArray(buffer.capacity()).also { buffer.rewind(); buffer.get(it) }",
    "said": "- `Boxes.find` decodes in integers, as the build did; edges are pixels of the bitmap. Below a confidence of\n"
    "  @THRESHOLD@ nothing is found.\n- @MEDIAPIPE@",
    "selftest": "val result = SelfTest.run { input ->\n"
    "    val given = ByteBuffer.allocateDirect(input.size).put(input).rewind()\n"
    f"    interpreter.runForMultipleInputsOutputs(arrayOf(given), {_INTO})\n"
    "    outputs.map { copied(it) }.reduce { all, one -> all + one }\n}\n"
    "assertTrue(SelfTestBoxes.run().toString(), SelfTestBoxes.run().isEmpty())",
}

def _answer(source: BundleSource) -> dict[str, str]:
    """How an app reads the outputs: as a decision, or as values."""
    given = _ARRAY if source.contract.color == "bands" else _PICTURE
    marks = {
        "@GIVEN@": given["given"],
        "@THRESHOLD@": f"{source.recipe.decision.threshold:g}",
        "@MEDIAPIPE@": mediapipe_words(source) if source.finds_boxes else classifier_words(source),
        "@HEADS@": source.heads_text,
    }
    answer = answer_of(source)
    words = {
        **(_FIND if source.finds_boxes else _DECIDE if source.labels else _READ),
        **(answer.android if answer else {}),
        **_parts(source),
    }
    words = with_numbers(words, source)
    if source.map is not None:
        words["said"] += (
            "\n- `ClassMap.paint(bytes)` of the output's bytes gives a class for each pixel ({}), `areas` the pixels of each, "
            "`at` the class at a pixel of a picture, `alert` the decision."
        ).format(", ".join(source.map.names[:12]))
    if source.picture is not None:
        words["said"] += "\n- `Picture.paint(bytes)` of the output's bytes gives the bytes of the picture."
    for mark, word in marks.items():
        words = {key: text.replace(mark, word) for key, text in words.items()}
    return words


def _parts(source: BundleSource) -> dict[str, str]:
    """What several outputs have beside their values: the decision of each, or what it paints, in a package of its own."""
    lines = []
    for name, alone in source.deciding():
        place = next(place for place, head in enumerate(source.heads) if head.name == name)
        answer = answer_of(alone)
        call = f"{answer.reader if answer is not None else 'Decision'}.decide"
        if alone.paints or alone.task == "embed":
            call = "Embedding.unit" if alone.task == "embed" else "ClassMap.paint" if alone.map is not None else "Picture.paint"
        lines.append(f"- {name}: `{java_package(alone)}.{call}(copied(outputs[{place}]))`, with a `Model` of its own.")
    return {"said": "\n".join([_READ["said"], *lines])} if lines else {}


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
