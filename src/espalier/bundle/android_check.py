"""Check the phone bundle with the tools that its consumers use; a tool that is not here is named as not
run."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from .. import __version__
from ..errors import EspalierError
from ..facts import BundleSource, Check
from ..scratch import Scratch
from . import android_app, mediapipe_boxes
from .android_boxes import meaning, mediapipe_path
from .android_kotlin import find_compiler, version_of
from .android_kotlin import problems as kotlin_problems
from .android_layout import GROUP, asset_path, java_package, labels_path, library_path
from .android_tools import PROBED, tool_fault
from .archive import read_zip
from .java.compile import compile_java
from .metadata_check import metadata_problem
from .optional_tools import excused, run_tool

SECONDS: Final = 120.0
JVM: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
"""A Java virtual machine that starts fast: nothing here runs for longer than a second."""
ABSENT: Final = "needs Google's Maven repository and an Android SDK"
SLOW: Final = "takes seconds; part of the thorough checks"


class _Work(msgspec.Struct, frozen=True, kw_only=True):
    """The library taken apart in a scratch folder: `aar` is its content, `folder` the bundle."""

    folder: Path
    scratch: Path
    source: BundleSource
    aar: dict[str, bytes]

    @property
    def class_path(self) -> str:
        return f"{self.scratch / 'classes.jar'}:{self.folder / library_path(self.source, '-selftest.jar')}"


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """Run every check on the phone bundle in `folder`; none raises for what it finds, `result` is "failed"
    then.

    `thorough` adds those that take seconds: the JDK's compiler and disassembler, Gradle, MediaPipe's classifier.
    """
    with Scratch() as scratch:
        aar = read_zip((folder / library_path(source, ".aar")).read_bytes())
        work = _Work(folder=folder, scratch=scratch, source=source, aar=aar)
        (work.scratch / "classes.jar").write_bytes(aar["classes.jar"])
        with ThreadPoolExecutor(3) as pool:
            rows = list(pool.map(lambda run: _judged(work, run), FAST))
            slow = [
                _judged(work, run) if thorough else _not_run(name, tool, SLOW)
                for name, tool, run in SLOW_CHECKS
            ]
    names = ("build of an app", "shrinking of the classes", "self-test on a device")
    tools = ("Android Gradle Plugin", "R8", "Android emulator")
    return (*rows, *slow, *(_not_run(name, tool, ABSENT) for name, tool in zip(names, tools, strict=True)))


def _judged(work: _Work, run: Callable[[_Work], Check]) -> Check:
    """A check; one that failed because its tool does not work was not run."""
    check = run(work)
    return excused(check, lambda: tool_fault(check.tool, work.scratch / "probe")) if check.tool in PROBED else check


def _library(work: _Work) -> Check:
    """The AAR as its consumers open it: the mandatory entries, the model stored and equal, the labels."""
    data = (work.folder / library_path(work.source, ".aar")).read_bytes()
    model = f"assets/{asset_path(work.source)}"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        path = f"assets/{labels_path(work.source)}"
        labels = archive.read(path).decode().splitlines() if path in infos else []
        problems = [
            f"no {name}"
            for name in ("AndroidManifest.xml", "classes.jar", "R.txt", model)
            if name not in infos
        ]
        if not problems and archive.read(model) != work.source.uint8_model:
            problems.append("another model")
    if not problems and infos[model].compress_type != zipfile.ZIP_STORED:
        problems.append("the model is compressed")
    if tuple(labels) != work.source.labels:
        problems.append("other labels")
    return _row("AAR entries, model stored uncompressed", "zipfile", platform.python_version(), problems)


def _model_metadata(work: _Work) -> Check:
    problem = metadata_problem(
        work.source.uint8_model,
        () if work.source.finds_boxes else work.source.labels,
        work.source.contract.channels,
        camera=not work.source.contract.retouches,
    )
    return _row("TFLite metadata and labels read back", "espalier", __version__, [problem] if problem else [])


def _checksums(work: _Work) -> Check:
    """Every checksum of the repository, with coreutils."""
    problems = []
    for kind in ("md5", "sha1", "sha256", "sha512"):
        if not shutil.which(f"{kind}sum"):
            return _not_run("Maven checksums", f"{kind}sum", "not installed")
        sums = sorted((work.folder / "maven").rglob(f"*.{kind}"))
        lines = "".join(f"{path.read_text()}  {path.with_suffix('')}\n" for path in sums)
        done = _run(work, [f"{kind}sum", "--check", "--strict", "--status"], given=lines)
        if done.returncode or not sums:
            problems.append(f"{kind} does not fit")
    version = _version(work, ["sha256sum", "--version"])
    if not version and not problems:
        return _not_run("Maven checksums", "sha256sum", "it does not work here: it does not say its version")
    return _row("Maven checksums", "sha256sum", version, problems)


def _self_test(work: _Work) -> Check:
    """The classes as they are shipped, replaying the contract cases."""
    name = f"Java preprocessing equals the contract, {len(work.source.contract_cases)} cases"
    if not shutil.which("java"):
        return _not_run(name, "java", "not installed")
    return _row(name, "java", _java_version(), _self_test_problems(work, work.class_path))


def _self_test_problems(work: _Work, class_path: str) -> list[str]:
    main = f"{java_package(work.source)}.SelfTest"
    done = _run(work, ["java", *JVM, "-cp", class_path, main])
    wanted = f"passed: {len(work.source.contract_cases)} preprocessing cases"
    problems = [] if done.returncode == 0 and done.stdout.startswith(wanted) else [_words(done)]
    more = [name for name, wanted in (("Boxes", work.source.finds_boxes), ("Numbers", bool(work.source.numbers))) if wanted]
    for name in more:
        done = _run(work, ["java", *JVM, "-cp", class_path, f"{main}{name}"])
        problems += [] if done.returncode == 0 and done.stdout.startswith("passed: ") else [_words(done)]
    return problems


def _compiled_sources(work: _Work) -> Check:
    """The sources as they are shipped: they compile, and what comes out passes the self-test, too."""
    name = "shipped Java sources compile and pass the self-test"
    if not shutil.which("javac") or not shutil.which("java"):
        return _not_run(name, "javac", "not installed")
    shipped = read_zip((work.folder / library_path(work.source, "-sources.jar")).read_bytes())
    sources = {path: data for path, data in shipped.items() if path.endswith(".java")}
    try:
        made = compile_java(sources)
    except EspalierError as problem:
        return _row(name, "javac", _java_version(), [problem.found])
    for path, data in made.items():
        (work.scratch / "compiled" / path).parent.mkdir(parents=True, exist_ok=True)
        (work.scratch / "compiled" / path).write_bytes(data)
    problems = _self_test_problems(work, f"{work.scratch / 'compiled'}:{work.class_path}")
    return _row(name, "javac", _java_version(), problems)


def _constants(work: _Work) -> Check:
    """The constants that an app compiles in, as the JDK's disassembler prints them."""
    name = "constants of the Java class"
    if not shutil.which("javap"):
        return _not_run(name, "javap", "not installed")
    model = f"{java_package(work.source)}.Model"
    done = _run(work, ["javap", "-J-XX:TieredStopAtLevel=1", "-constants", "-cp", work.class_path, model])
    contract = work.source.contract
    wanted = {
        "ASSET": f'"{asset_path(work.source)}"',
        "SHA256": f'"{hashlib.sha256(work.source.uint8_model).hexdigest()}"',
        "HEIGHT": str(contract.size[0]),
        "WIDTH": str(contract.size[1]),
        "CHANNELS": str(contract.channels),
        "CLASSES": str(len(work.source.labels)),
        "RESIZE": f'"{contract.resize}"',
        "OUTPUT_ZERO_POINT": str(work.source.output.zero_point + 128),
    }
    printed = dict(re.findall(r"static final \S+ (\w+) = (.*);", done.stdout))
    problems = [f"{key} is {printed.get(key)}" for key, value in wanted.items() if printed.get(key) != value]
    return _row(name, "javap", _java_version(), problems)


def _package(work: _Work) -> Check:
    """Android's packager takes the library's assets into an APK, and the model stays uncompressed and
    aligned."""
    name = "assets packed into an APK, model stored and aligned"
    for tool in ("aapt", "zipalign"):
        if not shutil.which(tool):
            return _not_run(name, tool, "not installed")
    app = work.scratch / "app"
    for path, data in work.aar.items():
        if path.startswith("assets/"):
            (app / path).parent.mkdir(parents=True, exist_ok=True)
            (app / path).write_bytes(data)
    # The library's own manifest needs Android's resources (android.jar), which only an SDK has.
    (app / "AndroidManifest.xml").write_text(f'<manifest package="{java_package(work.source)}" />')
    plain, aligned = work.scratch / "app.apk", work.scratch / "aligned.apk"
    steps = [
        ["aapt", "package", "-f", "-0", "tflite", *["-M", f"{app}/AndroidManifest.xml", "-A", f"{app}/assets", "-F", f"{plain}"]],
        ["zipalign", "-f", "4", f"{plain}", f"{aligned}"],
        ["zipalign", "-c", "4", f"{aligned}"],
    ]
    version = _version(work, ["aapt", "version"])
    for step in steps:
        done = _run(work, step)
        if done.returncode:
            return _row(name, "aapt", version, [f"{step[0]}: {_words(done)}"])
    try:
        with zipfile.ZipFile(aligned) as archive:
            info = archive.getinfo(f"assets/{asset_path(work.source)}")
            stored = info.compress_type == zipfile.ZIP_STORED
            equal = archive.read(info) == work.source.uint8_model
    except (OSError, KeyError, zipfile.BadZipFile) as problem:
        return _row(name, "aapt", version, [f"no package was made: {problem}"])
    return _row(name, "aapt", version, [] if stored and equal else ["the model is not stored as it is"])


_GRADLE_BUILD = """\
repositories {{ maven {{ url '{repository}' }} }}
configurations {{ theLibrary; theSources; theSelfTest }}
dependencies {{
    theLibrary '{coordinates}'
    theSources '{coordinates}:sources@jar'
    theSelfTest '{coordinates}:selftest@jar'
}}
task unpack(type: Copy) {{
    from {{ configurations.theLibrary.collect {{ zipTree(it) }} }}
    from configurations.theSources
    from configurations.theSelfTest
    into 'out'
}}
"""


def _gradle(work: _Work) -> Check:
    """A real resolver of Maven repositories: POM, packaging, classifiers, checksums, layout."""
    name = "library, sources and self-test resolved from the Maven repository"
    if not shutil.which("gradle"):
        return _not_run(name, "gradle", "not installed")
    project = work.scratch / "gradle"
    project.mkdir()
    repository = (work.folder / "maven").resolve().as_uri()
    coordinates = f"{GROUP}:{work.source.recipe.name}:{work.source.recipe.version}"
    text = _GRADLE_BUILD.format(repository=repository, coordinates=coordinates)
    (project / "build.gradle").write_text(text)
    (project / "settings.gradle").write_text("rootProject.name = 'check'\n")
    home = [
        "--gradle-user-home",
        str(work.scratch / "gradle-home"),
        "--project-cache-dir",
        str(work.scratch / "cache"),
    ]
    done = _run(work, ["gradle", "--offline", "--no-daemon", *home, "-p", str(project), "unpack"])
    model = project / "out" / "assets" / asset_path(work.source)
    jars = [Path(library_path(work.source, ending)).name for ending in ("-sources.jar", "-selftest.jar")]
    problems = [] if done.returncode == 0 else [_words(done)]
    if not problems and not (model.is_file() and model.read_bytes() == work.source.uint8_model):
        problems.append("the resolved library holds another model")
    if not problems:
        problems += [f"{jar} was not resolved" for jar in jars if not (project / "out" / jar).is_file()]
    version = re.search(r"Gradle ([\d.]+)", _run(work, ["gradle", "--offline", *home, "--version"]).stdout)
    return _row(name, "gradle", version.group(1) if version else "", problems)


_MEDIAPIPE = """
import json, sys
import numpy, mediapipe
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import ImageClassifier, ImageClassifierOptions
asked = json.load(open(sys.argv[1]))
options = ImageClassifierOptions(base_options=BaseOptions(model_asset_path=asked["model"]), max_results=1)
answers = []
with ImageClassifier.create_from_options(options) as classifier:
    for pixels in asked["pixels"]:
        data = numpy.frombuffer(bytes.fromhex(pixels), numpy.uint8).reshape(asked["shape"])
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=data.copy())
        best = classifier.classify(image).classifications[0].categories[0]
        answers.append([best.index, best.category_name, best.score])
print(json.dumps({"version": mediapipe.__version__, "answers": answers}))
"""


KOTLIN: Final = "Kotlin of the sample app compiles without a warning and feeds the contract's bytes"
PYTHON: Final = (sys.executable, "-c", _MEDIAPIPE)


def _mediapipe(work: _Work) -> Check:
    """MediaPipe's own engine reads the model of the AAR, its metadata and labels, and answers the golden
    vectors."""
    source = work.source
    if source.finds_boxes:
        return _mediapipe_boxes(work)
    name = f"ImageClassifier gives the labels of {len(source.golden)} golden vectors"
    if not source.labels:
        return _not_run(name, "mediapipe", "it reads the probabilities of labels, this model gives values")
    if source.numbers:
        return _not_run(name, "mediapipe", "it feeds an image alone, this model takes numbers beside it")
    if importlib.util.find_spec("mediapipe") is None:
        return _not_run(name, "mediapipe", "not installed")
    if source.contract.color != "rgb":
        return _not_run(name, "mediapipe", f"it feeds RGB, the model takes {source.contract.color}")
    model, asked = work.scratch / "model.tflite", work.scratch / "asked.json"
    model.write_bytes(work.aar[f"assets/{asset_path(source)}"])
    pixels = [vector.pixels.hex() for vector in source.golden]
    asked.write_text(json.dumps({"model": str(model), "pixels": pixels, "shape": source.contract.shape}))
    done = _run(work, [*PYTHON, str(asked)])
    if done.returncode:
        return _row(name, "mediapipe", "", [_words(done)])
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return _row(name, "mediapipe", "", ["it answers with no JSON"])
    problems = [
        f"{vector.name}: {label!r} ({score:.3f})"
        for vector, (index, label, score) in zip(source.golden, answer["answers"], strict=True)
        if not _is_an_answer(source, vector.outputs, index, label)
    ]
    return _row(name, "mediapipe", answer["version"], problems)


def _mediapipe_boxes(work: _Work) -> Check:
    """MediaPipe's own engine decodes the golden vectors with the bundle's model for it."""
    source, name = work.source, f"ObjectDetector gives the boxes of {len(work.source.golden)} golden vectors"
    means = meaning(source)
    if isinstance(means, str):
        return _not_run(name, "mediapipe", f"no model for it: {means}")
    if importlib.util.find_spec("mediapipe") is None:
        return _not_run(name, "mediapipe", "not installed")
    vectors, path = [vector.pixels for vector in source.golden], work.scratch / "asked.json"
    model = str(work.folder / mediapipe_path(source))
    path.write_text(json.dumps(mediapipe_boxes.asked(model, means.threshold, vectors, source.contract.shape)))
    done = _run(work, [sys.executable, "-c", mediapipe_boxes.SCRIPT, str(path)])
    if done.returncode:
        return _row(name, "mediapipe", "", [_words(done)])
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return _row(name, "mediapipe", "", ["it answers with no JSON"])
    outputs = [next(iter(vector.outputs.values())) for vector in source.golden]
    found = mediapipe_boxes.agreement(source, outputs, answer["answers"])
    problem = f"{found.near} of {found.boxes} boxes overlap by {mediapipe_boxes.NEAR} with MediaPipe's"
    return _row(name, "mediapipe", answer["version"], [] if found.holds else [problem])


def _kotlin(work: _Work) -> Check:
    """The sample app's Kotlin: no warning, and its facade feeds the bytes of every golden case and frame."""
    absent, compiler = android_app.absent(work.source), find_compiler()
    if absent or compiler is None or not shutil.which("java"):
        return _not_run(KOTLIN, "kotlinc", absent or "not installed")
    jars = work.class_path.split(":")
    found = kotlin_problems(compiler, work.source, jars, work.scratch / "kotlin")
    return _row(KOTLIN, "kotlinc", version_of(compiler), found)


def _is_an_answer(source: BundleSource, outputs: dict[str, bytes], index: int, label: str) -> bool:
    """Whether a label is the first choice of one of the recorded kernel sets."""
    signed = [[byte - 256 if byte > 127 else byte for byte in data] for data in outputs.values()]
    return source.labels[index] == label and any(values[index] == max(values) for values in signed)


FAST: Final[tuple[Callable[[_Work], Check], ...]] = (
    _self_test,
    _package,
    _checksums,
    _library,
    _model_metadata,
)
SLOW_CHECKS: Final[tuple[tuple[str, str, Callable[[_Work], Check]], ...]] = (
    ("shipped Java sources compile and pass the self-test", "javac", _compiled_sources),
    ("constants of the Java class", "javap", _constants),
    (KOTLIN, "kotlinc", _kotlin),
    ("library, sources and self-test resolved from the Maven repository", "gradle", _gradle),
    ("ImageClassifier gives the labels of the golden vectors", "mediapipe", _mediapipe),
)


def _row(name: str, tool: str, version: str, problems: list[str]) -> Check:
    why = "; ".join(problems)[:1000]
    return Check(name=name, tool=tool, version=version, result="failed" if problems else "passed", why=why)


def _not_run(name: str, tool: str, why: str) -> Check:
    return Check(name=name, tool=tool, result="not run", why=why)


def _run(work: _Work, command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    """A tool with a bare environment; status 127 when it cannot start, 124 when it does not end."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "HOME": str(work.scratch),
        "TMPDIR": str(work.scratch),
    }
    done = run_tool(command, seconds=SECONDS, given=given.encode(), environment=environment)
    return subprocess.CompletedProcess(
        command, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )


def _words(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what a tool said."""
    return (done.stderr.strip() or done.stdout.strip())[-500:] or f"ended with status {done.returncode}"


def _version(work: _Work, command: list[str]) -> str:
    """The first version number that a tool prints."""
    found = re.search(r"\d+(\.\d+)+", _run(work, command).stdout)
    return found.group() if found else ""


def _java_version() -> str:
    """The version of the Java installation, from the file that every one since Java 9 has beside its
    programs."""
    program = shutil.which("java")
    try:
        text = (Path(program or "").resolve().parents[1] / "release").read_text()
    except (OSError, IndexError):
        return ""
    found = re.search(r'JAVA_VERSION="([^"]+)"', text)
    return found.group(1) if found else ""
