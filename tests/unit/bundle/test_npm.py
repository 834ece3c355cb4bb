"""The browser bundle: an npm package whose JavaScript gives the build's bytes and decisions in Node; the browser is asked in
test_npm_browser.py."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from device_sources import (
    DETECTORS,
    EACH_LABEL,
    LABELS,
    answering,
    boxes,
    head,
    noisy_boxes,
    sources,
    with_contract,
)
from numpy.typing import NDArray
from synthetic_source import synthetic_source

from espalier.bundle import device_cases, npm, npm_check, number_cases
from espalier.bundle.device_facts import model_facts
from espalier.errors import UnsupportedModelError
from espalier.facts import Artifact, BundleSource
from espalier.load.decode import to_rgb
from espalier.preparation import prepare
from espalier.recipe import InputContract
from espalier.target import load_target
from espalier.task.boxes.frame import to_frame, window_of

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")


def web_source() -> BundleSource:
    return msgspec.structs.replace(synthetic_source(labels=("good", "a scratch", "crack")), target=load_target("web"))


SOURCES = {**sources(synthetic_source()), **{name: noisy_boxes(boxes(**options)) for name, options in DETECTORS.items()}}


def write(files: Sequence[Artifact], folder: Path) -> Path:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(npm.contents(web_source()), tmp_path / "bundle")


def node(folder: Path, script: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a module beside the package's own."""
    (folder / "asked.test.mjs").write_text(script)
    command = ["node", "asked.test.mjs"]
    return subprocess.run(command, cwd=folder, input=given, capture_output=True, timeout=300, check=False)


def test_equal_sources_give_equal_bytes() -> None:
    assert npm.contents(web_source()) == npm.contents(web_source())


def test_the_package_names_its_files_its_types_and_its_one_dependency(folder: Path) -> None:
    package = json.loads((folder / "package.json").read_text())
    assert (package["name"], package["version"], package["type"]) == ("toy-parts-model", "1.2.3", "module")
    assert package["peerDependencies"] == {"@litertjs/core": "^2.5.0"}
    assert "dependencies" not in package
    assert npm_check.check(folder, web_source())[0].result == "passed"
    (folder / "litert.d.ts").unlink()
    assert npm_check.check(folder, web_source())[0].why == "no ./litert.d.ts"


def test_pages_may_ask_their_own_server_only_and_nothing_in_the_package_names_another(folder: Path) -> None:
    for page in ("demo.html", "selftest.html"):
        text = (folder / page).read_text()
        assert "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-" in text
        assert "connect-src 'self'" in text
    for path in folder.rglob("*"):
        if path.suffix in (".js", ".html", ".css", ".ts"):
            text = path.read_text().replace("http://127.0.0.1:", "").replace("'http://localhost'", "")
            assert "http" not in text.replace("node:http", "").replace("http-equiv", ""), path


@pytest.mark.parametrize("kind", SOURCES)
@needs_node
def test_javascript_prepares_and_decides_as_the_build_does(kind: str, tmp_path: Path) -> None:
    source = SOURCES[kind]
    write(npm.contents(source), tmp_path)
    done = subprocess.run(["node", "selftest.node.js"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cases, answers = len(source.contract_cases), 32 + sum(len(row.outputs) for row in source.golden)
    rows = len(number_cases.cases(source)) if source.numbers else 0
    assert done.stdout == f"passed: {cases} preprocessing cases, {answers} answers, {rows} rows of numbers\n"


@needs_node
@pytest.mark.parametrize("broken", ["case-2.bin", "answers.json", "../model.tflite", "../facts.js"])
def test_a_changed_byte_fails_the_self_test(broken: str, folder: Path) -> None:
    path = folder / "golden" / broken
    data = path.read_bytes()
    changes = {"answers.json": (b'"permille": ', b'"permille": 1'), "../facts.js": (b'"zero_point": 0', b'"zero_point": 1')}
    old, new = changes.get(broken, (data[-1:], bytes([data[-1] ^ 1])))
    path.write_bytes(data.replace(old, new) if broken in changes else data[:-1] + new)
    (row,) = (check for check in npm_check.check(folder, web_source()) if check.tool == "node")
    assert row.result == "failed"


def test_node_that_is_absent_or_broken_is_not_run_and_says_why(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    rows = npm_check.check(folder, web_source())
    assert [row.result for row in rows] == ["passed", *["not run"] * (len(rows) - 1)]
    tools = tmp_path / "tools"
    tools.mkdir()
    broken = "test $1 = --version && echo v20.1.0 || exit 3"
    for text, why in (("echo v16.1.0", "18 or later is needed"), (broken, "does not work here")):
        (tools / "node").write_text(f"#!/bin/sh\n{text}\n")
        (tools / "node").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
        (row,) = (check for check in npm_check.check(folder, web_source()) if check.tool == "node")
        assert row.result == "not run" and why in row.why


def test_checks_that_take_seconds_run_when_asked_for_only(folder: Path) -> None:
    slow = [row for row in npm_check.check(folder, web_source()) if row.tool in ("npm", "tsc", "LiteRT.js", "Chromium")]
    assert {row.result for row in slow} == {"not run"}


def test_an_answer_that_no_javascript_decides_is_refused_in_words() -> None:
    strange = msgspec.structs.replace(EACH_LABEL, source="guess")
    source = answering(web_source(), (head(3),), labels=LABELS, decision=strange)
    with pytest.raises(UnsupportedModelError) as told:
        npm.contents(source)
    assert "decided by guess" in told.value.found and "classify" in str(told.value.supported)


def test_facts_name_every_output_and_the_bytes_of_the_uint8_model() -> None:
    facts = msgspec.json.decode(msgspec.json.encode(model_facts(SOURCES["several"], "model.tflite")))
    assert [row["name"] for row in facts["outputs"]] == ["what", "ok", "face", "where", "much"]
    assert [part["kind"] for part in facts["answer"]["parts"]] == ["classify", "binary", "embed", "map", "values"]
    assert facts["answer"]["parts"][1]["positive"] == 12 + 128 and facts["outputs"][4]["zero_point"] == 132


def test_large_outputs_are_tried_twice_at_least_and_small_ones_no_more_than_needed() -> None:
    large = answering(web_source(), (head(300, 400, 3),))
    assert len(device_cases.more_outputs(large)) == 2
    assert len(device_cases.more_outputs(web_source())) == device_cases.MOST


# ---- preprocessing on many pictures ----

ASK = """
import {prepare} from './prepare.js';
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const given = Buffer.concat(chunks);
for (let at = 0; at < given.length;) {
  const length = given.readUInt32LE(at);
  const {contract, width, height, bytes} = JSON.parse(given.subarray(at + 4, at + 4 + length));
  at += 4 + length;
  const data = new Uint8Array(given.subarray(at, at + bytes));
  at += bytes;
  process.stdout.write(prepare({data, width, height}, contract));
}
"""


def random_pictures(count: int, side: int, seed: int) -> list[tuple[NDArray[np.uint8], InputContract]]:
    """Pictures and contracts of every way to resize, fit, smooth and balance; noise, blocks and flat ones."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        color = str(random.choice(["rgb", "bgr", "gray", "bands"]))
        contract = InputContract(
            size=(int(random.integers(1, side)), int(random.integers(1, side))),
            color=color,  # type: ignore[arg-type]
            bands=int(random.integers(1, 6)) if color == "bands" else 0,
            resize=str(random.choice(["nearest", "bilinear", "bicubic", "area"])),  # type: ignore[arg-type]
            fit=str(random.choice(["stretch", "crop", "pad"])),  # type: ignore[arg-type]
            smooth=str(random.choice(["none", "none", "gaussian", "median"])),  # type: ignore[arg-type]
            balance=str(random.choice(["none", "none", "per-image", "min-max", "equalize"])),  # type: ignore[arg-type]
            mean=(0.0,), std=(1.0,),
        )  # fmt: skip
        shape = (int(random.integers(1, 2 * side)), int(random.integers(1, 2 * side)), contract.source_channels)
        image = random.integers(0, 256, shape, np.uint8)
        if number % 3 == 1:
            image = np.where(image < 128, np.uint8(0), np.uint8(255))
        elif number % 7 == 2:
            image = (90 + image % 3).astype(np.uint8)
        found.append((image, contract))
    return found


def in_javascript(folder: Path, cases: Sequence[tuple[NDArray[np.uint8], InputContract]]) -> list[bytes]:
    given, lengths = [], []
    for image, contract in cases:
        own = model_facts(with_contract_only(contract), "")["contract"]
        rgba = np.concatenate([image, np.full((*image.shape[:2], 1), 255, np.uint8)], axis=2)
        data = image.tobytes() if contract.color == "bands" else rgba.tobytes()
        asked = {"contract": own, "width": image.shape[1], "height": image.shape[0], "bytes": len(data)}
        text = json.dumps(asked).encode()
        given.append(len(text).to_bytes(4, "little") + text + data)
        lengths.append(contract.size[0] * contract.size[1] * contract.channels)
    done = node(folder, ASK, b"".join(given))
    assert done.returncode == 0, done.stderr.decode()
    ends = np.cumsum([0, *lengths])
    assert len(done.stdout) == ends[-1]
    return [done.stdout[start:end] for start, end in itertools.pairwise(ends)]


def with_contract_only(contract: InputContract) -> BundleSource:
    recipe = msgspec.structs.replace(web_source().recipe, input=contract)
    return msgspec.structs.replace(web_source(), recipe=recipe)


def assert_equal(folder: Path, cases: Sequence[tuple[NDArray[np.uint8], InputContract]]) -> None:
    for (image, contract), found in zip(cases, in_javascript(folder, cases), strict=True):
        assert found == prepare(image, contract).tobytes(), (image.shape, contract)


@needs_node
def test_javascript_prepares_random_pictures_as_the_contract_says(folder: Path) -> None:
    assert_equal(folder, random_pictures(300, 40, 1))


@needs_node
@pytest.mark.sweep
def test_javascript_prepares_ten_thousand_random_pictures_as_the_contract_says(folder: Path) -> None:
    for seed in range(12):
        assert_equal(folder, random_pictures(1000, 70, 100 + seed))


@needs_node
def test_javascript_prepares_large_pictures_as_the_contract_says(folder: Path) -> None:
    random = np.random.default_rng(4)
    large = random.integers(0, 256, (1999, 1501, 3), np.uint8)
    assert_equal(folder, [(large, InputContract(size=(223, 96), resize=way, fit="crop")) for way in ("area", "bicubic")])
    line = random.integers(0, 256, (1, 4001, 3), np.uint8)
    assert_equal(folder, [(line, InputContract(size=(700, 3), resize=way)) for way in ("area", "bicubic", "bilinear")])


@needs_node
def test_javascript_puts_transparent_pictures_on_black_as_the_build_does(folder: Path) -> None:
    from PIL import Image

    rgba = np.random.default_rng(6).integers(0, 256, (256, 64, 4), np.uint8)
    rgba[..., 3] = np.arange(256, dtype=np.uint8)[:, None]
    contract = InputContract(size=(256, 64))
    wanted = prepare(to_rgb(Image.fromarray(rgba, "RGBA")), contract).tobytes()
    own = model_facts(with_contract_only(contract), "")["contract"]
    text = json.dumps({"contract": own, "width": 64, "height": 256, "bytes": rgba.size}).encode()
    assert node(folder, ASK, len(text).to_bytes(4, "little") + text + rgba.tobytes()).stdout == wanted


@needs_node
def test_javascript_turns_pictures_clockwise_and_refuses_what_is_none(folder: Path) -> None:
    script = """
import {rotate} from './prepare.js';
import {prepare, decide, numbers, nearest} from './index.js';
const image = {width: 3, height: 2, data: Uint8ClampedArray.from({length: 24}, (_, n) => n)};
const reds = (turned) => [turned.width, turned.height, ...turned.data.filter((_, n) => n % 4 === 0)];
const refused = (ask) => { try { ask(); return 'taken'; } catch (problem) { return problem.message; } };
console.log(JSON.stringify([
  ...[0, 90, 180, 270].map((degrees) => reds(rotate(image, degrees))),
  refused(() => rotate(image, 45)), refused(() => prepare({...image, width: 4})), refused(() => decide([new Uint8Array(2)])),
  refused(() => numbers([1])), refused(() => nearest([1], [[1]])),
]));
"""
    done = node(folder, script)
    assert done.returncode == 0, done.stderr.decode()
    *turned, degrees, size, output, count, vectors = json.loads(done.stdout)
    grid = np.arange(0, 24, 4).reshape(2, 3)
    for quarter, found in enumerate(turned):
        wanted = np.rot90(grid, -quarter)
        assert found == [wanted.shape[1], wanted.shape[0], *wanted.ravel().tolist()]
    assert "not 45" in degrees and "has 32 bytes, this one 24" in size and "has 3 bytes, not 2" in output
    assert "takes 0 numbers, not 1" in count and "gives no vectors" in vectors


@needs_node
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_javascript_tells_boxes_in_pixels_of_the_picture_as_the_build_does(fit: str, tmp_path: Path) -> None:
    source = with_contract(boxes(), msgspec.structs.replace(boxes().contract, fit=fit))
    write(npm.contents(source), tmp_path)
    assert source.detector is not None
    answer = bytes(byte ^ 0x80 for byte in source.golden[0].outputs["reference"])
    script = f"""
import {{decide}} from './index.js';
const {{boxes, rows}} = decide(Uint8Array.from({list(answer)}), {{width: 641, height: 480}});
console.log(JSON.stringify([rows, boxes.map(({{left, top, right, bottom}}) => [left, top, right, bottom])]));
"""
    rows, placed = json.loads(node(tmp_path, script).stdout)
    corners = np.array(rows, np.int64)[:, :4]
    assert len(rows) > 3
    assert placed == to_frame(corners, window_of(480, 641, source.contract), source.detector.bits, 0).tolist()
