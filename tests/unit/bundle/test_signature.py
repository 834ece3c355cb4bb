"""Keys and signatures: what is written is minisign's, what is refused is said."""

from __future__ import annotations

import builtins
import shutil
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sound_project import run_here

from espalier.bundle import signature
from espalier.errors import ToolMissingError, UsageError, VerificationError
from espalier.facts import Artifact
from espalier.stages.pipeline import signatures

pytest.importorskip("cryptography")

WORDS = "correct horse battery staple"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase that costs little to try."""
    monkeypatch.setattr(signature, "OPERATIONS", 1 << 16)
    monkeypatch.setattr(signature, "MEMORY", 1 << 24)


def test_a_key_signs_again_with_its_passphrase_and_with_no_other(cheap: None) -> None:
    secret, public = signature.make_key(WORDS)
    assert b"encrypted" in secret
    signer = signature.read_signer(secret, lambda: WORDS)
    first = signature.sign(b"data", signer, "a comment")
    assert first == signature.sign(b"data", signer, "a comment"), "equal inputs, equal bytes"
    key = signature.read_public(public)
    assert signature.check(b"data", first, [key]) == (key, "a comment")
    for wrong in ("", "Correct horse battery staple"):
        with pytest.raises(UsageError, match="passphrase is wrong"):
            signature.read_signer(secret, lambda wrong=wrong: wrong)  # type: ignore[misc]
    with pytest.raises(VerificationError, match="does not fit"):
        signature.check(b"Data", first, [key])


def test_a_damaged_key_file_is_refused(cheap: None) -> None:
    secret, public = signature.make_key(None)
    held = secret.index(b"\n") + 1 + 72  # behind the salt and the costs, which a key without passphrase does not use
    for place in range(held, len(secret) - 1, 7):
        broken = bytearray(secret)
        broken[place] = ord("A") if broken[place] != ord("A") else ord("B")
        with pytest.raises(UsageError):
            signature.read_signer(bytes(broken), lambda: "x")
    for data in (b"", b"untrusted comment: x\n", public[:-5], secret, b"\xff" * 90):
        with pytest.raises(UsageError, match="public key"):
            signature.read_public(data)


def test_keygen_writes_a_secret_that_its_owner_alone_reads_and_replaces_nothing(tmp_path: Path, cheap: None) -> None:
    (tmp_path / "words").write_text(WORDS + "\n")
    command = ["keygen", str(tmp_path / "team"), "--passphrase-file", str(tmp_path / "words")]
    code, said = run_here(command)
    assert code == 0 and "keep it secret" in said
    secret = tmp_path / "team.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    before = secret.read_bytes()
    code, said = run_here(command)
    assert code == 2 and "is there already" in said and secret.read_bytes() == before
    assert signature.read_signer(before, lambda: WORDS).public == signature.read_public((tmp_path / "team.pub").read_bytes())


def test_each_bundle_of_a_build_is_signed_with_its_name_version_and_target(cheap: None) -> None:
    secret, public = signature.make_key(None)
    signer = signature.read_signer(secret, lambda: "")
    job: Any = SimpleNamespace(recipe=SimpleNamespace(name="parts", version="1.4.0"))
    files = [
        Artifact(path=path, data=path.encode())
        for path in ("report.json", "cortex-m4/manifest.json", "cortex-m4/README.md", "pi/manifest.json", "manifest.json")
    ]
    assert signatures(job, files, None) == ()
    made = signatures(job, files, signer)
    assert [file.path for file in made] == ["cortex-m4/manifest.json.minisig", "pi/manifest.json.minisig"]
    _, comment = signature.check(b"pi/manifest.json", made[1].data, [signature.read_public(public)])
    assert comment == "espalier parts 1.4.0 pi"


def test_without_the_package_the_line_that_installs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name.startswith("cryptography"):
            raise ModuleNotFoundError(f"No module named {name!r}", name="cryptography")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ToolMissingError, match="cryptography is not installed") as caught:
        signature.make_key(None)
    assert caught.value.exit_code == 7 and "espalier[sign]" in caught.value.next_step


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed")
def test_minisign_takes_our_files_and_we_take_its(tmp_path: Path) -> None:
    def minisign(*words: str, given: str = "") -> str:
        done = subprocess.run(["minisign", *words], cwd=tmp_path, input=given, capture_output=True, text=True, check=True)
        return done.stdout

    (tmp_path / "manifest.json").write_bytes(b"data")
    for passphrase in (None, WORDS):
        secret, public = signature.make_key(passphrase)
        (tmp_path / "ours.key").write_bytes(secret)
        (tmp_path / "ours.pub").write_bytes(public)
        signer = signature.read_signer(secret, lambda: WORDS)
        (tmp_path / "manifest.json.minisig").write_bytes(signature.sign(b"data", signer, "espalier a 1.0.0 b"))
        assert "espalier a 1.0.0 b" in minisign("-Vm", "manifest.json", "-p", "ours.pub")
        minisign("-Sm", "manifest.json", "-s", "ours.key", "-x", "theirs", given=f"{WORDS}\n")
        signature.check(b"data", (tmp_path / "theirs").read_bytes(), [signature.read_public(public)])
        with pytest.raises(subprocess.CalledProcessError):
            (tmp_path / "manifest.json").write_bytes(b"Data")
            minisign("-Vm", "manifest.json", "-p", "ours.pub")
        (tmp_path / "manifest.json").write_bytes(b"data")
    minisign("-G", "-W", "-p", "plain.pub", "-s", "plain.key")
    minisign("-G", "-p", "locked.pub", "-s", "locked.key", given=f"{WORDS}\n{WORDS}\n")
    for name in ("plain", "locked"):
        signer = signature.read_signer((tmp_path / f"{name}.key").read_bytes(), lambda: WORDS)
        key = signature.read_public((tmp_path / f"{name}.pub").read_bytes())
        assert signature.check(b"data", signature.sign(b"data", signer, "c"), [key]) == (key, "c")
