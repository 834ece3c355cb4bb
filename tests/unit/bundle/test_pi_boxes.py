"""The program of a detector on a Raspberry Pi: prints and draws boxes on any machine, watches zones, lines and absence."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from detector_models import CONTRACT, LABELS, answers_of, detector_source, finder, some_pictures, with_target
from PIL import Image
from synthetic_source import synthetic_source

from espalier.bundle import manifest, pi_consumers, raspberry_pi
from espalier.bundle.archive import read_deb
from espalier.bundle.box_models import decoding_model, meaning
from espalier.bundle.debian import installed_tree
from espalier.bundle.debian_boxes import MODULES
from espalier.bundle.pi.device.problem import Problem
from espalier.bundle.pi.device.sights import Seen, Tracks, Watch, crossing, inside, overlap, read_place
from espalier.command.verify import verify_bundle
from espalier.errors import VerificationError
from espalier.facts import BundleSource
from espalier.target import load_target
from espalier.task.boxes.decode import detect
from espalier.task.boxes.frame import to_frame, window_of
from espalier.task.boxes.golden import split

NAME = "toy-finder-model"
needs_runtime = pytest.mark.skipif(importlib.util.find_spec("ai_edge_litert") is None, reason="no runtime for .tflite")


def pi_source() -> BundleSource:
    return with_target(detector_source(), "raspberry-pi-5")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, source = tmp_path_factory.mktemp("bundle"), pi_source()
    files = raspberry_pi.contents(source)
    for file in files:
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(file.data)
    (folder / "manifest.json").write_bytes(manifest.write(source, files))
    return folder


@pytest.fixture(scope="module")
def program(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree")
    for path, data in read_deb((bundle / f"{NAME}_1.2.3_all.deb").read_bytes()).data.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    return tree / "usr/lib" / NAME / "detect.py"


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    for number, picture in enumerate(some_pictures(3, seed=9)):
        Image.fromarray(picture.repeat(2, 0).repeat(3, 1)).save(folder / f"frame-{number}.png")
    return folder


def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", str(program), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def known(path: Path) -> list[tuple[str, float, list[int]]]:
    """Label, confidence and box of an image file by the build's own modules, on LiteRT's default kernels."""
    from ai_edge_litert.interpreter import Interpreter

    from espalier.contract import prepare

    source = pi_source()
    assert source.detector is not None
    rgb = np.asarray(Image.open(path).convert("RGB"))
    runtime = Interpreter(model_content=source.uint8_model)
    runtime.allocate_tensors()
    runtime.set_tensor(runtime.get_input_details()[0]["index"], prepare(rgb, CONTRACT)[None])
    runtime.invoke()
    given = b"".join((runtime.get_tensor(row["index"]) ^ 0x80).tobytes() for row in runtime.get_output_details())
    boxes = detect(source.detector, split(given, source.heads))
    window = window_of(rgb.shape[0], rgb.shape[1], CONTRACT)
    placed = to_frame(boxes.corners.astype(np.int64), window, source.detector.bits, 0).tolist()
    scores = (boxes.scores / 2**31).tolist()
    return [(LABELS[n], score, box) for n, score, box in zip(boxes.labels.tolist(), scores, placed, strict=True)]


@needs_runtime
def test_a_folder_of_frames_is_answered_with_the_boxes_of_the_build_in_pixels_of_the_frame(program: Path, frames: Path) -> None:
    done = run(program, "--json", str(frames))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["image"]).name for row in rows] == ["frame-0.png", "frame-1.png", "frame-2.png"]
    for row in rows:
        wanted = known(Path(row["image"]))
        assert [(box["label"], box["box"]) for box in row["boxes"]] == [(label, box) for label, _, box in wanted]
        assert np.allclose([box["confidence"] for box in row["boxes"]], [score for _, score, _ in wanted], atol=1e-6)
        assert sum(row["counts"].values()) == len(wanted)
    assert sum(len(row["boxes"]) for row in rows) > 5


@needs_runtime
def test_every_frame_is_drawn_with_its_boxes(program: Path, frames: Path, tmp_path: Path) -> None:
    done = run(program, "--draw", str(tmp_path / "drawn"), "--zone", "door=10%,10%:50%,90%:90%,10%", str(frames))
    assert done.returncode == 0, done.stderr
    drawn = sorted((tmp_path / "drawn").iterdir())
    assert [path.name for path in drawn] == [f"{n + 1:06d}-frame-{n}.png" for n in range(3)]
    for path, given in zip(drawn, sorted(frames.iterdir()), strict=True):
        before, after = (np.asarray(Image.open(file).convert("RGB")).astype(int) for file in (given, path))
        assert before.shape == after.shape
        changed = np.abs(before - after).sum(axis=2) > 0
        for _, _, (left, top, right, bottom) in known(given):
            if right - left > 2 and bottom - top > 2:
                assert changed[top:bottom, right - 1].mean() > 0.3 or changed[bottom - 1, left:right].mean() > 0.3
    plain = done.stdout.splitlines()[0].split("\t")
    assert len(plain) == 5 and plain[0].endswith("frame-0.png") and plain[3] == "-"


@needs_runtime
def test_a_label_a_zone_and_absence_start_commands(program: Path, frames: Path, tmp_path: Path) -> None:
    boxes = known(sorted(frames.iterdir())[0])
    label, _, box = boxes[0]
    wrote = tmp_path / "wrote"
    shell = ["sh", "-c", 'echo "$@" >> "$0"', str(wrote)]
    done = run(
        program, "--zone", "all=0,0:100%,100%", "--none", "1", "--fps", "1", "--zone", "nowhere=0,0:1,1",
        "--on", label, "--exec", *shell, "seen", "{label}", "{box}", "{count}", ";",
        "--on", "any@all", "--exec", *shell, "zone", "{confidence}", ";",
        "--on", "none@nowhere", "--exec", *shell, "nobody", ";", str(frames),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = wrote.read_text().splitlines()
    assert f"seen {label} {','.join(map(str, box))} {len(boxes)}" in lines
    assert sum(line.startswith("zone 0.") for line in lines) == 1  # it begins once: a stream, not three files
    assert lines.count("nobody") == 1
    assert "none@nowhere" in done.stdout.splitlines()[-1].split("\t")[2]


@needs_runtime
def test_the_self_test_decodes_the_known_boxes_again_and_notices_another_detector(program: Path, tmp_path: Path) -> None:
    done = run(program, "selftest", "--json")
    row = json.loads(done.stdout)
    assert (done.returncode, row["result"]) == (0, "passed"), row
    assert row["boxes"] == sum(len(v.boxes["reference"]) for v in pi_source().golden) > 5
    share = program.parents[2] / "share" / NAME
    other = tmp_path / "share"
    for path in share.rglob("*"):
        if path.is_file():
            (other / path.relative_to(share)).parent.mkdir(parents=True, exist_ok=True)
            (other / path.relative_to(share)).write_bytes(path.read_bytes())
    golden = json.loads((other / "golden/golden.json").read_text())
    next(v for v in golden["vectors"] if v.get("boxes", {}).get("reference"))["boxes"]["reference"][0][0] += 1
    (other / "golden/golden.json").write_text(json.dumps(golden))
    done = run(program, "selftest", "--model", str(other))
    assert done.returncode == 6 and "other boxes than the build's" in done.stdout
    (other / "golden/detector.bin").write_bytes(b"\0" * 100)
    done = run(program, "--model", str(other), "x.png")
    assert done.returncode == 6 and "is not the file that was built" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--threshold", "0.2"), "the model's own, below it nothing is found"),
        (("--on", "cat", "--exec", "true"), "know cup, plate"),
        (("--on", "none", "--exec", "true"), "needs --none SECONDS"),
        (("--zone", "door"), "give NAME=X,Y:X,Y"),
        (("--zone", "door=1,1"), "two points are a rectangle"),
        (("--line", "gate=1,1:2,2:3,3"), "a line has 2 points, not 3"),
        (("--line", "gate=1,1:1,1"), "the same point twice"),
        (("--zone", "a=0,0:1,1", "--line", "a=0,0:1,1"), "two zones or lines are called a"),
        (("--none", "0"), "more than 0 seconds"),
        (("--fps", "-1"), "more than 0"),
    ],
)
def test_what_means_nothing_is_refused_in_words(program: Path, words: tuple[str, ...], said: str) -> None:
    *rest, last = (*words, "x.png")
    given = [*rest, ";", last] if "--exec" in words else [*rest, last]
    done = run(program, *given)
    assert done.returncode == 2 and said in done.stderr, done.stderr


def test_the_bundle_checks_itself_and_verifies(bundle: Path) -> None:
    rows = raspberry_pi.check(bundle, pi_source())
    assert not [row for row in rows if row.result == "failed"], [row for row in rows if row.result == "failed"]
    found = {row.name: row.result for row in rows}
    if importlib.util.find_spec("ai_edge_litert"):
        assert found["image file in, boxes out"] == found["self-test: preprocessing and golden vectors"] == "passed"
        names = [check.name for check in verify_bundle(bundle).checks]
        assert any("decoded again" in name for name in names)


def test_verify_notices_other_boxes_and_a_detector_that_reads_outside(tmp_path: Path) -> None:
    def refused(change: str) -> str:
        source = pi_source()
        assert source.detector is not None
        if change == "boxes":
            first, *rest = source.golden
            row = first.boxes["reference"][0]
            moved = {"reference": ((row[0] + 1, *row[1:]), *first.boxes["reference"][1:])}
            source = msgspec.structs.replace(source, golden=(msgspec.structs.replace(first, boxes=moved), *rest))
        else:
            level = source.detector.levels[1]
            longer = msgspec.structs.replace(level, scores=type(level.scores)(1, level.scores.start + 90_000, level.scores.step))
            detector = msgspec.structs.replace(source.detector, levels=(source.detector.levels[0], longer))
            source = msgspec.structs.replace(source, detector=detector)
        files = raspberry_pi.contents(source)
        folder = tmp_path / change
        for file in files:
            (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / file.path).write_bytes(file.data)
        (folder / "manifest.json").write_bytes(manifest.write(source, files))
        with pytest.raises(VerificationError) as problem:
            verify_bundle(folder)
        return problem.value.found

    assert "decoded to other boxes" in refused("boxes")
    assert "does not fit the model" in refused("detector")


def test_a_classifier_s_package_has_no_module_of_detectors() -> None:
    source = msgspec.structs.replace(synthetic_source(), target=load_target("raspberry-pi-5"))
    paths = {entry.path.rsplit("/", 1)[1]: entry.data for entry in installed_tree(source, ())}
    assert not MODULES & paths.keys() and "detect.py" not in paths and "classify.py" in paths
    assert b"@" not in paths["toy-parts-model"] and b"classify what the camera sees" in paths["toy-parts-model.service"]


def test_the_package_of_a_detector_starts_its_own_program() -> None:
    paths = {entry.path: entry.data.decode("utf-8", "replace") for entry in installed_tree(pi_source(), ())}
    assert paths[f"usr/bin/{NAME}"].split()[-2] == f"/usr/lib/{NAME}/detect.py"
    assert f"/usr/lib/{NAME}/detect.py --camera $OPTIONS" in paths[f"usr/lib/systemd/system/{NAME}.service"]
    assert 'import_module("device.box_commands")' in paths[f"usr/lib/{NAME}/detect.py"]
    readme = raspberry_pi.readme(pi_source()).decode()
    assert "--zone door=10%,20%:60%,90%" in readme and "are not found; `--threshold` raises that" in readme


# ---- zones, lines, absence ----


def seen(label: str, x: float, y: float, side: int = 10) -> Seen:
    left, top = round(x - side / 2), round(y - side / 2)
    return Seen(label, 0.9, (left, top, left + side, top + side))


def test_a_polygon_holds_what_is_inside_of_it() -> None:
    zone = read_place("roof=0,0:100,0:50%,50%", False)
    assert inside((50, 10), zone.at(100, 100)) and not inside((5, 40), zone.at(100, 100))
    rectangle = read_place("door=90%,20:10%,60", False).at(200, 100)
    assert inside((100, 40), rectangle) and inside((21, 59), rectangle) and not inside((100, 61), rectangle)


def test_a_line_is_crossed_from_its_left_to_its_right_and_back_only_between_its_ends() -> None:
    line = read_place("gate=0,50:100,50", True).at(100, 100)  # walking to the right, the right hand is below
    assert crossing((30, 40), (30, 60), line) == "+" and crossing((30, 60), (35, 40), line) == "-"
    assert crossing((30, 40), (30, 49), line) == "" and crossing((130, 40), (130, 60), line) == ""


def test_an_object_is_followed_through_a_gap_and_counted_once_at_a_line() -> None:
    watch = Watch(("cup", "plate"), [read_place("gate=0,50:100,50", True)], None, foot=False)
    told = []
    for frame, y in enumerate((35, 42, None, 47, 53, 60, 55)):
        objects = [] if y is None else [seen("cup", 40, y), seen("plate", 80, 20)]
        told.append([h.answer for h in watch.look(objects, 100, 100, float(frame)) if h.passing])
    assert told == [[], [], [], [], ["cup@gate", "cup@gate+", "any@gate", "any@gate+"], [], []]


def test_two_objects_that_pass_each_other_keep_their_labels_and_ways() -> None:
    tracks = Tracks(gap=1)
    tracks.step([seen("cup", 20, 50), seen("cup", 60, 50)])
    steps = tracks.step([seen("cup", 56, 50), seen("cup", 24, 50)])
    assert {(a.box[0], b.box[0]) for a, b in steps} == {(15, 19), (55, 51)}
    assert Tracks(gap=1).step([seen("cup", 20, 50)]) == []


def test_none_is_told_after_the_seconds_and_begins_anew_when_something_was_there() -> None:
    watch = Watch(("cup",), [read_place("door=0,0:50,50", False)], 2.0, foot=False)
    rows = []
    for second, objects in enumerate(([], [], [], [seen("cup", 80, 80)], [], [], [seen("cup", 20, 20)], [])):
        rows.append({h.answer for h in watch.look(objects, 100, 100, float(second)) if h.answer.startswith("none")})
    assert rows[1] == set() and "none" in rows[2] and "none:cup@door" in rows[2]
    assert "none" not in rows[3] and "none@door" in rows[3] and "none" not in rows[4]
    assert "none" in rows[5] and rows[6] == set() and rows[7] == set()


def test_the_foot_of_an_object_can_stand_in_a_zone_in_which_its_middle_is_not() -> None:
    place = read_place("floor=0,60:100,100", False)
    tall = Seen("cup", 0.9, (40, 20, 60, 90))
    assert [h.answer for h in Watch(("cup",), [place], None, foot=True).look([tall], 100, 100, 0.0)][1:2] == ["any"]
    answers = {h.answer for h in Watch(("cup",), [place], None, foot=True).look([tall], 100, 100, 0.0)}
    assert "cup@floor" in answers
    assert "cup@floor" not in {h.answer for h in Watch(("cup",), [place], None, foot=False).look([tall], 100, 100, 0.0)}


def test_a_zone_that_is_no_zone_is_refused() -> None:
    with pytest.raises(Problem, match="give NAME"):
        read_place("door=1,1:2,b", False)


# ---- rpicam-apps and Frigate ----


def decoded_by_litert(model: bytes, pixels: np.ndarray) -> list[tuple[str, float, list[float]]]:
    """What TFLite_Detection_PostProcess says: label, score, left, top, right, bottom in pixels of the input."""
    from ai_edge_litert.interpreter import Interpreter

    runtime = Interpreter(model_content=model)
    runtime.allocate_tensors()
    runtime.set_tensor(runtime.get_input_details()[0]["index"], pixels[None])
    runtime.invoke()
    boxes, classes, scores, count = (runtime.get_tensor(row["index"]) for row in runtime.get_output_details())
    height, width = pixels.shape[:2]
    found = []
    for n in range(int(count[0])):
        top, left, bottom, right = boxes[0, n].tolist()
        edges = [left * width, top * height, right * width, bottom * height]
        found.append((LABELS[int(classes[0, n])], float(scores[0, n]), edges))
    return found


@needs_runtime
@pytest.mark.parametrize(
    "options",
    [
        {}, {"joined": False}, {"scores": "none"}, {"scores": "softmax", "background": "first"}, {"decode": "yolo-v3"},
        {"decode": "yolo-v5"}, {"decode": "yolo-v2", "scores": "softmax"},
    ],
    ids=str,
)
def test_the_operator_that_others_read_decodes_to_our_boxes(options: dict[str, object]) -> None:
    """Fifty pictures; boxes that touch no edge, which the operator does not clip. It looks at every class of an anchor."""
    source, made = detector_source(larger=6, **options), finder(larger=6, **options)  # type: ignore[arg-type]
    means = meaning(source)
    assert not isinstance(means, str) and source.detector is not None
    model = decoding_model(source, means, 200)
    wide = msgspec.structs.replace(source.detector, room=200, most=200, every_class=True)
    near = compared = 0
    for picture, answer in zip(pictures := some_pictures(50, seed=3, larger=6), answers_of(made.graph, pictures), strict=True):
        found = decoded_by_litert(model, picture)
        boxes, unit = detect(wide, split(answer, source.heads)), 1 << wide.bits
        for corner, label in zip(boxes.corners.tolist(), boxes.labels.tolist(), strict=True):
            if corner[0] > 0 and corner[1] > 0 and corner[2] < wide.width and corner[3] < wide.height:
                compared += 1
                edges, like = [edge / unit for edge in corner], [box for name, _, box in found if name == LABELS[label]]
                near += max((overlap(edges, box) for box in like), default=0) >= 0.95
    assert compared > 80 and near >= 0.95 * compared, (near, compared)


def test_frigate_gets_a_model_that_decodes_its_labels_and_the_lines_that_name_them() -> None:
    files = {file.path: file.data for file in raspberry_pi.contents(pi_source())}
    folder = "frigate/model_cache/toy-finder"
    assert files[f"{folder}/labelmap.txt"].decode() == "0 cup\n1 plate\n2 spoon & fork\n"
    assert b"TFLite_Detection_PostProcess" in files[f"{folder}/model.tflite"]
    config = files["frigate/config.yml"].decode()
    assert "type: cpu" in config and "width: 48\n  height: 32" in config and "/toy-finder/model.tflite" in config
    assert "frigate/config.yml" in files["README.md"].decode()


@needs_runtime
def test_rpicam_apps_get_a_stage_at_300_pixels_only() -> None:
    assert "feeds exactly 300 x 300 pixels" in pi_consumers.rpicam_reason(pi_source())
    source = pi_source()
    recipe = msgspec.structs.replace(source.recipe, input=msgspec.structs.replace(source.recipe.input, size=(300, 300)))
    entries = {e.path.rsplit("/", 1)[1]: e.data for e in installed_tree(msgspec.structs.replace(source, recipe=recipe), ())}
    stage = json.loads(entries["object_detect_tf.json"])["object_detect_tf"]
    assert stage["model_file"] == f"/usr/share/{NAME}/model_boxes.tflite" and stage["confidence_threshold"] == 0.7
    assert entries["labels_boxes.txt"].decode().splitlines() == ["background", *LABELS]  # its first line is not read
    from ai_edge_litert.interpreter import Interpreter

    details = Interpreter(model_content=entries["model_boxes.tflite"]).get_output_details()
    assert details[0]["shape"].tolist() == [1, 10, 4]
