"""The phone bundle of a detector: boxes in plain Java, and the model with raw boxes and scores that MediaPipe decodes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import flatbuffers
import msgspec
import numpy as np
import pytest
from detector_models import LABELS, answers_of, detector_source, finder, some_pictures, with_target
from synthetic_source import synthetic_source

from espalier.bundle import android, android_check, mediapipe_boxes
from espalier.bundle.android_layout import java_package, library_path
from espalier.bundle.archive import read_zip
from espalier.bundle.box_models import meaning, mediapipe_model
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import detection_jar
from espalier.bundle.metadata_check import metadata_problem
from espalier.facts import BundleSource
from espalier.tflite.box_heads import joined_heads
from espalier.tflite.decoding_options import decoding_options
from espalier.tflite.read import read_tflite

KINDS = (
    {},
    {"joined": False},
    {"scores": "none"},
    {"scores": "softmax", "background": "first"},
    {"scores": "softmax", "background": "last", "joined": False},
    {"order": "yxhw"},
    {"decode": "retinanet"},
)
needs_jdk = pytest.mark.skipif(not shutil.which("javac") or not shutil.which("java"), reason="no JDK")


def phone_source(**options: object) -> BundleSource:
    return with_target(detector_source(**options), "android-arm64")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("android")
    for file in android.contents(phone_source(joined=False)):
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(file.data)
    return folder


def test_no_check_of_the_bundle_fails_and_java_decodes_the_known_boxes(bundle: Path) -> None:
    rows = android_check.check(bundle, phone_source(joined=False), thorough=True)
    assert not [row for row in rows if row.result == "failed"], [row for row in rows if row.result == "failed"]
    if shutil.which("javac"):
        passed = {row.name for row in rows if row.result == "passed"}
        assert "shipped Java sources compile and pass the self-test" in passed


DRIVER = """
package @PACKAGE@;
public final class Driver {
    public static void main(String[] words) {
        byte[][] outputs = new byte[words.length - 2][];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = new byte[words[i + 2].length() / 2];
            for (int j = 0; j < outputs[i].length; j++) {
                outputs[i][j] = (byte) Integer.parseInt(words[i + 2].substring(2 * j, 2 * j + 2), 16);
            }
        }
        for (Boxes.Found found : Boxes.find(outputs, Integer.parseInt(words[0]), Integer.parseInt(words[1]))) {
            System.out.println(found.label + " " + found.left + " " + found.top + " " + found.right + " " + found.bottom);
        }
    }
}
"""


@needs_jdk
def test_java_gives_labels_and_edges_in_pixels_of_the_picture(bundle: Path, tmp_path: Path) -> None:
    from espalier.task.boxes.decode import detect
    from espalier.task.boxes.frame import to_frame, window_of
    from espalier.task.boxes.golden import split

    source = phone_source(joined=False)
    assert source.detector is not None
    package = java_package(source)
    (tmp_path / "classes.jar").write_bytes(read_zip((bundle / library_path(source, ".aar")).read_bytes())["classes.jar"])
    (tmp_path / "Driver.java").write_text(DRIVER.replace("@PACKAGE@", package))
    subprocess.run(["javac", "-cp", "classes.jar", "-d", ".", "Driver.java"], cwd=tmp_path, check=True, timeout=60)
    heads = split(source.golden[0].outputs["reference"], source.heads)
    words = ["640", "480", *((head.view(np.uint8) ^ 0x80).tobytes().hex() for head in heads)]
    command = ["java", "-Xshare:auto", "-cp", "classes.jar:.", f"{package}.Driver", *words]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=60)
    boxes = detect(source.detector, heads)
    placed = to_frame(boxes.corners.astype(np.int64), window_of(480, 640, source.contract), source.detector.bits, 0)
    wanted = [
        f"{LABELS[label]} {' '.join(map(str, edges))}"
        for label, edges in zip(boxes.labels.tolist(), placed.tolist(), strict=True)
    ]
    assert done.stdout.splitlines() == wanted and len(wanted) > 3


def test_a_changed_known_box_fails_the_self_test_of_the_phone(tmp_path: Path) -> None:
    if not shutil.which("java"):
        pytest.skip("no Java")
    source = phone_source()
    first, *rest = source.golden
    row = first.boxes["reference"][0]
    moved = {"reference": ((row[0] + 1, *row[1:]), *first.boxes["reference"][1:])}
    source = msgspec.structs.replace(source, golden=(msgspec.structs.replace(first, boxes=moved), *rest))
    for file in android.contents(source):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_bytes(file.data)
    rows = android_check.check(tmp_path, source)
    (failed,) = [row for row in rows if row.result == "failed"]
    assert "decoded to other boxes" in failed.why


@needs_jdk
def test_the_shipped_classes_of_detection_are_what_their_sources_compile_to() -> None:
    shipped = specialise.compiled_template(detects=True).keys() - specialise.compiled_template().keys()
    assert read_zip(detection_jar()).keys() == shipped
    version = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=True).stdout
    if version.startswith("javac 17."):
        made, held = read_zip(detection_jar()), specialise.compiled_template(detects=True)
        assert made == {path: held[path] for path in shipped}, "run `python -m espalier.bundle.java.compile`"


def test_a_classifier_s_library_has_no_class_of_detection() -> None:
    files = {file.path: file.data for file in android.contents(synthetic_source())}
    assert not [path for path in files if path.startswith("mediapipe/")]
    (library,) = [data for path, data in files.items() if path.endswith(".aar")]
    names = {path.rsplit("/", 1)[1] for path in read_zip(read_zip(library)["classes.jar"])}
    assert not names & {"Boxes.class", "Detector.class", "Frame.class", "detector.bin"}


# ---- the model for MediaPipe ----


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_the_raw_pair_decoded_as_mediapipe_does_is_our_decode(options: dict[str, object]) -> None:
    """Every anchor's box, in floating point, from the two tensors and the anchors in the metadata."""
    source, made = detector_source(**options), finder(**options)  # type: ignore[arg-type]
    means = meaning(source)
    assert not isinstance(means, str) and means.exact
    graph = read_tflite(joined_heads(made.model, made.detector))
    picture = some_pictures(1, seed=8)
    (answer,) = answers_of(graph, picture)
    count, classes = len(means.anchors), means.classes
    flat = np.frombuffer(answer, np.int8)
    quants = [graph.tensors[index].quant for index in graph.outputs]
    assert quants[0] is not None and quants[1] is not None
    raw = quants[0].scale * (flat[: 4 * count].reshape(count, 4).astype(float) - quants[0].zero_point)
    scores = quants[1].scale * (flat[4 * count :].reshape(count, classes).astype(float) - quants[1].zero_point)
    scores = 1 / (1 + np.exp(-scores)) if means.sigmoid else scores
    x, y, w, h = means.scales
    ax, ay, aw, ah = means.anchors.T
    middle = np.stack([raw[:, 1] / x * aw + ax, raw[:, 0] / y * ah + ay], axis=1)
    size = np.stack([np.exp(raw[:, 3] / w) * aw, np.exp(raw[:, 2] / h) * ah], axis=1)
    whole = np.array([made.detector.width, made.detector.height] * 2) / (1 << made.detector.bits)
    corners = np.concatenate([middle - size / 2, middle + size / 2], axis=1) * whole
    assert len(corners) == made.detector.anchors
    (given,) = answers_of(made.graph, picture)
    from espalier.task.boxes.decode import detect
    from espalier.task.boxes.golden import split

    boxes = detect(made.detector, split(given, source.heads))
    assert len(boxes) > 3
    near = 0.2 if options.get("joined") is False else 0.05  # levels of their own scales are brought to one, in steps of int8
    for corner, label, score, anchor in zip(boxes.corners, boxes.labels, boxes.scores, boxes.anchors, strict=True):
        assert np.abs(np.clip(corners[anchor], 0, whole) - corner / (1 << made.detector.bits)).max() < near
        assert scores[anchor].argmax() == label
        assert abs(scores[anchor, label] - score / 2**31) < 0.02


def test_what_mediapipe_cannot_decode_is_said_in_words() -> None:
    source = detector_source()
    assert source.detector is not None
    cells = msgspec.structs.replace(source.detector, shape="cells")
    assert "this model gives cells" in str(meaning(msgspec.structs.replace(source, detector=cells)))
    assert "finds no boxes" in str(meaning(synthetic_source()))
    gray = msgspec.structs.replace(source.recipe, input=msgspec.structs.replace(source.recipe.input, color="gray"))
    assert "feed rgb, this model takes gray" in str(meaning(msgspec.structs.replace(source, recipe=gray)))


def test_the_metadata_names_labels_anchors_and_decode() -> None:
    source = phone_source()
    means = meaning(source)
    assert not isinstance(means, str)
    model = mediapipe_model(source, means)
    assert model == mediapipe_model(source, means)
    assert b"DETECTOR_METADATA" in model and decoding_options(means) in model and b"spoon & fork\n" in model
    root = flatbuffers.table.Table(decoding_options(means), int.from_bytes(decoding_options(means)[:4], "little"))
    assert root.Offset(8)  # tensors_decoding_options is the third field
    # Of the labels our reader of metadata looks at one output only, and this model has two.
    assert "rows where one is expected" in metadata_problem(model, source.labels, 3)


def test_the_readme_says_how_an_app_finds_boxes() -> None:
    readme = android.readme(phone_source()).decode()
    assert "Boxes.find(" in readme and "`mediapipe/toy-finder.tflite`" in readme and "@" not in readme.replace("@Test", "")
    assert f"import {java_package(phone_source())}.Boxes" in readme


@pytest.mark.parametrize("decode", ["yolo-v3", "yolo-v5"])
def test_what_integers_cannot_say_is_looked_up_in_floating_point(decode: str) -> None:
    source = phone_source(decode=decode)
    means = meaning(source)
    assert not isinstance(means, str) and not means.exact and not means.sigmoid and means.scales == (1.0, 1.0, 1.0, 1.0)
    model = mediapipe_model(source, means)
    assert decoding_options(means) in model and len(model) < len(source.uint8_model) + 30_000


def test_of_boxes_of_one_score_mediapipe_may_keep_another_and_of_other_scores_not() -> None:
    source = detector_source(larger=12)
    outputs = [next(iter(vector.outputs.values())) for vector in source.golden]
    assert source.detector is not None
    ours = [mediapipe_boxes._ours(source.detector, source, output) for output in outputs]
    answers = [[[label, score, *box] for label, score, box in rows] for rows in ours]
    first = next(rows for rows in answers if rows)
    assert mediapipe_boxes.agreement(source, outputs, answers).near == sum(map(len, answers)) > 1
    _, score, x1, y1, x2, y2 = first[0]
    first[0] = [first[0][0], score, x1, y1, x2, y1 + (y2 - y1) // 2]
    found = mediapipe_boxes.agreement(source, outputs, answers)
    assert (found.near, found.tied) == (found.boxes - 1, 1)
    first[0][1] = score - 0.01
    assert mediapipe_boxes.agreement(source, outputs, answers).tied == 0
