"""README.md of the iPhone bundle, and what its module is called."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource
from .device_facts import answer_facts

_TEXT: Final = """\
# {name} {version} for iOS and macOS

{what} as a Swift package. Input {height} x {width} x {channels} ({color}, {resize}, {fit}), int8 inside, uint8 at both ends. The
package brings no runtime and depends on none: link the one that your app uses. The oldest TensorFlow Lite that knows every
operator of the model is {floor}. iOS 15 or macOS 12.

## Its own tests

<!-- run -->
```sh
swift test
```

They replay {cases} pictures, camera frames in 32BGRA and 420f and every rotation, and the recorded outputs, byte for byte; also
on Linux. In an app's project that links LiteRT or TensorFlowLite, `RuntimeTests.swift` replays the {vectors} golden vectors of
the model, too.

## In an app

Add this folder as a local package (File, Add Package Dependencies, Add Local), or in a Package.swift:
`.package(path: "path/to/this/folder")`, `.product(name: "{type}", package: "{type}")`.

<!-- run -->
```swift
import {type}

func answer(_ picture: Picture, run: ([[UInt8]]) throws -> [[UInt8]]) throws -> Answer {{
    let outputs = try run([{type}.prepare(picture)]{numbers})
    return try {type}.decide(outputs, in: picture)
}}

func show(_ answer: Answer) {{
    if case {case} = answer {{ print({shown}) }}
}}
```

- {upright}
- `prepare` does exactly what calibration and evaluation did, in whole numbers; do not resize or normalise before it. Mean and
  standard deviation are inside the model.
- {means}
- `run` is the runtime: the bytes of each input to those of each output. `{type}.modelURL` is the uint8 model.

### LiteRT (recommended by Google in 2026)

The package https://github.com/google-ai-edge/LiteRT has linker flags that SwiftPM refuses for a version: pin a revision.

<!-- needs: hardware: an Apple system with LiteRT -->
```swift
import LiteRT

let model = try CompiledModel(
    file: {type}.modelURL.path, options: try CompiledModel.Options(), environment: try Environment())
let inputs = try model.createInputBuffers(), outputs = try model.createOutputBuffers()
show(try answer(picture) {{ given in
    for (buffer, bytes) in zip(inputs, given) {{ try buffer.write(bytes) }}
    try model.run(signatureIndex: 0, inputBuffers: inputs, outputBuffers: outputs)
    return try outputs.map {{ try $0.read() as [UInt8] }}
}})
```

### The interpreter (TensorFlowLiteSwift, CocoaPods)

<!-- needs: hardware: an Apple system with TensorFlowLiteSwift -->
```swift
import TensorFlowLite

let interpreter = try Interpreter(modelPath: {type}.modelURL.path)
try interpreter.allocateTensors()
show(try answer(picture) {{ given in
    for (n, bytes) in given.enumerated() {{ try interpreter.copy(Data(bytes), toInputAt: n) }}
    try interpreter.invoke()
    return try (0..<interpreter.outputTensorCount).map {{ [UInt8](try interpreter.output(at: $0).data) }}
}})
```

### MediaPipe Tasks

{mediapipe}

### Core ML

Core ML does not read .tflite, and there is no exact way: convert the Keras model with coremltools, and compare its answers on
your own images. `prepare` is the preprocessing there, too; Core ML then computes in float16, so `decide` does not apply.

## What is in this folder

`Package.swift`, `Sources/` (with the privacy manifest: nothing is tracked, collected or asked of the system), `Tests/`, `golden/`
(for any other reader, `golden.json` describes it), `manifest.json` (digests of all files, quantization, operators, what proves
the model). `espalier verify .` checks the digests and replays the vectors. The entries for CVPixelBuffer and CGImage need an
Apple system to compile, and were not compiled where this package was built.
"""
_PICTURE: Final = (
    "`Picture(pixelBuffer, rotation: 90)` takes a camera's frame (32BGRA or 420f) and turns it upright; `Picture(cgImage)` an\n"
    "  image that is upright already. For raw memory there are entries with strides."
)
_BANDS: Final = (
    "This model takes arrays of {bands} bands, not pictures: `Picture(width:height:channels:bytes:)` with the bytes of a pixel\n"
    "  beside each other, upright."
)
_ANSWERS: Final = {
    "classify": (".label(let one)", "one.label, one.permille, one.review",
                 "`permille` is the confidence in thousandths; `review` says that it is below {threshold:g}: let a person look."),
    "binary": (".label(let one)", "one.label, one.permille, one.review",
               "`permille` is in thousandths; `review` says that neither label reaches {threshold:g}."),
    "multi-label": (".labels(let said)", "said.map(\\.label)",
                    "`said` lists every label that reaches its own threshold, with its confidence in thousandths."),
    "embed": (".vector(let vector)", "vector.unit",
              "`unit` is the vector of a picture, of length 16384: keep such arrays, and ask `vector.nearest(references)`."),
    "anomaly": (".anomaly(let one)", "one.alert, one.scoreQ8",
                "`scoreQ8` is the mean square of the difference between the picture and what the network\n"
                "  makes of it, times 256."),
    "map": (".map(let map)", "map.names, map.areas",
            "`classes` has a class for each pixel of the map, row by row, `areas` the pixels of each of `names`."),
    "picture": (".picture(let made)", "made.width, made.height", "`made` is the picture that the model paints."),
    "boxes": (".boxes(let boxes)", "boxes.map(\\.label)", "`boxes` lists what was found, the best first, in its pixels."),
    "values": (".values(let values)", "values", "`values` has an array for each output: {heads}."),
    "several": (".several(let parts)", "parts.map(\\.name)", "`parts` has the answer of each output: {heads}."),
}  # fmt: skip
"""Kind -> the case of an answer, what is shown of it, and what it means."""


def type_name(source: BundleSource) -> str:
    """What the package, its module and its main type are called: parts-of-wood gives PartsOfWoodModel."""
    return "".join(word[:1].upper() + word[1:] for word in source.name.split("-")) + "Model"


def readme(source: BundleSource) -> bytes:
    """The README as Markdown."""
    contract = source.contract
    case, shown, means = _ANSWERS[str(answer_facts(source)["kind"])]
    told = means.format(threshold=source.recipe.decision.threshold, heads=source.heads_text)
    if source.numbers:
        columns = ", ".join(contract.columns)
        told += f"\n- `numbers` are what the model takes beside the picture, in this order and held to its range: {columns}."
    zeros = ", ".join(f"{one.ends[at][0]:g}" for one in contract.numbers for at in range(len(one.names)))
    return _TEXT.format(
        type=type_name(source),
        name=source.name,
        version=source.version,
        what=source.what,
        height=contract.size[0],
        width=contract.size[1],
        channels=contract.channels,
        color=contract.color,
        resize=contract.resize,
        fit=contract.fit + (f", {contract.retouches}" if contract.retouches else ""),
        floor=source.runtime_floor,
        cases=len(source.contract_cases),
        vectors=len(source.golden),
        numbers=f" + {type_name(source)}.numbers([{zeros}])" if source.numbers else "",
        case=case,
        shown=shown,
        upright=_BANDS.format(bands=contract.channels) if contract.color == "bands" else _PICTURE,
        means=told,
        mediapipe=_mediapipe(source),
    ).encode()


def _mediapipe(source: BundleSource) -> str:
    """What MediaPipe Tasks can do with it."""
    if not source.labels or source.finds_boxes or source.numbers or source.contract.channels != 3 or source.contract.retouches:
        return "MediaPipe Tasks cannot feed this model, or not read its answer: take one of the runtimes above."
    return (
        "`ImageClassifier` (CocoaPods, MediaPipeTasksVision) takes the model as it is, labels are in its metadata. It resizes\n"
        "in its own way, so its answers can differ from the evaluated ones; the entries above do not.\n\n"
        "<!-- needs: hardware: an Apple system with MediaPipe Tasks -->\n"
        "```swift\n"
        "import MediaPipeTasksVision\n\n"
        f"let classifier = try ImageClassifier(modelPath: {type_name(source)}.modelURL.path)\n"
        "let result = try classifier.classify(image: MPImage(pixelBuffer: pixelBuffer))\n"
        "```"
    )
