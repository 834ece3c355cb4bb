"""The browser bundle in headless Chromium, with the LiteRT.js that npm has: what its users do, line by line of its README.

Needs Node, npm (with an index to ask, or a cache) and Chromium; `make sweep` runs it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from detector_models import detector_source, with_target
from documents import blocks
from PIL import Image
from synthetic_source import synthetic_source

from espalier.bundle import npm, npm_check
from espalier.bundle.browser import ask_page, find_browser
from espalier.facts import BundleSource
from espalier.load.decode import to_rgb
from espalier.target import load_target
from espalier.task.boxes.golden import with_boxes

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(find_browser() is None or not shutil.which("npm"), reason="Chromium or npm is not installed"),
]
SECONDS = 120.0


def web_source() -> BundleSource:
    return msgspec.structs.replace(synthetic_source(labels=("good", "a scratch", "crack")), target=load_target("web"))


def written(source: BundleSource, folder: Path) -> Path:
    for file in npm.contents(source):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with LiteRT.js, as the README's first block makes it."""
    folder = written(web_source(), tmp_path_factory.mktemp("web") / "bundle")
    install = ["npm", "install", "--no-audit", "--no-fund"]
    done = subprocess.run(install, cwd=folder, capture_output=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot fetch LiteRT.js: {done.stderr.decode()[-200:]}")
    return folder


def as_png(image: Image.Image, **options: object) -> bytes:
    made = io.BytesIO()
    image.save(made, "PNG", **options)
    return made.getvalue()


def finder_source() -> BundleSource:
    """A detector whose golden vectors are those of LiteRT's default kernels, too, as a build has them."""
    from ai_edge_litert.interpreter import Interpreter

    source = with_target(detector_source(), "web")
    runtime = Interpreter(model_content=source.uint8_model)
    runtime.allocate_tensors()
    vectors = []
    for vector in source.golden:
        pixels = np.frombuffer(vector.pixels, np.uint8).reshape(1, *source.contract.shape)
        runtime.set_tensor(runtime.get_input_details()[0]["index"], pixels)
        runtime.invoke()
        answer = b"".join((runtime.get_tensor(row["index"]) ^ 0x80).tobytes() for row in runtime.get_output_details())
        vectors.append(msgspec.structs.replace(vector, outputs={**vector.outputs, "default": answer}))
    assert source.detector is not None
    return msgspec.structs.replace(source, golden=with_boxes(vectors, source.heads, source.detector))


@pytest.mark.parametrize("made", [web_source, finder_source], ids=["labels", "boxes"])
def test_every_check_that_a_thorough_build_makes_passes_in_this_browser(
    made: Callable[[], BundleSource], tmp_path: Path
) -> None:
    source = made()
    rows = npm_check.check(written(source, tmp_path / "bundle"), source, thorough=True)
    assert {row.name: row.why for row in rows if row.result == "failed"} == {}
    ran = [row.tool for row in rows if row.result == "passed"]
    assert {"node", "npm", "LiteRT.js", "Chromium"} <= set(ran)


def test_a_model_of_other_weights_fails_in_the_browser(app: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(app, folder, symlinks=True)
    data = bytearray((folder / "model.tflite").read_bytes())
    weights = bytes(np.random.default_rng(7).integers(-127, 128, (3, 48), np.int8).tobytes())
    at = bytes(data).index(weights)
    data[at : at + 48] = bytes(48)
    (folder / "model.tflite").write_bytes(bytes(data))
    told = ask_page(folder, "selftest.html", "return until(() => frame.contentWindow.RESULT);", seconds=SECONDS)
    assert len(told["failures"]) >= 1 and told["failures"][0].startswith("image-")


def test_the_pages_ask_no_other_server(app: Path, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    told = ask_page(
        app, "demo.html", "return {ready: await until(() => /ready/.test(frame.contentDocument.body.innerText) || null)};",
        seconds=SECONDS, flags=(f"--log-net-log={log}",),
    )  # fmt: skip
    assert told == {"ready": True}
    hosts = {address.split("/")[2].split(":")[0] for address in re.findall(r'"url":"(https?://[^"]+)"', log.read_text())}
    own = {host for host in hosts if not re.search(r"(^|\.)(google|googleapis|gvt1|gstatic)\.com$", host)}
    assert "127.0.0.1" in hosts
    # Chromium itself asks its maker for updates; no page does, and no name resolves here.
    assert own == {"127.0.0.1"}


PIXELS = """
const {pixels} = await import('/index.js');
const found = [];
for (let n = 0; n < COUNT; n++) {
  const image = await pixels(await (await fetch(`/picture-${n}.png`)).blob());
  let text = '';
  for (const byte of image.data) text += byte.toString(16).padStart(2, '0');
  found.push([image.width, image.height, text]);
}
return {found};
"""


def test_opaque_png_pictures_give_the_bytes_that_the_build_reads(app: Path) -> None:
    random = np.random.default_rng(8)
    pictures = []
    for side in (1, 3, 17, 64, 301):
        rgb = random.integers(0, 256, (side, side + 2, 3), np.uint8)
        pictures += [Image.fromarray(rgb), Image.fromarray(rgb[..., 0]), Image.fromarray(rgb).quantize(64)]
    ramp = np.stack(np.meshgrid(np.arange(256), np.arange(256)), axis=-1).astype(np.uint8)
    pictures.append(Image.fromarray(np.concatenate([ramp, 255 - ramp[..., :1]], axis=2)))
    files = {f"picture-{n}.png": as_png(image) for n, image in enumerate(pictures)}
    told = ask_page(app, "golden/golden.json", PIXELS.replace("COUNT", str(len(pictures))), seconds=SECONDS, files=files)
    assert "problem" not in told, told
    for image, (width, height, text) in zip(pictures, told["found"], strict=True):
        rgba = np.frombuffer(bytes.fromhex(text), np.uint8).reshape(height, width, 4)
        assert np.array_equal(rgba[..., :3], to_rgb(image)) and (rgba[..., 3] == 255).all(), image


DROP = """
const page = frame.contentWindow;
await until(() => /ready/.test(page.document.body.innerText) || null);
const file = new page.File([await (await fetch('/picture.png')).blob()], 'picture.png', {type: 'image/png'});
const given = new page.DataTransfer();
given.items.add(file);
page.document.body.dispatchEvent(new page.DragEvent('drop', {dataTransfer: given, cancelable: true}));
const {index, permille, review} = await until(() => page.ANSWER);
return {index, permille, review, text: page.document.getElementById('answer').textContent};
"""


def test_a_picture_that_is_dropped_on_the_demo_is_answered_as_the_build_answers_it(app: Path) -> None:
    source = web_source()
    pixels = np.frombuffer(source.golden[0].pixels, np.uint8).reshape(source.contract.shape)
    files = {"picture.png": as_png(Image.fromarray(pixels))}
    told = ask_page(app, "demo.html", DROP, seconds=SECONDS, files=files)
    answers = json.loads((app / "golden/answers.json").read_text())["vectors"][0]
    assert {key: told.get(key) for key in ("index", "permille", "review")} in answers.values(), told
    assert source.labels[told["index"]] in told["text"]


APP = """<!doctype html>
<script type="importmap">{"imports": {
  "toy-parts-model/litert": "/node_modules/toy-parts-model/litert.js",
  "@litertjs/core": "/node_modules/@litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "/node_modules/@litertjs/wasm-utils/dist/index.js"}}</script>
<script type="module" src="app.js"></script>
"""


def test_every_line_of_the_readme_does_what_it_says(app: Path, tmp_path: Path) -> None:
    folder, mine = tmp_path / "bundle", tmp_path / "app"
    written(web_source(), folder)
    mine.mkdir()
    (mine / "package.json").write_text('{"name": "an-app", "private": true}')
    asked = blocks(folder / "README.md")
    assert {block.word for block in asked} == {"run"}
    look, install = (block.text for block in asked if block.language == "sh")
    (code,) = (block.text for block in asked if block.language == "js")
    first, second, start = look.splitlines()
    for line in (first, second):
        done = subprocess.run(line.split(), cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
    assert "passed: 7 preprocessing cases" in done.stdout
    types = {"html": "text/html", "js": "text/javascript", "wasm": "application/wasm"}
    with running(start, folder) as address:
        for page in ("demo.html", "selftest.html", "litert.js", "node_modules/@litertjs/core/wasm/litert_wasm_internal.wasm"):
            with urllib.request.urlopen(f"{address}/{page}", timeout=20) as answer:
                kind = answer.headers["content-type"]
            assert kind.split(";")[0] == types[page.split(".")[-1]]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}/..%2f..%2fetc/passwd", timeout=20)
    words = install.replace("path/to/this/folder", str(folder)).split()
    subprocess.run(words, cwd=mine, capture_output=True, timeout=300, check=True)
    shutil.copytree(mine / "node_modules/@litertjs/core/wasm", mine / "wasm")
    (mine / "index.html").write_text(APP)
    picture = "const picture = await (await fetch('picture.png')).blob();\nconst show = (...told) => { window.TOLD = told; };\n"
    imports, rest = code.split("\n", 1)
    (mine / "app.js").write_text(f"{imports}\n{picture}{rest}")
    pixels = np.frombuffer(web_source().golden[1].pixels, np.uint8).reshape(web_source().contract.shape)
    (mine / "picture.png").write_bytes(as_png(Image.fromarray(pixels)))
    told = ask_page(mine, "index.html", "return {told: await until(() => frame.contentWindow.TOLD)};", seconds=SECONDS)
    label, share, review = told["told"]
    known = json.loads((folder / "golden/answers.json").read_text())["vectors"][1].values()
    assert (label, share, review) in [
        (web_source().labels[row["index"]], row["permille"] / 1000, row["review"]) for row in known
    ]


class running:
    """A server that a command starts, on a port of its own."""

    def __init__(self, command: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            command.split(), cwd=folder, stdout=subprocess.PIPE, text=True, env={**os.environ, "PORT": "0"}, process_group=0
        )

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        for line in self.lines(self.process.stdout):
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                return found.group()
        raise AssertionError("the server says no address")

    @staticmethod
    def lines(stream: io.TextIOBase | object) -> Iterator[str]:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            yield stream.readline()  # type: ignore[union-attr]

    def __exit__(self, *given: object) -> None:
        os.killpg(self.process.pid, 15)
        self.process.wait(20)


def test_the_declarations_hold_for_an_app_in_typescript(app: Path, tmp_path: Path) -> None:
    folder = tmp_path / "typed"
    shutil.copytree(app, folder, symlinks=True)
    wanted = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "typescript"]
    if subprocess.run(wanted, cwd=folder, capture_output=True, timeout=300, check=False).returncode:
        pytest.skip("npm cannot fetch TypeScript")
    good = "import {decide, labels, prepare} from './index.js';\nimport {load} from './litert.js';\n" \
        "const bytes: Uint8Array = prepare({data: new Uint8ClampedArray(4), width: 1, height: 1});\n" \
        "const {label, permille, review} = decide(bytes);\nconst text: string = label + permille + review + labels[0];\n" \
        "export const answer = async () => (await (await load({wasm: text})).answer(document.createElement('img'))).label;\n"
    (folder / "good.ts").write_text(good)
    (folder / "bad.ts").write_text(good.replace("{label, permille, review}", "{label, boxes, review, permille}"))
    flags = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom"]
    told = [
        subprocess.run(
            ["node_modules/.bin/tsc", *flags, name], cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
        for name in ("good.ts", "bad.ts")
    ]
    assert told[0].returncode == 0, told[0].stdout
    assert told[1].returncode != 0 and "boxes" in told[1].stdout
