"""README.md of the browser bundle; what above a block of commands says who runs it is the tests' convention."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource
from .device_facts import answer_facts

_TEXT: Final = """\
# {name} {version} for browsers

{what} as an npm package. Input {height} x {width} x {channels} ({color}, {resize}, {fit}), int8 inside, uint8 at both ends.
It runs on LiteRT.js 2.5 or later, in the page: no picture leaves the browser, and nothing is asked of another server. The
oldest TensorFlow Lite that knows every operator of the model is {floor}.

## Look at it

In this folder (Node 18 or later; `npm install` fetches @litertjs/core, the only dependency):

<!-- run -->
```sh
npm install
npm test
npm start
```

`npm test` replays {cases} pictures and the recorded outputs without a browser. `npm start` serves this folder on
http://127.0.0.1:8000: {pages}`selftest.html` replays everything, the {vectors} golden vectors of the model among it.

## In an app

<!-- run -->
```sh
npm install path/to/this/folder @litertjs/core
```

Copy `node_modules/@litertjs/core/wasm/` to your server (`.wasm` as application/wasm); then

<!-- run -->
```js
import {{load}} from '{name}-model/litert';

const runner = await load({{wasm: '/wasm/'}});
{answer}
```

- {upright}
- `answer` does exactly what calibration and evaluation did, in whole numbers; do not resize or normalise before it. Mean and
  standard deviation are inside the model.
- {means}
- Of `{name}-model` itself, which needs no runtime and no browser: `prepare(image)` gives the bytes of the model,
  `decide(outputs)` the answer to its output bytes, `modelUrl` its address, `facts` the rest. Types are beside it.
- `runner.delete()` frees the model; LiteRT.js frees nothing by itself.
- `accelerator: 'webgpu'` rounds in its own way: the golden bytes are those of `wasm`, the default. (LiteRT's own kernel sets are
  up to {spread} steps apart on these vectors, which hold close calls on purpose.)
- A strict content policy needs `script-src 'wasm-unsafe-eval'`; `selftest.html` has one that works.

## What is in this folder

`model.tflite`, `labels.json`, `facts.js` (what the model is), `index.js`, `litert.js` and the modules behind them, pages and
self-tests, `golden/` (for any other reader, `golden.json` describes them), `manifest.json` (digests of all files, quantization,
operators, what proves the model). `espalier verify .` checks the digests and replays the vectors.
"""
_PICTURE: Final = (
    "A picture is a file, an `<img>`, a `<video>`, a canvas or an ImageData; it must be upright (files are, by EXIF):\n"
    "  `rotate(image, degrees)` turns an ImageData. What is transparent becomes black. Opaque PNG gives the build's bytes;\n"
    "  browsers decode JPEG up to a few grey levels otherwise."
)
_BANDS: Final = (
    "This model takes arrays of {bands} bands, not pictures: `{{data, width, height}}` with the bytes of a pixel beside each\n"
    "  other, row by row, upright."
)
_ANSWERS: Final = {
    "classify": ("{{label, permille, review}}", "show(label, permille / 1000, review);",
                 "`permille` is the confidence in thousandths; `review` says that it is below {threshold:g}: let a person look."),
    "binary": ("{{label, permille, review}}", "show(label, permille / 1000, review);",
               "`permille` is in thousandths; `review` says that neither label reaches {threshold:g}."),
    "multi-label": ("{{said}}", "for (const {{label, permille}} of said) show(label, permille / 1000);",
                    "`said` lists every label that reaches its own threshold, with its confidence in thousandths."),
    "embed": ("{{unit}}", "show(unit);",
              "`unit` is the vector of a picture, of length 16384: keep such arrays, and ask `nearest(unit, references)` for\n"
              "  the nearest, its cosine times 16384, and whether it is known."),
    "anomaly": ("{{alert, score}}", "show(alert, score);",
                "`score` is the mean square of the difference between the picture and what the network makes of it, `alert`\n"
                "  whether it reaches the build's threshold."),
    "map": ("{{classes, areas, names}}", "show(names, areas, classes);",
            "`classes` has a class for each pixel of the map, row by row, `areas` the pixels of each of `names`."),
    "picture": ("{{rows, columns, pixels}}", "show(rows, columns, pixels);", "`pixels` are the picture's bytes, row by row."),
    "boxes": ("{{boxes}}", "for (const {{label, confidence, left, top}} of boxes) show(label, confidence, left, top);",
              "`boxes` lists what was found, the best first, `right` and `bottom` beside them, in pixels of the picture."),
    "values": ("{{values, named}}", "show(values, named);",
               "`values` has an array for each output ({heads}), `named` the numbers that have names."),
    "several": ("{{parts}}", "show(parts);", "`parts` has the answer of each output by its name: {heads}."),
}  # fmt: skip
"""Kind -> what is taken of an answer, what is done with it, and what it means."""


def readme(source: BundleSource) -> bytes:
    """The README as Markdown."""
    contract = source.contract
    kind = str(answer_facts(source)["kind"])
    taken, done, means = _ANSWERS[kind]
    words = {"threshold": source.recipe.decision.threshold, "heads": source.heads_text}
    beside = f", [{', '.join(contract.columns)}]" if source.numbers else ""
    pictures = contract.color != "bands"
    given = "picture" if pictures else "{data, width, height}"
    told = means.format(**words)
    if source.numbers:
        columns = ", ".join(contract.columns)
        told += f"\n- The second argument is what the model takes beside the picture, held to its range: {columns}."
    return _TEXT.format(
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
        pages="`demo.html` answers a picture that you drop, or the webcam; " if pictures else "",
        answer=f"const {taken.format()} = await runner.answer({given}{beside});\n{done.format()}",
        upright=_PICTURE if pictures else _BANDS.format(bands=contract.channels),
        means=told,
        spread=_spread(source),
    ).encode()


def _spread(source: BundleSource) -> int:
    """Largest difference between two kernel sets on the golden vectors, in steps of the output."""
    found = 0
    for vector in source.golden:
        rows = [[byte - 256 if byte > 127 else byte for byte in data] for data in vector.outputs.values()]
        found = max([found, *(max(column) - min(column) for column in zip(*rows, strict=True))])
    return found
