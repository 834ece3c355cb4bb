"""The device program by module: it computes what the build computes, and says what the user can do."""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import random
import subprocess
import sys
import types
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image
from synthetic_source import synthetic_source

from espalier import contract as build_contract
from espalier.bundle import pi_modules, raspberry_pi
from espalier.bundle.archive import read_deb
from espalier.bundle.pi import classify as launcher
from espalier.bundle.pi.device import actions, commands, images, install, model, selftest
from espalier.bundle.pi.device.model import Contract, Decision, Place
from espalier.bundle.pi.device.problem import DIFFERS, MISSING, OK, UNREADABLE, USAGE, Problem
from espalier.errors import ImagesRefusedError
from espalier.load import decode as build_decode
from espalier.recipe import InputContract
from espalier.target import load_target

LABELS = ("good", "a scratch", "crack")
NAME = "toy-parts-model"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An unpacked package whose virtual environment does not exist."""
    folder = tmp_path_factory.mktemp("device")
    source = msgspec.structs.replace(synthetic_source(labels=LABELS), target=load_target("raspberry-pi-5"))
    files = {artifact.path: artifact.data for artifact in raspberry_pi.contents(source)}
    for path, data in read_deb(files[f"{NAME}_1.2.3_all.deb"]).data.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    program = folder / "usr/lib" / NAME / "classify.py"
    return Place(program, NAME, folder / "usr/share" / NAME, folder / "var" / "venv")


def run(place: Place, *arguments: str) -> int:
    return commands.main(arguments, place)


# ---- the same computation as on the build machine ----


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The module as it is shipped, beside the other modules of the device."""
    folder = tmp_path_factory.mktemp("shipped") / "shipped_device"
    folder.mkdir()
    for name, data in pi_modules.modules(InputContract(size=(1, 1))).items():
        (folder / name).write_bytes(data)
    spec = importlib.util.spec_from_file_location("shipped_device", folder / "__init__.py")
    assert spec is not None
    sys.modules["shipped_device"] = importlib.util.module_from_spec(spec)
    return importlib.import_module("shipped_device.contract")


def test_the_contract_is_the_builds_own_source(contract: Any) -> None:
    def body(module: Any) -> str:
        lines = Path(str(module.__file__)).read_text().splitlines()
        return "\n".join(line for line in lines if not line.startswith("from ."))

    assert body(contract) == body(build_contract)


@pytest.mark.parametrize("resize", ["nearest", "bilinear", "bicubic", "area"])
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("color", ["rgb", "bgr", "gray"])
def test_prepared_bytes_equal_the_builds(resize: str, fit: str, color: str, contract: Any) -> None:
    chance = random.Random(f"{resize}{fit}{color}")
    for _ in range(3):
        shape = (chance.randint(1, 40), chance.randint(1, 40), 3)
        image = np.random.default_rng(chance.randint(0, 99)).integers(0, 256, shape, np.uint8)
        size = (chance.randint(1, 20), chance.randint(1, 20))
        wanted = build_contract.prepare(image, InputContract(size=size, color=color, resize=resize, fit=fit))  # type: ignore[arg-type]
        assert np.array_equal(contract.prepare(image, Contract(size, color, resize, fit)), wanted)


def pictures() -> dict[str, bytes]:
    noise = np.random.default_rng(1).integers(0, 256, (7, 5, 4), np.uint8)
    made = {
        "rgb.png": (Image.fromarray(noise[:, :, :3]), {}),
        "rgba.png": (Image.fromarray(noise, "RGBA"), {}),
        "gray.png": (Image.fromarray(noise[:, :, 0]), {}),
        "gray_alpha.png": (Image.fromarray(noise, "RGBA").convert("LA"), {}),
        "gray16.png": (Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257), {}),
        "bits.png": (Image.fromarray(noise[:, :, 0]).convert("1"), {}),
        "palette.png": (Image.fromarray(noise[:, :, :3]).convert("P"), {}),
        "palette_alpha.png": (Image.fromarray(noise[:, :, :3]).convert("P"), {"transparency": 3}),
        "photo.jpg": (Image.fromarray(noise[:, :, :3]), {"quality": 90}),
        "cmyk.jpg": (Image.fromarray(noise[:, :, :3]).convert("CMYK"), {}),
        "plain.bmp": (Image.fromarray(noise[:, :, :3]), {}),
    }
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[274] = turn
        made[f"turn{turn}.jpg"] = (Image.fromarray(noise[:, :, :3]), {"exif": exif})
    data = {}
    for name, (picture, options) in made.items():
        buffer = io.BytesIO()
        picture.save(buffer, {"png": "PNG", "jpg": "JPEG", "bmp": "BMP"}[name[-3:]], **options)
        data[name] = buffer.getvalue()
    return data


PICTURES = pictures()


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_image_files_give_the_pixels_that_the_build_sees(name: str) -> None:
    assert np.array_equal(images.decode(PICTURES[name]), build_decode.decode(PICTURES[name])[0])


def test_what_the_build_refuses_the_device_reports(tmp_path: Path) -> None:
    for name, data in {
        "cut.png": PICTURES["rgb.png"][:-30],
        "a.jpg": PICTURES["photo.jpg"][:100],
        "t.png": b"x",
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ImagesRefusedError):
            build_decode.decode(data)
        frame = images.read_image(tmp_path / name)
        assert frame.rgb is None
        assert "damaged or not an image" in frame.why


@pytest.mark.parametrize(
    "data",
    [
        b"P6 2 2 255\n" + bytes(11),
        b"P6 2 2 65535\n" + bytes(24),
        b"P5\n0 2\n255\n",
        b"P6 # nothing follows",
        b"\x93NUMPY\x01\x00",
    ],
)
def test_broken_netpbm_and_npy_are_reported(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.ppm"
    path.write_bytes(data)
    assert images.read_image(path).rgb is None


def test_netpbm_and_npy_need_no_pillow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    buffer = io.BytesIO()
    np.save(buffer, pixels)
    assert np.array_equal(images.decode(b"P6 # a comment\n2 2\n255\n" + pixels.tobytes()), pixels)
    assert np.array_equal(images.decode(b"P5 2 2 255\n\x00\x01\x02\x03")[:, :, 2], [[0, 1], [2, 3]])
    assert np.array_equal(images.decode(buffer.getvalue()), pixels)
    (tmp_path / "a.png").write_bytes(PICTURES["rgb.png"])
    assert "apt install python3-pil" in images.read_image(tmp_path / "a.png").why


def test_images_beyond_the_limits_are_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(images, "MOST_PIXELS", 10)
    for name, data in {"a.png": PICTURES["rgb.png"], "b.ppm": b"P6 4 4 255\n" + bytes(48)}.items():
        (tmp_path / name).write_bytes(data)
        assert "pixels" in images.read_image(tmp_path / name).why
    monkeypatch.setattr(images, "MOST_BYTES", 10)
    assert "bytes" in images.read_image(tmp_path / "a.png").why


def test_a_float_npy_and_odd_pixels_are_refused() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((2, 2, 3)))
    with pytest.raises(ValueError, match="uint8"):
        images.decode(buffer.getvalue())
    with pytest.raises(ValueError, match="pixels of kind F"):
        images.to_rgb(Image.new("F", (2, 2)))


# ---- sources of frames ----


def test_a_folder_is_read_sorted_and_with_what_lies_below(tmp_path: Path) -> None:
    for name in ("b.png", "a/c.png", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PICTURES["rgb.png"])
    (tmp_path / "empty").mkdir()
    found = list(images.frames_from_paths([str(tmp_path), str(tmp_path / "empty"), "nothing.png"]))
    assert [Path(frame.name).name for frame in found] == ["c.png", "b.png", "empty", "nothing.png"]
    assert [frame.rgb is None for frame in found] == [False, False, True, True]


def test_a_watched_folder_gives_each_new_file_once_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.png").write_bytes(PICTURES["rgb.png"])
    steps = iter(
        [
            lambda: (tmp_path / "new.png").write_bytes(PICTURES["rgb.png"][:20]),
            lambda: (tmp_path / "new.png").write_bytes(PICTURES["rgb.png"]),
            lambda: (tmp_path / "note.txt").write_text("x"),
            lambda: None,
            lambda: (tmp_path / "zwei.png").write_bytes(PICTURES["gray.png"]),
            lambda: None,
            lambda: None,
        ]
    )
    monkeypatch.setattr(images.time, "sleep", lambda seconds: next(steps)())
    source = images.frames_from_watch(tmp_path, 0.1)
    seen = [Path(next(source).name).name for _ in range(2)]
    assert seen == ["new.png", "zwei.png"]


def test_a_model_of_bands_takes_arrays_and_raw_frames_of_all_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    array = np.arange(60, dtype=np.uint8).reshape(3, 4, 5)
    np.save(tmp_path / "a.npy", array)
    np.save(tmp_path / "b.npy", array[:, :, :2])
    (tmp_path / "c.png").write_bytes(PICTURES["rgb.png"])
    one, two = images.frames_from_paths([str(tmp_path)], 5)
    assert one.rgb is not None and one.rgb.tolist() == array.tolist()
    assert "uint8 [height, width, 5]" in two.why
    (picture,) = images.frames_from_paths([str(tmp_path / "c.png")], 5)
    assert "this model takes arrays" in picture.why
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(array.tobytes())))
    (frame,) = images.frames_from_stdin("4x3:bands", 5)
    assert frame.rgb is not None and frame.rgb.tolist() == array.tolist()
    with pytest.raises(Problem, match="5 bytes a pixel"):
        list(images.frames_from_stdin("4x3:rgb24", 5))


@pytest.mark.parametrize("bands", [1, 2, 5])
def test_the_device_prepares_bands_as_the_build_does(bands: int, contract: Any) -> None:
    image = np.random.default_rng(bands).integers(0, 256, (7, 9, bands), np.uint8)
    known = build_contract.prepare(image, InputContract(size=(4, 6), color="bands", bands=bands, fit="pad"))
    assert np.array_equal(contract.prepare(image, Contract((4, 6), "bands", "bilinear", "pad", bands)), known)


@pytest.mark.parametrize(
    ("kind", "pixel", "rgb"),
    [("rgb24", b"\1\2\3", [1, 2, 3]), ("bgr24", b"\1\2\3", [3, 2, 1]), ("gray", b"\7", [7, 7, 7])],
)
def test_raw_frames_become_rgb(
    monkeypatch: pytest.MonkeyPatch, kind: str, pixel: bytes, rgb: list[int]
) -> None:
    stream = types.SimpleNamespace(buffer=io.BytesIO(pixel * 6 + pixel))
    monkeypatch.setattr(sys, "stdin", stream)
    frames = list(images.frames_from_stdin(f"3x2:{kind}"))
    assert frames[0].rgb is not None and frames[0].rgb.shape == (2, 3, 3)
    assert frames[0].rgb[1, 2].tolist() == rgb
    assert "ended within a frame" in frames[1].why
    assert len(frames) == 2


class FakeCamera:
    """Stands for picamera2.Picamera2: four bytes per pixel, as XBGR8888 streams have."""

    stopped = 0

    def __init__(self, number: int) -> None:
        if number:
            raise IndexError("list index out of range")

    def create_video_configuration(self, main: dict[str, object]) -> dict[str, object]:
        return main

    def configure(self, configuration: dict[str, object]) -> None:
        assert configuration == {"size": (8, 6), "format": "BGR888"}

    def start(self) -> None:
        pass

    def stop(self) -> None:
        FakeCamera.stopped += 1

    def capture_array(self, stream: str) -> np.ndarray:
        assert stream == "main"
        return np.full((6, 8, 4), 9, np.uint8)


def test_the_camera_gives_frames_and_is_stopped(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", types.SimpleNamespace(Picamera2=FakeCamera))
    assert run(place, "--camera", "--camera-size", "8x6", "--once", "--rotate", "90") == OK
    assert FakeCamera.stopped == 1
    assert capsys.readouterr().out.startswith("frame-1\t")
    assert run(place, "--camera", "3", "--once") == MISSING
    assert "rpicam-hello --list-cameras" in capsys.readouterr().err


# ---- actions ----


def test_commands_end_at_a_semicolon_at_the_next_one_or_at_the_end() -> None:
    rest, found = actions.split_actions(
        [
            "a.png",
            "--on",
            "crack",
            "--exec",
            "x",
            "-v",
            ";",
            "--time",
            "--on",
            "good",
            "--exec",
            "y",
            "--on",
            "b",
            "--exec",
            "z",
        ]
    )
    assert rest == ["a.png", "--time"]
    assert [(action.answer, action.command) for action in found] == [
        ("crack", ["x", "-v"]),
        ("good", ["y"]),
        ("b", ["z"]),
    ]


def test_placeholders_are_replaced_once_and_never_inside_a_label() -> None:
    words = {"{label}": "{image}", "{confidence}": "0.5", "{image}": "/a b"}
    assert actions.fill("{label}={confidence};{image}{", words) == "{image}=0.5;/a b{"


def test_an_action_waits_for_its_answer_to_stand() -> None:
    action = actions.Action("crack", ["true"])
    answers = ["crack", "crack", "crack", "good", "crack", "crack"]
    assert [action.wants(answer, 2, each=False) for answer in answers] == [
        False,
        True,
        False,
        False,
        False,
        True,
    ]
    action = actions.Action("crack", ["true"])
    assert [action.wants(answer, 1, each=True) for answer in answers] == [True, True, True, False, True, True]


def test_a_command_is_never_started_twice_at_the_same_time(capfd: pytest.CaptureFixture[str]) -> None:
    action = actions.Action("crack", ["sleep", "5"])
    decision = Decision("crack", "crack", 0.9)
    assert action.start(decision, "", wait=False)
    assert not action.start(decision, "", wait=False)
    assert "still runs" in capfd.readouterr().err
    assert action._running is not None
    action._running.kill()
    action.finish()
    assert "ended with code" in capfd.readouterr().err
    assert not actions.Action("crack", ["/nothing/here"]).start(decision, "", wait=True)
    assert "cannot be started" in capfd.readouterr().err


def test_a_command_that_wants_the_image_of_a_frame_gets_a_file(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(actions.tempfile, "mkdtemp", lambda prefix: str(tmp_path))
    stream = types.SimpleNamespace(buffer=io.BytesIO(bytes(range(48))))
    monkeypatch.setattr(sys, "stdin", stream)
    assert (
        run(place, "--stdin", "4x4", "--threshold", "1", "--on", "review", "--exec", "cat", "{image}") == OK
    )
    assert "\tcat\n" in capfd.readouterr().out
    assert images.decode((tmp_path / "frame-00.ppm").read_bytes()).tobytes() == bytes(range(48))


# ---- decision, runtimes, doctor, installation ----


def test_the_confidence_at_the_threshold_is_not_for_review(place: Place) -> None:
    given = model.load_model(place.share)
    for threshold in (0.0, 0.5, 0.75, 0.123, 1.0):
        for value in range(256):
            decision = model.decide(np.array([3, value, 3], np.uint8), given, threshold)
            best = max(value, 3)
            assert (decision.answer == "review") == (best / 256 < threshold)
            assert decision.label == (LABELS[1] if value > 3 else LABELS[0])


def test_the_first_runtime_that_can_be_imported_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ai_edge_litert" else real(name)
    )
    monkeypatch.setitem(sys.modules, "tflite_runtime.interpreter", None)
    fake = types.SimpleNamespace(Interpreter=object)
    monkeypatch.setattr(model, "RUNTIMES", (*model.RUNTIMES[:2], ("espalier", "espalier.limits")))
    runtime, missing = model.load_runtime()
    assert runtime is not None and runtime.name == "espalier"
    assert missing[0] == "ai-edge-litert: not installed"
    assert missing[1].startswith("tflite-runtime: ")
    assert fake.Interpreter is object
    assert model.version_of("no-such-distribution") == "unknown version"


def test_without_a_runtime_every_command_says_what_to_do(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(model, "RUNTIMES", (("ai-edge-litert", "no_such_module.interpreter"),))
    (tmp_path / "a.png").write_bytes(PICTURES["rgb.png"])
    assert run(place, str(tmp_path / "a.png")) == MISSING
    assert "install-runtime" in capsys.readouterr().err
    assert run(place, "doctor") == MISSING
    shown = capsys.readouterr().out
    assert "ai-edge-litert" in shown and f"next: sudo {NAME} install-runtime" in shown


@pytest.mark.parametrize(
    ("machine", "pointer", "python", "file"),
    [
        ("aarch64", 8, (3, 13), "requirements-arm64.txt"),
        ("aarch64", 4, (3, 11), "requirements-armhf.txt"),
        ("armv7l", 4, (3, 11), "requirements-armhf.txt"),
        ("x86_64", 8, (3, 11), "requirements-amd64.txt"),
    ],
)
def test_the_requirements_follow_the_python_not_the_kernel(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    pointer: int,
    python: tuple[int, int],
    file: str,
) -> None:
    pretend(monkeypatch, machine, pointer, python)
    assert install.requirements_file(model.load_model(place.share)) == file


@pytest.mark.parametrize(
    ("machine", "pointer", "python"),
    [("armv7l", 4, (3, 13)), ("riscv64", 8, (3, 11)), ("aarch64", 8, (3, 9))],
)
def test_a_computer_without_a_known_runtime_is_told_so(
    place: Place, monkeypatch: pytest.MonkeyPatch, machine: str, pointer: int, python: tuple[int, int],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    pretend(monkeypatch, machine, pointer, python)
    with pytest.raises(Problem, match=r"known: ai-edge-litert 2\.1\.6 on arm64"):
        install.requirements_file(model.load_model(place.share))
    assert run(place, "doctor") == OK
    assert "no runtime is known" in capsys.readouterr().out


def pretend(monkeypatch: pytest.MonkeyPatch, machine: str, pointer: int, python: tuple[int, int]) -> None:
    monkeypatch.setattr(install.platform, "machine", lambda: machine)
    monkeypatch.setattr(install, "struct", types.SimpleNamespace(calcsize=lambda kind: pointer))
    monkeypatch.setattr(sys, "version_info", (*python, 0))


def test_installation_makes_the_environment_installs_the_pins_and_tests(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []
    fail_at = 99

    def fake(command: list[str], check: bool) -> subprocess.CompletedProcess[bytes]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 1 if len(ran) == fail_at else 0)

    monkeypatch.setattr(install.subprocess, "run", fake)
    there = place._replace(venv=tmp_path / "lib" / NAME / "venv")
    assert run(there, "install-runtime", "--wheels", "/media/wheels") == OK
    venv, pip, test = ran
    assert venv[1:] == ["-m", "venv", "--system-site-packages", "--clear", str(there.venv)]
    assert pip[1:4] == ["-m", "pip", "install"]
    assert pip[-2:] == ["-r", str(place.share / "requirements-amd64.txt")]
    assert pip[pip.index("--no-index") :][:3] == ["--no-index", "--find-links", "/media/wheels"]
    assert test[1:3] == [str(place.program), "selftest"]
    for fail_at, hint in ((1, "python3-venv"), (2, "--wheels"), (3, "ended with code 1")):  # noqa: B007
        ran.clear()
        assert run(there, "install-runtime") in (MISSING, 1)
        assert hint in capsys.readouterr().err
    monkeypatch.setattr(install.os, "access", lambda path, mode: False)
    assert run(there, "install-runtime") == USAGE
    assert "sudo" in capsys.readouterr().err


def test_the_launcher_changes_to_the_environment_only_when_it_must(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, arguments: started.append(arguments))
    monkeypatch.setattr(launcher, "VENV", tmp_path)
    monkeypatch.setattr(sys, "argv", ["classify.py", "selftest"])
    launcher.switch_to_venv()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    launcher.switch_to_venv()
    assert started == []
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text("")
    launcher.switch_to_venv()
    assert started == [[str(tmp_path / "bin/python"), str(launcher.PROGRAM), "selftest"]]
    monkeypatch.setattr(sys, "argv", ["classify.py", "install-runtime"])
    launcher.switch_to_venv()
    assert len(started) == 1


# ---- the self-test, in process ----


def test_selftest_passes_and_names_the_kernels(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "selftest", "--json") == OK
    row = msgspec.json.decode(capsys.readouterr().out)
    assert row["result"] == "passed" and row["equal_kernels"] == ["reference"]


class Wrong:
    """An engine whose outputs are turned by one place, or off by `by`."""

    runtime = model.Runtime("fake", "1", None)

    def __init__(self, given: model.Model, threads: int) -> None:
        self.engine = model.Engine(given, threads)

    def run(self, pixels: np.ndarray, beside: tuple[np.ndarray, ...] = ()) -> np.ndarray:
        output = self.engine.run(pixels, beside)
        return (
            np.roll(output, 1)
            if self.turned
            else np.clip(output.astype(int) - self.by, 0, 255).astype(np.uint8)
        )

    turned = False
    by = 0


@pytest.mark.parametrize(
    ("turned", "by", "code", "text"),
    [
        (True, 0, DIFFERS, "the answer is"),
        (False, 40, DIFFERS, "differ by up to"),
        (False, 2, OK, "within 2 of 256"),
    ],
)
def test_selftest_fails_on_another_label_or_a_difference_too_large(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], turned: bool, by: int,
    code: int, text: str,
) -> None:  # fmt: skip
    engine = type("Engine", (Wrong,), {"turned": turned, "by": by})
    monkeypatch.setattr(selftest, "Engine", engine)
    assert selftest.selftest(Namespace(model=place.share, threads=1, json=False), place) == code
    assert text in capsys.readouterr().out


def test_a_folder_without_golden_vectors_is_named(place: Place, tmp_path: Path) -> None:
    for name in ("model.json", "model_uint8.tflite"):
        (tmp_path / name).write_bytes((place.share / name).read_bytes())
    with pytest.raises(Problem, match="golden vectors cannot be read"):
        selftest.selftest(Namespace(model=tmp_path, threads=1, json=False), place)


def test_lines_and_exit_codes(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.png").write_bytes(PICTURES["rgb.png"])
    assert run(place, str(tmp_path), "nothing.png", "--json", "--time") == UNREADABLE
    row = msgspec.json.decode(capsys.readouterr().out)
    assert set(row) == {
        "image",
        "decision",
        "label",
        "confidence",
        "action",
        "outputs",
        "prepare_ms",
        "model_ms",
    }
    assert run(place, str(tmp_path), "--time", "--threshold", "1") == OK
    assert "\treview (" in capsys.readouterr().out


def test_an_interrupt_and_a_closed_pipe_end_quietly(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "classify", interrupted)
    assert run(place, "a.png") == 130

    def closed(*arguments: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(commands, "classify", closed)
    monkeypatch.setattr(os, "dup2", lambda old, new: None)
    assert run(place, "a.png") == OK
