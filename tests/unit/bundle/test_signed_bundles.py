"""Attacks on signed bundles, a row each: every one is refused. And on bundles without a signature, what is refused all the
same because it stands in two places."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest
from synthetic_source import synthetic_source

from espalier.bundle import android, firmware, golden, manifest, raspberry_pi, signature
from espalier.bundle.manifest import FileRow, Manifest
from espalier.command import verify
from espalier.errors import UsageError, VerificationError
from espalier.facts import Artifact, BundleSource
from espalier.stages.publish import write_files
from espalier.target import load_target

pytest.importorskip("cryptography")

KINDS = {"android-arm64": android.contents, "raspberry-pi-4": raspberry_pi.contents, "cortex-m4": firmware.contents}
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519's group: S and S + ORDER would be one signature."""


@cache
def source(target: str = "android-arm64", version: str = "1.2.3", name: str = "toy-parts") -> BundleSource:
    plain = synthetic_source(name)
    found = load_target(target)
    plain = msgspec.structs.replace(plain, target=found, recipe=msgspec.structs.replace(plain.recipe, version=version))
    if target == "cortex-m4":
        plain = msgspec.structs.replace(plain, arena=firmware.arena_bound(plain.int8_model, found))
    return plain


@cache
def files_of(target: str = "android-arm64", version: str = "1.2.3", name: str = "toy-parts") -> tuple[Artifact, ...]:
    given = source(target, version, name)
    files = KINDS[target](given)
    files += tuple(file for file in golden.artifacts(given) if file.path not in {f.path for f in files})
    return (*files, Artifact(path=manifest.NAME, data=manifest.write(given, files)))


def key(number: int = 0) -> tuple[signature.Signer, bytes]:
    return _pair(number)


@cache
def _pair(number: int) -> tuple[signature.Signer, bytes]:
    secret, public = signature.make_key(None)
    return signature.read_signer(secret, lambda: ""), public


def signed(files: tuple[Artifact, ...], number: int = 0) -> bytes:
    data = next(file.data for file in files if file.path == manifest.NAME)
    return signature.sign(data, key(number)[0], "espalier toy-parts 1.2.3 android-arm64")


def put(folder: Path, files: tuple[Artifact, ...], number: int = 0) -> None:
    """A genuine signed bundle."""
    shutil.rmtree(folder, ignore_errors=True)
    write_files(files, folder, durable=False)
    (folder / signature.NAME).write_bytes(signed(files, number))


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(verify, "_replay_checks", lambda *_: [])
    monkeypatch.setattr(verify, "Worker", None)
    (tmp_path / "ours.pub").write_bytes(key()[1])
    put(tmp_path / "bundle", files_of())
    yield tmp_path / "bundle"


def hold(folder: Path) -> None:
    """As a careful user verifies."""
    verify.verify_bundle(
        folder, keys=[folder.parent / "ours.pub"], name="toy-parts", target="android-arm64", at_least="1.2.0"
    )


# ---- how an attacker writes


def digested(folder: Path, **changes: object) -> Manifest:
    """Change the manifest's words, and make every digest in it fit what lies in the folder."""
    path = folder / manifest.NAME
    stated = msgspec.json.decode(path.read_bytes(), type=Manifest)
    skip = {manifest.NAME, signature.NAME}
    present = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in skip)
    rows = tuple(
        FileRow(
            path=p.relative_to(folder).as_posix(),
            sha256=hashlib.sha256(p.read_bytes()).hexdigest(),
            bytes=p.stat().st_size,
            role="documentation",
        )
        for p in present
    )
    rows = tuple(sorted(rows, key=lambda row: row.path))
    stated = msgspec.structs.replace(stated, files=rows, **changes)
    path.write_bytes(golden.canonical_json(msgspec.structs.replace(stated, digest=manifest.digest_of(stated))))
    return stated


def edit(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    (folder / name).write_bytes(change((folder / name).read_bytes()))


def line(folder: Path, number: int, change: Callable[[bytes], bytes]) -> None:
    """One line of the signature, as bytes behind its base64."""
    lines = (folder / signature.NAME).read_bytes().split(b"\n")
    lines[number] = base64.b64encode(change(base64.b64decode(lines[number])))
    (folder / signature.NAME).write_bytes(b"\n".join(lines))


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def other_s(data: bytes) -> bytes:
    """The same signature in its other form."""
    return data[:-32] + (int.from_bytes(data[-32:], "little") + ORDER).to_bytes(32, "little")


def put_signature(folder: Path, data: bytes) -> None:
    (folder / signature.NAME).write_bytes(data)


def mine_with_your_number(folder: Path) -> None:
    mine = key(1)[0]
    forged = signature.Signer(key()[0].number, mine.seed, mine.public)
    put_signature(folder, signature.sign((folder / manifest.NAME).read_bytes(), forged, "trust me"))


def hard_link(folder: Path) -> None:
    os.link(folder / "README.md", folder.parent / "elsewhere")


def link_to(folder: Path, name: str) -> None:
    shutil.move(folder / name, folder.parent / "moved")
    (folder / name).symlink_to(folder.parent / "moved")


def fifo(folder: Path) -> None:
    (folder / "README.md").unlink()
    os.mkfifo(folder / "README.md")


def attribute(folder: Path) -> None:
    try:
        os.setxattr(folder / "README.md", "user.note", b"x")
    except OSError:
        pytest.skip("this file system has no attributes")


def swap(folder: Path, one: str, other: str) -> None:
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)


def without(folder: Path, name: str) -> None:
    (folder / name).unlink()
    digested(folder)


def with_new(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"new\n")
    digested(folder)


def raw(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, manifest.NAME, change)


def sig(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, signature.NAME, change)


def words(**changes: object) -> Callable[[Path], object]:
    return lambda folder: digested(folder, **changes)


SIGNED: dict[str, Callable[[Path], object]] = {
    # re-digested: all digests fit again
    "version raised, digests made anew": words(version="9.9.9"),
    "name changed, digests made anew": words(name="other"),
    "target changed, digests made anew": words(target="cortex-m4"),
    "labels reversed, digests made anew": words(labels=("c", "b", "a")),
    "threshold 0, digests made anew": words(threshold=0.0),
    "measurements gone, digests made anew": words(measurements=()),
    "checks gone, digests made anew": words(checks=()),
    "advice invented, digests made anew": words(advice=("all is well",)),
    "models gone, digests made anew": words(models=()),
    "origin forged, digests made anew": words(origin=manifest.Origin(model_sha256="f" * 64, macs=1, parameters=1)),
    "maker's version forged, digests made anew": words(espalier="99.0"),
    "floor lowered, digests made anew": words(runtime_floor="1.0.0"),
    "nothing but the digests written again": words(),
    "README changed, digests made anew": lambda f: (edit(f, "README.md", lambda d: d + b"run me\n"), digested(f)),
    "golden vector changed, digests made anew": lambda f: (edit(f, "golden/vector-0.bin", flip(0)), digested(f)),
    "file taken out, digests made anew": lambda f: without(f, "README.md"),
    "file put in, digests made anew": lambda f: with_new(f, "setup.sh"),
    # the manifest's text
    "manifest cut": raw(lambda d: d[:-1]),
    "manifest with a line more": raw(lambda d: d + b"\n"),
    "manifest with a mark of byte order": raw(lambda d: b"\xef\xbb\xbf" + d),
    "manifest in one line": raw(lambda d: msgspec.json.format(d, indent=0)),
    "manifest with a key twice": raw(lambda d: d.replace(b'"name"', b'"name": "x",\n  "name"', 1)),
    "manifest with a key more": raw(lambda d: d.replace(b"{", b'{\n  "also": 1,', 1)),
    "manifest with line ends of DOS": raw(lambda d: d.replace(b"\n", b"\r\n")),
    "one bit of the manifest": raw(flip(100)),
    # stripped, other, broken signatures
    "signature taken away": lambda f: (f / signature.NAME).unlink(),
    "signature emptied": lambda f: put_signature(f, b""),
    "signature cut": sig(lambda d: d[: len(d) // 2]),
    "signature of zeros": lambda f: (line(f, 1, lambda d: d[:10] + bytes(64)), line(f, 3, lambda d: bytes(64))),
    "one bit of the signature": lambda f: line(f, 1, flip(40)),
    "one bit of the comment's signature": lambda f: line(f, 3, flip(40)),
    "the other form of the signature": lambda f: line(f, 1, other_s),
    "the other form of the comment's signature": lambda f: line(f, 3, other_s),
    "comment changed": sig(lambda d: d.replace(b"1.2.3", b"1.2.4")),
    "comment taken away": sig(lambda d: b"\n".join(d.split(b"\n")[:2]) + b"\n"),
    "another key": lambda f: put_signature(f, signed(files_of(), 1)),
    "another key under the number of ours": mine_with_your_number,
    "number of another key": lambda f: line(f, 1, flip(5)),
    "signature of another kind (not hashed)": lambda f: line(f, 1, lambda d: b"Ed" + d[2:]),
    "signature of an unknown kind": lambda f: line(f, 1, lambda d: b"XX" + d[2:]),
    "signature of the README": lambda f: put_signature(f, signature.sign(b"README", key()[0], "x")),
    "signature of an older bundle": lambda f: put_signature(f, signed(files_of(version="1.0.0"))),
    "signature of the bundle for another target": lambda f: put_signature(f, signed(files_of("raspberry-pi-4"))),
    "two signatures in one file": sig(lambda d: d + d),
    "another's signature, then ours": sig(lambda d: signed(files_of(), 1) + d),
    "a line more": sig(lambda d: d + b"x\n"),
    "line ends of DOS in the signature": sig(lambda d: d.replace(b"\n", b"\r\n")),
    "spaces in the base64": sig(lambda d: d.replace(b"\nRU", b"\n RU", 1)),
    "base64 with loose bits": sig(lambda d: d[:-3] + bytes([d[-3] ^ 1]) + d[-2:] if d.endswith(b"==\n") else d[1:]),
    "a large signature": sig(lambda d: d + b"x" * 10_000),
    "bytes that are no text": lambda f: put_signature(f, bytes(range(256))),
    "signature renamed": lambda f: (f / signature.NAME).rename(f / "manifest.json.MINISIG"),
    "signature in a folder": lambda f: shutil.move(f / signature.NAME, f / "golden" / signature.NAME),
    "signature behind a link": lambda f: link_to(f, signature.NAME),
    # genuine, and not what was asked for
    "rolled back": lambda f: put(f, files_of(version="1.1.9")),
    "for another target": lambda f: put(f, files_of("raspberry-pi-4")),
    "of another model": lambda f: put(f, files_of(name="other-parts")),
    "signed by another": lambda f: put(f, files_of(), 1),
    "files of another version below this manifest": lambda f: (
        [edit(f, a.path, lambda _, d=a.data: d) for a in files_of(version="1.1.9") if (f / a.path).is_file()
         and a.path != manifest.NAME]
    ),
    # files that the manifest does not name so
    "file changed": lambda f: edit(f, "README.md", flip(0)),
    "file longer": lambda f: edit(f, "README.md", lambda d: d + b"\0"),
    "file shorter": lambda f: edit(f, "README.md", lambda d: d[:-1]),
    "file missing": lambda f: (f / "README.md").unlink(),
    "file more": lambda f: (f / "setup.sh").write_text("x"),
    "file more, hidden": lambda f: (f / ".git").write_text("x"),
    "file in other letters": lambda f: (f / "README.md").rename(f / "readme.md"),
    "files swapped": lambda f: swap(f, "golden/vector-0.bin", "golden/vector-1.bin"),
    "manifest of another place": lambda f: shutil.move(f / manifest.NAME, f / "golden" / manifest.NAME),
    "file behind a link": lambda f: link_to(f, "README.md"),
    "folder behind a link": lambda f: link_to(f, "golden"),
    "file with a second name": hard_link,
    "pipe in a file's place": fifo,
    "folder in a file's place": lambda f: ((f / "README.md").unlink(), (f / "README.md").mkdir()),
    "empty folder": lambda f: (f / "golden" / "more").mkdir(),
    "file that may be run": lambda f: (f / "README.md").chmod(0o755),
    "file with its owner's rights": lambda f: (f / "README.md").chmod(0o4644),
    "attribute": attribute,
}  # fmt: skip


def test_a_genuine_bundle_is_accepted(bundle: Path) -> None:
    hold(bundle)
    first = verify.verify_bundle(bundle, keys=[bundle.parent / "ours.pub"]).checks[0]
    assert (first.name, first.result) == ("signature", "passed")
    assert first.why == f"key {key()[0].public.name}: espalier toy-parts 1.2.3 android-arm64"


def test_there_are_enough_attacks() -> None:
    assert len(SIGNED) + len(UNSIGNED) >= 90


@pytest.mark.parametrize("attack", SIGNED.values(), ids=SIGNED)
def test_an_attack_on_a_signed_bundle_is_refused(bundle: Path, attack: Callable[[Path], object]) -> None:
    attack(bundle)
    with pytest.raises((VerificationError, UsageError)) as caught:
        hold(bundle)
    assert caught.value.next_step or caught.value.supported or "not" in caught.value.found


# ---- without a signature: what stands in two places


def model_row(folder: Path) -> None:
    stated = msgspec.json.decode((folder / manifest.NAME).read_bytes(), type=Manifest)
    digested(folder, models=(msgspec.structs.replace(stated.models[0], sha256="0" * 64),))


def contract(**changes: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        stated = msgspec.json.decode((folder / manifest.NAME).read_bytes(), type=Manifest)
        digested(folder, contract=msgspec.structs.replace(stated.contract, **changes))

    return change


def golden_json(**changes: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / "golden" / "golden.json"
        told = msgspec.json.decode(path.read_bytes(), type=golden.Golden)
        path.write_bytes(golden.canonical_json(msgspec.structs.replace(told, **changes)))
        digested(folder)

    return change


def in_c(old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        places = [path for path in folder.rglob("*.[ch]") if old in path.read_text()]
        assert places, old
        for path in places:
            path.write_text(path.read_text().replace(old, new))
        digested(folder)

    return change


PI, MCU, PHONE = "raspberry-pi-4", "cortex-m4", "android-arm64"
UNSIGNED: dict[str, tuple[str, Callable[[Path], object]]] = {
    "labels reversed (.deb)": (PI, words(labels=tuple(reversed(source().labels)))),
    "labels reversed (AAR)": (PHONE, words(labels=tuple(reversed(source().labels)))),
    "labels reversed (C)": (MCU, words(labels=tuple(reversed(source().labels)))),
    "threshold 0 (.deb)": (PI, words(threshold=0.0)),
    "threshold 0 (C)": (MCU, words(threshold=0.0)),
    "version rolled back (.deb)": (PI, words(version="1.0.0")),
    "version rolled back (AAR)": (PHONE, words(version="1.0.0")),
    "version rolled back (C)": (MCU, words(version="1.0.0")),
    "another target (.deb)": (PI, words(target="raspberry-pi-5")),
    "another name (.deb)": (PI, words(name="other")),
    "another name (AAR)": (PHONE, words(name="other")),
    "another way to resize": (PHONE, contract(resize="area")),
    "another color": (PI, contract(color="bgr")),
    "another size": (MCU, contract(size=(9, 9))),
    "no golden vectors": (PHONE, golden_json(vectors=())),
    "no contract cases": (PHONE, golden_json(cases=())),
    "golden vectors unlike those in the .deb": (
        PI, lambda f: (edit(f, "golden/vector-0.bin", flip(3)), digested(f))
    ),
    "model of another digest": (PHONE, model_row),
    "labels in the C changed": (MCU, in_c(f'"{source().labels[0]}"', '"other"')),
    "threshold in the C changed": (MCU, in_c("_THRESHOLD 64", "_THRESHOLD 2")),
    "height in the C changed": (MCU, in_c(f"_HEIGHT {source().contract.size[0]}", "_HEIGHT 77")),
}  # fmt: skip


@pytest.mark.parametrize(("target", "attack"), UNSIGNED.values(), ids=UNSIGNED)
def test_what_stands_in_two_places_cannot_be_changed_in_one(
    bundle: Path, target: str, attack: Callable[[Path], object]
) -> None:
    put(bundle, files_of(target))
    (bundle / signature.NAME).unlink()
    assert verify.verify_bundle(bundle).checks[0].result == "not run"
    attack(bundle)
    with pytest.raises(VerificationError):
        verify.verify_bundle(bundle)


def test_a_key_that_is_required_must_be_given(bundle: Path) -> None:
    with pytest.raises(UsageError, match="--require-signature"):
        verify.verify_bundle(bundle, require_signature=True)
    with pytest.raises(UsageError, match="is no version"):
        verify.verify_bundle(bundle, at_least="new")
    (bundle.parent / "bad.pub").write_text("no key")
    with pytest.raises(UsageError, match="public key is damaged"):
        verify.verify_bundle(bundle, keys=[bundle.parent / "bad.pub"])
    hold_any = [bundle.parent / "theirs.pub", bundle.parent / "ours.pub"]
    (bundle.parent / "theirs.pub").write_bytes(key(1)[1])
    assert verify.verify_bundle(bundle, keys=hold_any).checks[0].result == "passed", "one of the keys is enough"
