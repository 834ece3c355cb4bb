"""A detector from its Keras file to a phone, a Pi and a microcontroller: every bundle holds its boxes, and proves them."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from test_detector import project
from tiny_detector import LABELS, SIDE, apart, scenes
from tried import tried

from espalier.bundle.archive import read_deb, read_zip
from espalier.command.build import build
from espalier.command.verify import verify_bundle
from espalier.stages.outcome import Outcome
from espalier.store import Store

TARGETS = ("android-arm64", "raspberry-pi-4", "cortex-m4")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("detector")
    apart().save(folder / "model.keras")
    recipe = project(folder, targets=TARGETS)
    return build(recipe, out=folder / "dist", store=Store(folder / "store"))


def test_every_bundle_of_a_detector_is_made_and_no_check_of_it_fails(outcome: Outcome) -> None:
    assert outcome.failure is None, outcome.failure
    failed = [check for check in outcome.report.checks if check.result == "failed"]
    assert not failed, failed
    names = {check.name.partition(": ")[2]: check for check in outcome.report.checks if check.result == "passed"}
    assert "prepare and detect equal the build machine's answers" in names
    if importlib.util.find_spec("unicorn"):
        (emulated,) = [check for name, check in names.items() if name.startswith("C program against the numpy reference")]
        assert "decoded boxes are equal" in emulated.why and "bytes of RAM for one picture" in emulated.why


def test_golden_vectors_hold_the_boxes_in_every_bundle_and_verify_decodes_them_again(outcome: Outcome) -> None:
    for target in TARGETS:
        folder = outcome.folder / target
        golden = json.loads((folder / "golden" / "golden.json").read_text())
        assert golden["detector"] == "detector.bin"
        assert sum(len(rows) for vector in golden["vectors"] for rows in vector.get("boxes", {}).values()) > 3
        checks = verify_bundle(folder).checks
        assert any("decoded again" in check.name and check.result == "passed" for check in checks)


def test_the_c_library_has_the_decode_and_its_labels(outcome: Outcome) -> None:
    source = outcome.folder / "cortex-m4" / "squares_model" / "src"
    assert {"squares_detect.c", "squares_detector.c", "squares_frame.c", "squares_model_labels.c"} <= {
        path.name for path in source.iterdir()
    }
    assert "int squares_selftest(void *arena, int8_t *output_0, int8_t *output_1, squares_box *boxes);" in (
        source / "squares.h"
    ).read_text()


def test_the_program_on_the_pi_finds_the_squares_of_a_folder_of_frames(outcome: Outcome, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    for path, data in read_deb(package.read_bytes()).data.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    program = tmp_path / "usr/lib/squares-model/detect.py"
    frames = outcome.folder.parents[1] / "evaluation"  # 160 x 96, the scenes stretched
    command = [sys.executable, "-B", str(program), "--json", "--draw", str(tmp_path / "drawn"), str(frames)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    truth = scenes(60, 2)
    assert len(rows) == len(truth) == len(list((tmp_path / "drawn").iterdir()))
    found = wanted = 0
    for row, scene in zip(rows, truth, strict=True):
        wanted += len(scene.objects)
        for x1, y1, x2, y2, label in scene.objects:
            edges = [x1 * 160 / SIDE, y1 * 96 / SIDE, x2 * 160 / SIDE, y2 * 96 / SIDE]
            found += any(
                box["label"] == LABELS[label] and max(abs(a - b) for a, b in zip(box["box"], edges, strict=True)) <= 6
                for box in row["boxes"]
            )
    assert found >= 0.95 * wanted


def test_the_library_of_a_phone_finds_boxes_in_plain_java(outcome: Outcome) -> None:
    (library,) = (outcome.folder / "android-arm64" / "maven").rglob("*.aar")
    classes = {path.rsplit("/", 1)[1] for path in read_zip(read_zip(library.read_bytes())["classes.jar"])}
    assert {"Boxes.class", "Detector.class", "Frame.class"} <= classes and "Decision.class" not in classes


def test_run_finds_the_boxes_of_every_bundle_and_draws_them(outcome: Outcome, tmp_path: Path) -> None:
    images = sorted((outcome.folder.parents[1] / "evaluation").glob("*.png"))[:3]
    said = [[row.answer for row in tried(outcome.folder / target, *images)] for target in TARGETS]
    assert all(one == said[0] for one in said)
    rows = tried(outcome.folder, *images, out=tmp_path, with_float=True)
    assert [row.answer for row in rows] == said[0] and any(row.answer and row.answer.boxes for row in rows)
    for row, image in zip(rows, images, strict=True):
        assert row.answer is not None and row.answer.boxes is not None
        with Image.open(row.drawn[0]) as drawn, Image.open(image) as given:
            assert drawn.size == given.size == (row.width, row.height)
            assert (drawn.convert("RGB").tobytes() != given.convert("RGB").tobytes()) is bool(row.answer.boxes)
