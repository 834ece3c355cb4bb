"""The browser bundle: an npm package with the uint8 model, its preprocessing and its decision in JavaScript.

    README.md, package.json
    model.tflite, labels.json, facts.js     what it is (device_facts.py)
    index.js                                preprocessing and decision; needs no runtime
    litert.js                               runs the model with LiteRT.js, the app's own dependency
    *.d.ts                                  TypeScript declarations
    selftest.*, golden/                     `npm test`, and a page that replays everything in a browser
    demo.*, page.css, serve.js              a page that answers pictures, and a server to look at it

It needs no build step: browsers, bundlers and Node read the modules as they are. The pages ask their own server only; their
content policy holds the browser to it.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

import msgspec

from ..facts import Artifact, BundleSource
from . import device_cases, golden
from .device_facts import Facts, model_facts
from .npm_check import check
from .npm_readme import readme

__all__ = ["check", "contents"]

TEMPLATE: Final = Path(__file__).parent / "web"
MODEL: Final = "model.tflite"
RUNTIME: Final = {"@litertjs/core": "^2.5.0"}
PLAIN: Final = ("prepare.js", "retouch.js", "boxes.js", "decide.js", "index.js", "litert.js", "selftest.js", "selftest.node.js",
                "selftest.page.js", "serve.js", "page.css", "litert.d.ts", "types.d.ts")  # fmt: skip
"""Files that are the same for every model."""
IMPORTS: Final = (
    '{"imports":{"@litertjs/core":"./node_modules/@litertjs/core/dist/index.js",'
    '"@litertjs/wasm-utils":"./node_modules/@litertjs/wasm-utils/dist/index.js"}}'
)
"""How the pages find LiteRT.js without a bundler, once `npm install` has run here."""
ANSWERS: Final = {
    "classify": "LabelAnswer", "binary": "YesNoAnswer", "multi-label": "LabelsAnswer", "embed": "VectorAnswer",
    "anomaly": "AnomalyAnswer", "map": "MapAnswer", "picture": "PictureAnswer", "boxes": "BoxesAnswer",
    "values": "ValuesAnswer", "several": "SeveralAnswer",
}  # fmt: skip
"""Kind of an answer -> its type in types.d.ts."""


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files of the browser bundle but the manifest, sorted by path."""
    facts = model_facts(source, MODEL)
    own = {
        "package.json": _package(source),
        "labels.json": golden.canonical_json(list(source.labels)),
        "facts.js": b"export const facts = " + golden.canonical_json(facts).rstrip() + b";\n",
        "facts.d.ts": b"import type {Facts} from './types.js';\n\nexport declare const facts: Facts;\n",
        "index.d.ts": _text("index.d.ts").replace("@ANSWER@", ANSWERS[_kind(facts)]).encode(),
        "selftest.html": _page(source, "self-test", "selftest"),
    }
    if shows_pictures(source):
        own |= {"demo.html": _page(source, "demo", "demo"), "demo.page.js": _text("demo.page.js").encode()}
    files = [
        Artifact(path="README.md", data=readme(source), role="documentation"),
        Artifact(path=MODEL, data=source.uint8_model, role="model"),
        *(Artifact(path=name, data=data, role="library") for name, data in own.items()),
        *(Artifact(path=name, data=_text(name).encode(), role="library") for name in PLAIN),
        *golden.artifacts(source),
        device_cases.artifact(source),
    ]
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def shows_pictures(source: BundleSource) -> bool:
    """Whether a browser has what the model takes: pictures, and not arrays of bands."""
    return source.contract.color != "bands"


def _kind(facts: Facts) -> str:
    answer = facts["answer"]
    assert isinstance(answer, dict)
    return str(answer["kind"])


def _text(name: str) -> str:
    return (TEMPLATE / name).read_text("utf-8")


def _package(source: BundleSource) -> bytes:
    """package.json. No licence is claimed: the model is its maker's."""
    demo = ["demo.*"] if shows_pictures(source) else []
    described = {
        "name": f"{source.name}-model",
        "version": source.version,
        "description": source.sentence,
        "type": "module",
        "license": "UNLICENSED",
        "sideEffects": False,
        "exports": {
            ".": {"types": "./index.d.ts", "default": "./index.js"},
            "./litert": {"types": "./litert.d.ts", "default": "./litert.js"},
            "./model.tflite": f"./{MODEL}",
            "./labels.json": "./labels.json",
            "./package.json": "./package.json",
        },
        "files": ["*.js", "*.d.ts", "*.css", "selftest.*", *demo, MODEL, "labels.json", "manifest.json", "golden/"],
        "scripts": {"test": "node selftest.node.js", "start": "node serve.js"},
        "engines": {"node": ">=18"},
        "peerDependencies": RUNTIME,
    }
    return msgspec.json.format(msgspec.json.encode(described), indent=2) + b"\n"


def _page(source: BundleSource, page: str, script: str) -> bytes:
    """A page that may run its own modules and this one import map, and ask its own server only."""
    digest = base64.b64encode(hashlib.sha256(IMPORTS.encode()).digest()).decode()
    body = _text(f"{script}.body.html").rstrip("\n")
    if not shows_pictures(source):
        body = body.replace(' <a href="demo.html">Demo</a>', "")
    words = {
        "HASH": f"sha256-{digest}", "IMPORTS": IMPORTS, "BODY": body, "SCRIPT": f"{script}.page.js", "PAGE": page,
        "NAME": source.name, "VERSION": source.version,
    }  # fmt: skip
    text = _text("page.html")
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text.encode()
