"""The camera bundle: a reproducible Debian package that dpkg, lintian, systemd and its own program accept."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from synthetic_source import synthetic_source

from espalier.bundle import debian, debian_check, pi_consumers, raspberry_pi
from espalier.bundle.archive import Entry, deb_bytes, read_ar, read_deb
from espalier.errors import BugError
from espalier.facts import Artifact, BundleSource, Check
from espalier.recipe import InputContract
from espalier.target import load_target

NAME = "toy-parts-model"
LABELS = ("good", "a scratch", "crack")


@cache
def pi_source(target: str = "raspberry-pi-4") -> BundleSource:
    return msgspec.structs.replace(synthetic_source(labels=LABELS), target=load_target(target))


def large_source(**changes: object) -> BundleSource:
    """As pi_source, with a 224 x 224 contract; only for what never runs the model."""
    source = pi_source()
    contract = InputContract(size=(224, 224), **changes)  # type: ignore[arg-type]
    recipe = msgspec.structs.replace(source.recipe, input=contract)
    return msgspec.structs.replace(source, recipe=recipe, golden=(), contract_cases=())


def write(files: Sequence[Artifact], folder: Path) -> Path:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(raspberry_pi.contents(pi_source()), tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def tree(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for path, data in read_deb((bundle / f"{NAME}_1.2.3_all.deb").read_bytes()).data.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def classify(tree: Path, *arguments: object, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = tree / "usr/lib" / NAME / "classify.py"
    command = [sys.executable, "-B", str(program), *map(str, arguments)]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)


def results(checks: Sequence[Check]) -> dict[str, str]:
    return {check.name: check.result for check in checks}


def test_equal_sources_give_equal_bytes() -> None:
    again = msgspec.structs.replace(pi_source())
    assert raspberry_pi.contents(again) == raspberry_pi.contents(pi_source())


def test_the_bundle_holds_the_package_its_readme_the_runtimes_and_the_golden_vectors() -> None:
    paths = [artifact.path for artifact in raspberry_pi.contents(pi_source())]
    assert paths == sorted(paths)
    assert {p for p in paths if not p.startswith("golden/")} == {
        "README.md",
        f"{NAME}_1.2.3_all.deb",
        "requirements-amd64.txt",
        "requirements-arm64.txt",
        "requirements-armhf.txt",
    }
    assert "golden/golden.json" in paths


@pytest.mark.parametrize(
    ("last", "shown"),
    [
        ("'; touch PWNED_readme; echo '", "a scratch"), ("rock 'n' roll", "a scratch"), ("$(reboot)", "a scratch"),
        ("two words", "two words"), ("-rf", "a scratch"), ('"quoted"', "a scratch"),
    ],
)  # fmt: skip
def test_commands_of_the_readme_hold_only_labels_that_mean_themselves_in_a_shell(last: str, shown: str) -> None:
    source = msgspec.structs.replace(pi_source(), labels=("good", "a scratch", last))
    text = next(a.data for a in raspberry_pi.contents(source) if a.path == "README.md").decode()
    commands = "\n".join(text.split("```sh\n")[1:])
    assert f"--on '{shown}'" in commands
    assert shown == last or last not in text
    every = msgspec.structs.replace(pi_source(), labels=("$a", "`b`", "c;"))
    text = next(a.data for a in raspberry_pi.contents(every) if a.path == "README.md").decode()
    assert "--on 'review' --exec" in text


def test_the_package_installs_what_the_program_needs_where_the_documentation_says(tree: Path) -> None:
    share = tree / "usr/share" / NAME
    assert (share / "model_uint8.tflite").read_bytes() == pi_source().uint8_model
    assert (share / "labels.txt").read_text() == "good\na scratch\ncrack\n"
    facts = msgspec.json.decode((share / "model.json").read_bytes())
    assert facts["threshold"] == 0.75
    assert facts["contract"] == {"size": [4, 4], "color": "rgb", "resize": "bilinear", "fit": "stretch"}
    assert facts["output"]["zero_point"] == 0
    assert (share / "golden/golden.json").is_file()
    assert not (share / "object_classify_tf.json").exists()
    for path in (
        f"usr/bin/{NAME}",
        f"usr/lib/systemd/system/{NAME}.service",
        f"usr/share/man/man1/{NAME}.1.gz",
    ):
        assert (tree / path).is_file()


def test_scripts_are_executable_and_nothing_else_is(bundle: Path) -> None:
    members = read_ar((bundle / f"{NAME}_1.2.3_all.deb").read_bytes())
    executable = set()
    for name in ("control.tar.xz", "data.tar.xz"):
        with tarfile.open(fileobj=io.BytesIO(members[name])) as archive:
            executable |= {m.name for m in archive.getmembers() if m.isfile() and m.mode & 0o111}
    assert executable == {
        "./postinst",
        "./prerm",
        "./postrm",
        f"./usr/bin/{NAME}",
        f"./usr/lib/{NAME}/classify.py",
    }


@pytest.mark.parametrize(
    ("target", "low", "below"), [("raspberry-pi-3", "3.9", "3.12"), ("raspberry-pi-5", "3.10", "3.15")]
)
def test_the_python_that_the_package_asks_for_has_a_wheel_of_the_runtime(
    target: str, low: str, below: str
) -> None:
    text = debian.control_file(pi_source(target), 100).decode()
    assert f"python3 (>= {low}), python3 (<< {below}), python3-numpy, python3-pil\n" in text


def test_the_targets_runtime_is_the_pinned_one() -> None:
    for name in ("raspberry-pi-3", "raspberry-pi-4", "raspberry-pi-5"):
        target = load_target(name)
        row = debian.RUNTIMES[debian.DEBIAN_ARCHITECTURES[target.architecture]]
        assert row.requirements[0].split("==")[1] == target.runtimes[0].version
        for python in target.python:
            assert [int(p) for p in row.python[0].split(".")] <= [int(p) for p in python.split(".")]
            assert [int(p) for p in python.split(".")] <= [int(p) for p in row.python[1].split(".")]


def test_maintainer_scripts_are_valid_shell() -> None:
    deb = read_deb(debian.debian_package(pi_source(), ()))
    for name in ("postinst", "prerm", "postrm"):
        assert b"@" not in deb.control[name]
        subprocess.run(["sh", "-n"], input=deb.control[name], check=True)


def test_rpicam_and_frigate_get_the_model_where_the_shape_allows_it() -> None:
    source = large_source()
    assert pi_consumers.rpicam_reason(source) == pi_consumers.frigate_reason(source) == ""
    stage = msgspec.json.decode(pi_consumers.rpicam_stage(source))
    assert stage["object_classify_tf"]["model_file"] == f"/usr/share/{NAME}/model_uint8.tflite"
    files = {artifact.path: artifact.data for artifact in raspberry_pi.contents(source)}
    assert files["frigate/model_cache/toy-parts/model.tflite"] == source.uint8_model
    assert files["frigate/model_cache/toy-parts/labelmap.txt"] == b"good\na scratch\ncrack\n"
    installed = read_deb(files[f"{NAME}_1.2.3_all.deb"]).data
    assert f"usr/share/{NAME}/object_classify_tf.json" in installed


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (pi_source(), "takes 4 x 4"),
        (large_source(color="bgr"), "takes bgr"),
        (msgspec.structs.replace(large_source(), labels=("a:b", "c", "d")), "which object_classify_tf cuts"),
    ],
)
def test_what_rpicam_cannot_take_is_said_in_the_readme(source: BundleSource, reason: str) -> None:
    assert reason in pi_consumers.rpicam_reason(source)
    assert reason in debian.readme(source).decode()


def test_an_output_with_another_zero_point_is_not_for_frigate() -> None:
    source = large_source()
    source = msgspec.structs.replace(source, heads=(msgspec.structs.replace(source.output, zero_point=-100),))
    assert "zero point" in pi_consumers.frigate_reason(source)


def test_a_template_word_without_a_value_is_our_bug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "x.txt").write_text("@NOTHING@")
    monkeypatch.setattr(debian, "PI", tmp_path)
    with pytest.raises(BugError, match="@NOTHING@"):
        debian.filled("x.txt", pi_source())


def test_the_checks_run_the_consumers_tools(bundle: Path) -> None:
    checks = raspberry_pi.check(bundle, pi_source())
    found = results(checks)
    assert found["package unpacks"] == found["md5sums"] == "passed"
    assert found["self-test: preprocessing and golden vectors"] == "passed"
    assert found["image file in, label out"] == "passed"
    assert found["systemd unit"] == ("passed" if shutil.which("systemd-analyze") else "not run")
    assert found["package policy"] == found["camera"] == "not run"
    assert all(check.why for check in checks if check.result == "not run")


@pytest.mark.skipif(shutil.which("lintian") is None, reason="lintian is not installed")
def test_lintian_finds_neither_errors_nor_warnings(bundle: Path) -> None:
    check = debian_check.lintian(bundle / f"{NAME}_1.2.3_all.deb")
    assert (check.result, check.why) == ("passed", "")


@pytest.mark.skipif(shutil.which("lintian") is None, reason="lintian is not installed")
def test_a_package_against_policy_fails(tmp_path: Path) -> None:
    package = tmp_path / "a_1_all.deb"
    package.write_bytes(
        deb_bytes([Entry(path="control", data=b"Package: a\nVersion: 1\nArchitecture: all\n")], [])
    )
    assert debian_check.lintian(package).result == "failed"


def rebuilt(bundle: Path, folder: Path, changes: dict[str, bytes]) -> Path:
    """The bundle with some installed files changed; their checksums are left as they were."""
    shutil.copytree(bundle, folder)
    package = folder / f"{NAME}_1.2.3_all.deb"
    deb = read_deb(package.read_bytes())
    data = [Entry(path=path, data=changes.get(path, content)) for path, content in deb.data.items()]
    package.write_bytes(deb_bytes([Entry(path=p, data=d) for p, d in deb.control.items()], data))
    return folder


@pytest.mark.parametrize(
    ("path", "data", "failing"),
    [
        (f"usr/share/{NAME}/golden/vector-0.bin", bytes(48), "self-test: preprocessing and golden vectors"),
        (f"usr/share/{NAME}/golden/case-0.bin", bytes(48), "self-test: preprocessing and golden vectors"),
        (f"usr/share/{NAME}/model_uint8.tflite", b"x", "image file in, label out"),
        (f"usr/lib/systemd/system/{NAME}.service", b"[Service]\nExecStart=\n", "systemd unit"),
    ],
)
def test_a_changed_file_fails_its_check(
    bundle: Path, tmp_path: Path, path: str, data: bytes, failing: str
) -> None:
    if failing == "systemd unit" and shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    found = results(raspberry_pi.check(rebuilt(bundle, tmp_path / "b", {path: data}), pi_source()))
    assert found["md5sums"] == "failed"
    assert found[failing] == "failed"


def test_a_wrong_label_fails_the_image_check(bundle: Path) -> None:
    golden = pi_source().golden[0]
    turned = {k: v[1:] + v[:1] for k, v in golden.outputs.items()}
    source = msgspec.structs.replace(pi_source(), golden=(msgspec.structs.replace(golden, outputs=turned),))
    found = {c.name: c for c in raspberry_pi.check(bundle, source)}["image file in, label out"]
    assert found.result == "failed"
    without = msgspec.structs.replace(pi_source(), golden=())
    found = {c.name: c for c in raspberry_pi.check(bundle, without)}["image file in, label out"]
    assert found.result == "not run"


def test_a_broken_package_fails(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}_1.2.3_all.deb").write_bytes(b"!<arch>\nnonsense")
    found = results(raspberry_pi.check(tmp_path, pi_source()))
    assert found["package unpacks"] == found["md5sums"] == "failed"


def test_absent_tools_and_runtimes_are_named_not_passed_over(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(debian_check, "run_program", lambda *arguments: None)
    checks = {check.name: check for check in raspberry_pi.check(bundle, pi_source(), thorough=True)}
    assert checks["package unpacks"].tool == "espalier"
    for name in ("systemd unit", "package policy", "self-test: preprocessing and golden vectors"):
        assert checks[name].result == "not run"
        assert "installed" in checks[name].why
    (tmp_path / f"{NAME}_1.2.3_all.deb").write_bytes(b"nonsense")
    assert results(raspberry_pi.check(tmp_path, pi_source()))["package unpacks"] == "failed"


def test_a_program_that_hangs_is_a_failure_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian_check, "PROGRAM_SECONDS", 0.2)
    done = debian_check.run(["sleep", "5"])
    assert done.returncode == 124
    assert "no end after" in raspberry_pi.words(done)


# ---- the program, as the user starts it ----


def image(values: np.ndarray) -> bytes:
    return b"P6 %d %d 255\n" % (values.shape[1], values.shape[0]) + values.astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "part.ppm"
    path.write_bytes(image(np.random.default_rng(1).integers(0, 256, (9, 13, 3))))
    return path


def test_an_image_gives_one_line_and_starts_the_action_of_its_answer(tree: Path, photo: Path) -> None:
    label = msgspec.json.decode(classify(tree, photo, "--json", "--threshold", 0).stdout)["label"]
    actions = [
        "--on",
        label,
        "--exec",
        sys.executable,
        "-c",
        "import sys; print(sys.argv[1:])",
        "{label}",
        "{image}",
    ]
    done = classify(
        tree, photo, "--time", "--threshold", 0, *actions, ";", "--on", "review", "--exec", "false"
    )
    name, decision, confidence, action, *times = done.stdout.decode().rstrip("\n").split("\t")
    assert (name, decision, action) == (str(photo), label, os.path.basename(sys.executable))
    assert 0 < float(confidence) < 1
    assert len(times) == 2
    assert str([label, str(photo.resolve())]) in done.stderr.decode()
    assert done.returncode == 0


def test_below_the_threshold_the_answer_is_review(tree: Path, photo: Path) -> None:
    done = classify(tree, photo, "--threshold", 1, "--on", "review", "--exec", "true")
    assert done.stdout.decode().split("\t")[1].startswith("review (")
    assert done.stdout.decode().rstrip("\n").endswith("\ttrue")


def test_a_broken_image_is_named_the_others_go_on_and_the_exit_code_says_so(tree: Path, photo: Path) -> None:
    broken = photo.parent / "a-broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    done = classify(tree, photo.parent, "--json")
    broken.unlink()
    assert done.returncode == 3
    assert "a-broken.png: damaged or not an image" in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert [msgspec.json.decode(line)["image"] for line in done.stdout.splitlines()] == [str(photo)]


def test_raw_frames_start_the_action_once_when_the_answer_has_held(tree: Path) -> None:
    frame = np.random.default_rng(1).integers(0, 256, (9, 13, 3), np.uint8).tobytes()
    label = msgspec.json.decode(
        classify(tree, "--stdin", "13x9:rgb24", "--json", "--once", "--threshold", 0, data=frame).stdout
    )["label"]
    done = classify(
        tree,
        "--stdin",
        "13x9",
        "--threshold",
        0,
        "--hold",
        2,
        "--on",
        label,
        "--exec",
        "true",
        data=frame * 4,
    )
    assert [line.split("\t")[3] for line in done.stdout.decode().splitlines()] == ["-", "true", "-", "-"]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 2, "name images or folders"),
        (["nothing-here.png"], 3, "no such file"),
        (["x.png", "--threshold", "2"], 2, "--threshold must be 0 to 1"),
        (["x.png", "--hold", "0"], 2, "--hold"),
        (["x.png", "--camera"], 2, "one of --camera"),
        (["x.png", "--on", "tree", "--exec", "true"], 2, "the answers are good, a scratch, crack, review"),
        (["x.png", "--on", "good"], 2, "--exec COMMAND"),
        (["x.png", "--on", "good", "--exec", ";"], 2, "--exec needs a command"),
        (["--stdin", "13by9"], 2, "WIDTHxHEIGHT"),
        (["--stdin", "0x9"], 2, "cannot be read"),
        (["--watch", "/nothing"], 2, "no folder"),
        (["--camera", "--camera-size", "big"], 2, "--camera-size"),
        (["--camera"], 7, "picamera2 is missing"),
        (["selftest", "more"], 2, "takes no further names"),
        (["selftest", "--model", "/nothing"], 7, "no model in /nothing"),
    ],
)
def test_wrong_use_says_what_is_right(tree: Path, arguments: list[str], code: int, text: str) -> None:
    done = classify(tree, *arguments)
    assert text in done.stderr.decode()
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_doctor_names_the_runtime_in_use(tree: Path) -> None:
    done = classify(tree, "doctor", "--json")
    rows = msgspec.json.decode(done.stdout)
    assert rows["used"].startswith("ai-edge-litert")
    assert rows["model"] == "toy-parts 1.2.3, made for raspberry-pi-4"
    assert done.returncode == 0


def test_selftest_says_whose_bytes_it_gives(tree: Path) -> None:
    done = classify(tree, "selftest")
    assert done.returncode == 0
    assert "selftest passed: ai-edge-litert" in done.stdout.decode()
    assert "equal to the build's kernels: reference" in done.stdout.decode()


def test_a_model_that_is_not_the_built_one_is_refused(tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tree / "usr/share" / NAME, folder)
    (folder / "model_uint8.tflite").write_bytes(b"TFL3")
    done = classify(tree, "selftest", "--model", folder)
    assert done.returncode == 6
    assert "not the file that was built" in done.stderr.decode()


def test_purge_removes_the_options_file_and_the_service_asks_for_no_group_that_may_be_missing(tree: Path, bundle: Path) -> None:
    postrm = read_deb((bundle / f"{NAME}_1.2.3_all.deb").read_bytes()).control["postrm"].decode()
    assert f"rm -f '/etc/default/{NAME}'" in postrm.split('"purge"')[1]
    unit = (tree / f"usr/lib/systemd/system/{NAME}.service").read_text()
    assert "SupplementaryGroups=video\n" in unit


def test_a_command_of_exec_ends_at_two_dashes() -> None:
    from espalier.bundle.pi.device.actions import split_actions

    rest, actions = split_actions(["--on", "crack", "--exec", "act", "{label}", "--", "a.png", "b.png"])
    assert (rest, actions[0].command) == (["a.png", "b.png"], ["act", "{label}"])
