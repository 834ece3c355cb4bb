"""The manifest: canonical, complete, deterministic, and refused when anything in it was changed."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from synthetic_source import model, synthetic_source

from espalier.bundle import manifest
from espalier.bundle.archive import Entry, deb_bytes, zip_bytes
from espalier.bundle.golden import canonical_json
from espalier.errors import BugError, VerificationError
from espalier.facts import Artifact, Check, Measurement


def artifacts() -> tuple[Artifact, ...]:
    library = zip_bytes([Entry(path="assets/m.tflite", data=model("uint8"), stored=True)])
    package = deb_bytes(
        [Entry(path="control", data=b"Package: m\n")],
        [Entry(path="usr/share/m/m.tflite", data=model("uint8"))],
    )
    return (
        Artifact(path="src/model.tflite", data=model("int8"), role="model"),
        Artifact(path="maven/m.aar", data=library, role="library"),
        Artifact(path="m.deb", data=package),
        Artifact(path="README.md", data=b"read me\n", role="documentation"),
    )


def written() -> bytes:
    return manifest.write(synthetic_source(), artifacts())


def rewritten(**changes: object) -> bytes:
    """A manifest with other content and a digest that fits: what an attacker would write."""
    changed = msgspec.structs.replace(manifest.read(written()), digest="", **changes)
    digest = hashlib.sha256(canonical_json(changed)).hexdigest()
    return canonical_json(msgspec.structs.replace(changed, digest=digest))


def test_what_was_written_is_read_back() -> None:
    source, read = synthetic_source(), manifest.read(written())
    assert (read.name, read.version, read.target) == ("toy-parts", "1.2.3", "android-arm64")
    assert [row.path for row in read.files] == ["README.md", "m.deb", "maven/m.aar", "src/model.tflite"]
    assert read.checks == source.checks
    assert [use.name for use in read.operators] == ["fully_connected", "softmax"]
    assert read.labels == source.labels and read.threshold == 0.75
    assert read.quantization == manifest.Quantization(scheme="int8", weights="per-channel")
    assert (read.input.scale, read.output.zero_point) == (source.input.scale, -128)
    assert canonical_json(read) == written()


def test_models_are_found_as_files_and_inside_archives() -> None:
    rows = manifest.read(written()).models
    assert [(row.path, row.member, row.dtype) for row in rows] == [
        ("m.deb", "usr/share/m/m.tflite", "uint8"),
        ("maven/m.aar", "assets/m.tflite", "uint8"),
        ("src/model.tflite", "", "int8"),
    ]
    assert rows[2].sha256 == hashlib.sha256(model("int8")).hexdigest() and rows[2].bytes == len(model("int8"))


def test_equal_builds_give_equal_bytes_in_whatever_order_the_files_come() -> None:
    assert manifest.write(synthetic_source(), artifacts()[::-1]) == written()


def test_an_int_given_for_a_float_is_written_as_it_is_read() -> None:
    source = msgspec.structs.replace(
        synthetic_source(), measurements=(Measurement(quantity="macs", value=3, unit="MACs", how="counted"),)
    )
    assert manifest.read(manifest.write(source, ())).measurements[0].value == 3.0


@pytest.mark.parametrize(
    "path", ["/abs", "a/../b", "..", "a//b", "a/./b", "dir/", "uml\u00e4ut", "back\\slash", ""]
)
def test_a_path_that_is_not_plain_is_never_written_nor_read(path: str) -> None:
    with pytest.raises(BugError, match="plain relative path"):
        manifest.write(synthetic_source(), [Artifact(path=path, data=b"")])
    row = manifest.FileRow(path=path, sha256="0" * 64, bytes=0, role="file")
    with pytest.raises(VerificationError, match="plain relative path"):
        manifest.read(rewritten(files=(row,), models=()))


def test_paths_that_collide_are_refused() -> None:
    assert manifest.path_problem(["a/B", "a/b"]) == "'a/B' and 'a/b' collide"
    assert manifest.path_problem(["a", "a"]) == "'a' and 'a' collide"
    assert manifest.path_problem(["A", "a/b"]) == "'A' is a file and the folder of 'a/b'"
    assert manifest.path_problem(["a", "ab/c", "b"]) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "espalier-bundle/2"}, "has the format"),
        (
            {"models": (manifest.ModelRow(path="no", member="", sha256="", bytes=0, dtype=""),)},
            "not in a file",
        ),
        ({"checks": (Check(name="a", tool="b", result="fine"),)}, "unknown result"),
    ],
)
def test_a_manifest_that_breaks_a_rule_is_refused_even_with_a_fitting_digest(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(VerificationError, match=words):
        manifest.read(rewritten(**changes))


def test_files_out_of_order_and_the_manifest_itself_are_refused() -> None:
    files = manifest.read(written()).files
    with pytest.raises(VerificationError, match="not sorted"):
        manifest.read(rewritten(files=files[::-1]))
    own = manifest.FileRow(path="manifest.json", sha256="0" * 64, bytes=0, role="file")
    with pytest.raises(VerificationError, match="lists itself"):
        manifest.read(rewritten(files=(own,), models=()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"format": "espalier-bundle/1"}',
        b"x" * (manifest.LIMIT_BYTES + 1),
        b"[" * 100_000,
    ],
    ids=["empty", "object", "list", "binary", "keys", "large", "deep"],
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(VerificationError):
        manifest.read(data)


def test_json_that_is_not_canonical_is_refused() -> None:
    good = written()
    for changed in (
        good + b"\n",
        good[:-1],
        good.replace(b"  ", b" "),
        good.replace(b'"bytes": 8', b'"bytes": 8.0', 1),
    ):
        with pytest.raises(VerificationError):
            manifest.read(changed)
    doubled = good.replace(b'  "digest"', b'  "digest": "",\n  "digest"')
    with pytest.raises(VerificationError, match="not canonical"):
        manifest.read(doubled)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(VerificationError, match="unknown field"):
        manifest.read(written().replace(b'"role"', b'"roll"', 1))


def test_a_broken_archive_is_named() -> None:
    with pytest.raises(VerificationError, match=r"lib\.aar: the zip is broken"):
        manifest.members("lib.aar", b"PK")
    with pytest.raises(VerificationError, match=r"lib\.deb: "):
        manifest.members("lib.deb", b"!<arch>\n")
    assert manifest.members("a.txt", b"PK") == {}
