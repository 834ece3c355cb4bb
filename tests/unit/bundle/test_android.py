"""The phone bundle: what Android's tools take, checked with those that are here."""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from metadata_model import with_metadata
from synthetic_source import CONTRACT, LABELS, model, synthetic_source

from espalier.bundle import android, android_app, android_check, golden, mediapipe_words
from espalier.bundle.archive import Entry, read_zip, zip_bytes
from espalier.bundle.metadata_check import metadata_problem
from espalier.errors import BugError
from espalier.facts import Artifact, BundleSource, Check, Measurement
from espalier.stages.publish import write_files
from espalier.target import load_target, targets_folder
from espalier.tflite.metadata import add_metadata

BASE = "maven/dev/espalier/models/toy-parts"
LIBRARY = f"{BASE}/1.2.3/toy-parts-1.2.3"


def source() -> BundleSource:
    return msgspec.structs.replace(synthetic_source(), uint8_model=with_metadata(model("uint8"), LABELS))


def contents() -> dict[str, bytes]:
    return {artifact.path: artifact.data for artifact in android.contents(source())}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(android.contents(source()) + golden.artifacts(source()), tmp_path / "bundle")
    return tmp_path / "bundle"


def test_the_repository_holds_every_file_with_its_four_checksums() -> None:
    files = contents()
    plain = {path for path in files if not path.endswith(android.CHECKSUMS)}
    assert {path for path in plain if path.startswith("app/")} == {artifact.path for artifact in android_app.artifacts(source())}
    plain = {path for path in plain if not path.startswith("app/")}
    assert plain == {
        "README.md",
        f"{BASE}/maven-metadata.xml",
        *(f"{LIBRARY}{ending}" for ending in (".aar", ".pom", "-sources.jar", "-selftest.jar")),
    }
    for path in plain - {"README.md"}:
        for kind in android.CHECKSUMS:
            assert files[f"{path}.{kind}"].decode() == hashlib.new(kind, files[path]).hexdigest()


def test_equal_sources_give_equal_bytes() -> None:
    assert android.contents(source()) == android.contents(
        msgspec.convert(msgspec.to_builtins(source()), BundleSource)
    )


def test_the_library_holds_what_android_asks_for_and_the_model_stored() -> None:
    data = contents()[f"{LIBRARY}.aar"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        assert infos.keys() == {
            "AndroidManifest.xml",
            "META-INF/com/android/build/gradle/aar-metadata.properties",
            "R.txt",
            "assets/models/toy_parts.tflite",
            "assets/models/toy_parts_labels.txt",
            "classes.jar",
            "proguard.txt",
        }
        assert infos["assets/models/toy_parts.tflite"].compress_type == zipfile.ZIP_STORED
        assert archive.read("assets/models/toy_parts.tflite") == source().uint8_model
        assert archive.read("assets/models/toy_parts_labels.txt").decode() == "".join(
            f"{x}\n" for x in LABELS
        )
        manifest = ElementTree.fromstring(archive.read("AndroidManifest.xml"))
    assert manifest.get("package") == "dev.espalier.models.toy_parts"
    uses = manifest.find("uses-sdk")
    assert uses is not None
    assert uses.get("{http://schemas.android.com/apk/res/android}minSdkVersion") == "23"


def test_maven_files_are_well_formed_and_name_the_library() -> None:
    files = contents()
    pom = ElementTree.fromstring(files[f"{LIBRARY}.pom"])
    space = "{http://maven.apache.org/POM/4.0.0}"
    found = {child.tag.removeprefix(space): child.text for child in pom}
    assert found["groupId"] == "dev.espalier.models" and found["artifactId"] == "toy-parts"
    assert found["version"] == "1.2.3" and found["packaging"] == "aar"
    metadata = ElementTree.fromstring(files[f"{BASE}/maven-metadata.xml"])
    assert (
        metadata.findtext("versioning/release") == "1.2.3" and metadata.find("versioning/lastUpdated") is None
    )


def test_the_self_test_is_no_part_of_what_an_app_ships() -> None:
    files = contents()
    shipped = read_zip(read_zip(files[f"{LIBRARY}.aar"])["classes.jar"])
    tests = read_zip(files[f"{LIBRARY}-selftest.jar"])
    package = "dev/espalier/models/toy_parts"
    assert {f"{package}/{n}.class" for n in ("Model", "Labels", "Decision", "Preprocessor")} <= shipped.keys()
    assert not any("SelfTest" in path or "golden" in path for path in shipped)
    assert f"{package}/SelfTest.class" in tests and f"{package}/golden/golden.json" in tests
    assert not shipped.keys() & tests.keys() - {"META-INF/MANIFEST.MF"}


def test_the_readme_gives_coordinates_package_and_counts() -> None:
    readme = contents()["README.md"].decode()
    for words in (
        'implementation("dev.espalier.models:toy-parts:1.2.3")',
        'androidTestImplementation("dev.espalier.models:toy-parts:1.2.3:selftest")',
        "import dev.espalier.models.toy_parts.Preprocessor",
        "com.google.ai.edge.litert:litert:2.3.0` (2.1.0 or later) | minSdk 24",
        "com.google.android.gms:play-services-litert:17.0.0",
        "16 KB pages ask nothing of it",
        "replays 7 preprocessing cases, 16 camera frames and 3 golden vectors",
        "confidence of 0.75",
    ):
        assert words in readme
    assert max(map(len, readme.splitlines())) <= 120


def test_the_target_states_what_the_bundle_needs() -> None:
    target = load_target("android-arm64")
    assert target.number("min-sdk") == 23 and target.io_dtype == "uint8" and target.bundle == "aar"
    assert (targets_folder() / "android-arm64.toml").is_file()
    without = msgspec.structs.replace(source(), target=msgspec.structs.replace(target, facts={}))
    with pytest.raises(BugError, match="min-sdk"):
        android.contents(without)


@pytest.fixture
def with_jdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thorough checks are those of the JDK only: Gradle takes seconds."""
    of_jdk = tuple(row for row in android_check.SLOW_CHECKS if row[1] in ("javac", "javap"))
    monkeypatch.setattr(android_check, "SLOW_CHECKS", of_jdk)


def by_tool(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.tool: check for check in checks}


TOOLS = {
    "javac": ("javac", "java"),
    "java": ("java",),
    "javap": ("javap",),
    "aapt": ("aapt", "zipalign"),
    "sha256sum": ("md5sum", "sha1sum", "sha256sum", "sha512sum"),
    "zipfile": (),
    "espalier": (),
}


def test_the_checks_of_the_tools_that_are_here_pass(folder: Path, with_jdk: None) -> None:
    checks = by_tool(android.check(folder, source(), thorough=True))
    for tool, needed in TOOLS.items():
        result = "passed" if all(map(shutil.which, needed)) else "not run"
        assert (checks[tool].result, checks[tool].why) == (
            result,
            "" if result == "passed" else "not installed",
        )
        assert checks[tool].version or result == "not run"
    for tool in ("Android Gradle Plugin", "R8", "Android emulator"):
        assert checks[tool].result == "not run" and checks[tool].why


def test_checks_that_take_seconds_run_when_asked_for_only(folder: Path) -> None:
    checks = by_tool(android.check(folder, source()))
    for tool in ("javac", "javap", "gradle", "mediapipe", "kotlinc"):
        assert checks[tool].result == "not run" and "thorough" in checks[tool].why


def test_a_tool_that_is_absent_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    checks = android.check(folder, source(), thorough=True)
    results = {check.tool: (check.result, check.why) for check in checks}
    for tool in ("javac", "java", "javap", "aapt", "md5sum", "gradle"):
        assert results[tool] == ("not run", "not installed")
    assert results["zipfile"][0] == results["espalier"][0] == "passed"


def test_a_tool_that_does_not_work_is_not_run_and_says_why(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tool in (
        "java",
        "javac",
        "javap",
        "aapt",
        "zipalign",
        "gradle",
        "md5sum",
        "sha1sum",
        "sha256sum",
        "sha512sum",
    ):
        (tmp_path / tool).write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    checks = by_tool(android.check(folder, source(), thorough=True))
    for tool in ("java", "javac", "javap", "aapt", "gradle", "sha256sum"):
        assert checks[tool].result == "not run" and checks[tool].why, tool
    assert "broken" in checks["java"].why


def damaged(folder: Path, ending: str, change: dict[str, bytes]) -> None:
    path = folder / f"{LIBRARY}{ending}"
    files = read_zip(path.read_bytes()) | change
    path.write_bytes(zip_bytes(Entry(path=name, data=data) for name, data in files.items()))


def test_damage_to_the_library_is_found_by_the_tool_that_meets_it(folder: Path, with_jdk: None) -> None:
    damaged(folder, "-selftest.jar", {"dev/espalier/models/toy_parts/golden/case-2.bin": bytes(48)})
    damaged(folder, "-sources.jar", {"dev/espalier/models/toy_parts/Model.java": b"class Model"})
    damaged(folder, ".aar", {"assets/models/toy_parts_labels.txt": b"good\n"})
    checks = by_tool(android.check(folder, source(), thorough=True))
    assert "sha256" in checks["sha256sum"].why
    assert "other labels" in checks["zipfile"].why and "compressed" in checks["zipfile"].why
    if shutil.which("javac"):
        assert "preprocessing 2 gives other bytes" in checks["java"].why
        assert "javac refuses" in checks["javac"].why


def test_another_model_in_the_library_is_found(folder: Path, with_jdk: None) -> None:
    other = msgspec.structs.replace(source(), uint8_model=with_metadata(model("uint8", 5), LABELS))
    checks = by_tool(android.check(folder, other, thorough=True))
    assert "another model" in checks["zipfile"].why
    if shutil.which("javap"):
        assert "SHA256 is" in checks["javap"].why
    if shutil.which("aapt"):
        assert checks["aapt"].why == "the model is not stored as it is"


@pytest.mark.sweep
@pytest.mark.skipif(not shutil.which("gradle"), reason="gradle is not installed")
def test_gradle_resolves_the_library_from_the_bundle(folder: Path) -> None:
    check = by_tool(android.check(folder, source(), thorough=True))["gradle"]
    assert (check.result, check.why) == ("passed", "") and check.version


FAKE_MEDIAPIPE = """
import types
__version__ = "0.0.1"
class ImageFormat: SRGB = 1
class Image:
    def __init__(self, image_format, data): self.data = data
class BaseOptions:
    def __init__(self, model_asset_path): self.path = model_asset_path
class ImageClassifierOptions:
    def __init__(self, base_options, max_results): self.path = base_options.path
class ImageClassifier:
    def create_from_options(options): return ImageClassifier()
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def classify(self, image):
        answer = types.SimpleNamespace(index=INDEX, category_name=LABEL, score=0.5)
        return types.SimpleNamespace(classifications=[types.SimpleNamespace(categories=[answer])])
"""


@pytest.mark.parametrize("right", [True, False])
def test_mediapipe_answers_are_held_against_the_golden_vectors(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: bool
) -> None:
    """The real MediaPipe is a 600 MB installation; a stand-in with one answer shows how they are judged."""
    given = source()
    vector = given.golden[0]
    index = given.labels.index(vector.label)
    wrong = (index + 1) % 3
    text = FAKE_MEDIAPIPE.replace("INDEX", str(index if right else wrong))
    package = tmp_path / "modules" / "mediapipe"
    (package / "tasks" / "python" / "vision").mkdir(parents=True)
    (package / "__init__.py").write_text(text.replace("LABEL", repr(given.labels[index if right else wrong])))
    (package / "tasks" / "__init__.py").write_text("")
    for place in ("", "vision"):
        (package / "tasks" / "python" / place / "__init__.py").write_text("from mediapipe import *\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "modules"), *sys.path])
    monkeypatch.setattr(
        android_check, "PYTHON", (sys.executable, "-I", "-c", _with_path(tmp_path / "modules"))
    )
    alone = msgspec.structs.replace(given, golden=(vector,))
    work = android_check._Work(
        folder=folder, scratch=tmp_path, source=alone, aar=read_zip((folder / f"{LIBRARY}.aar").read_bytes())
    )
    check = android_check._mediapipe(work)
    assert (check.result, check.tool) == ("passed" if right else "failed", "mediapipe")


def _with_path(folder: Path) -> str:
    return f"import sys; sys.path.insert(0, {str(folder)!r})\n" + android_check._MEDIAPIPE


def test_mediapipe_is_not_asked_about_a_model_that_does_not_take_rgb(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(android_check.importlib.util, "find_spec", lambda name: object())
    given = source()
    gray = msgspec.structs.replace(
        given,
        recipe=msgspec.structs.replace(
            given.recipe, input=msgspec.structs.replace(given.contract, color="gray")
        ),
    )
    work = android_check._Work(folder=folder, scratch=tmp_path, source=gray, aar={})
    assert android_check._mediapipe(work).why == "it feeds RGB, the model takes gray"


def test_the_metadata_is_read_back() -> None:
    assert metadata_problem(source().uint8_model, LABELS, 3) == ""


def test_the_metadata_that_a_build_writes_is_read_back() -> None:
    made = add_metadata(model("uint8"), labels=LABELS, contract=CONTRACT, name="toy-parts", version="1.2.3")
    assert metadata_problem(made, LABELS, 3) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": b"SOMETHING_ELSE"}, "no TFLITE_METADATA"),
        ({"identifier": b"M002"}, "no TFLITE_METADATA"),
        ({"mean": ()}, "mean and std"),
        ({"mean": (1.0, 2.0)}, "mean and std"),
        ({"units": 0}, "how the input is normalised"),
        ({"units": 2}, "how the input is normalised"),
        ({"file": "other.txt"}, "not at the end of the model"),
        ({"file": ""}, "does not name one label file"),
        ({"stored": False}, "compressed"),
        ({"written": ("a", "b", "c")}, "other labels"),
        ({"written": None}, "not at the end of the model"),
    ],
)
def test_metadata_that_a_reader_would_miss_is_named(change: dict[str, object], words: str) -> None:
    assert words in metadata_problem(with_metadata(model("uint8"), LABELS, **change), LABELS, 3)


def test_a_model_that_is_no_flatbuffer_is_named() -> None:
    assert "cannot be read" in metadata_problem(b"\xff" * 64, LABELS, 3)


def test_no_file_of_the_bundle_holds_a_path_of_this_machine() -> None:
    for artifact in (*android.contents(source()), *golden.artifacts(source())):
        assert str(Path.home()).encode() + b"/" not in artifact.data or Path.home() == Path("/")
        assert str(Path(__file__).parents[3]).encode() not in artifact.data


def test_artifacts_are_sorted_and_have_roles() -> None:
    made = android.contents(source())
    assert list(made) == sorted(made, key=lambda a: a.path)
    assert {a.role for a in made} == {"maven", "library", "sources", "self-test", "checksum", "documentation", "sample"}
    assert all(isinstance(a, Artifact) and not a.executable for a in made)


def test_mediapipe_is_promised_where_it_can_feed_the_model_and_its_price_is_told() -> None:
    rgb = source()
    plain = android.contents(rgb)
    assert b"takes the model as it is" in next(a.data for a in plain if a.path == "README.md")
    how = {"unit": "share", "how": "measured", "n": 600}
    figures = {"top1_int8": 0.985, mediapipe_words.RIGHT: 0.9533, mediapipe_words.SAME: 0.96}
    rows = tuple(Measurement(quantity=name, value=value, **how) for name, value in figures.items())
    told = mediapipe_words.classifier_words(msgspec.structs.replace(rgb, measurements=rows))
    assert "95.3% of 600 answers were right" in told and "`Preprocessor` 98.5%" in told
    for color in ("gray", "bgr", "bands"):
        contract = msgspec.structs.replace(CONTRACT, color=color, bands=4 if color == "bands" else 0)
        recipe = msgspec.structs.replace(rgb.recipe, input=contract)
        words = mediapipe_words.classifier_words(msgspec.structs.replace(rgb, recipe=recipe, measurements=rows))
        assert "cannot feed" in words and "takes the model as it is" not in words
