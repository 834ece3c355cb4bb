"""What a bundle must be, as the caller knows it: signed by whom, of which name and target, how new at least."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..bundle import signature
from ..errors import UsageError, VerificationError
from ..facts import Check
from ..recipe import VERSION

SIGNATURE = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Empty: anything."""

    keys: tuple[signature.PublicKey, ...] = ()
    name: str = ""
    target: str = ""
    at_least: str = ""

    def check_form(self) -> None:
        """Raises UsageError for a version that is none."""
        if self.at_least and re.fullmatch(VERSION, self.at_least) is None:
            raise UsageError(
                f"--at-least {self.at_least!r} is no version", supported="three numbers, such as 1.4.0", next_step="correct it"
            )

    def check_signature(self, data: bytes, signed: bytes | None) -> Check:
        """Hold the signature against the manifest's bytes. Raises VerificationError; without keys it is a check not run."""
        if self.keys:
            key, comment = signature.check(data, signed, self.keys)
            return Check(name=SIGNATURE, tool="espalier", result="passed", why=f"key {key.name}: {comment}")
        why = "no key was given (--key)" if signed is not None else "the bundle is not signed"
        why += ": digests show accidents, not somebody who writes them anew"
        return Check(name=SIGNATURE, tool="espalier", result="not run", why=why)

    def check_stated(self, name: str, version: str, target: str) -> None:
        """Raises VerificationError for a bundle of another name or target, or an older one than is wanted."""
        for what, found, wanted in (("name", name, self.name), ("target", target, self.target)):
            if wanted and found != wanted:
                raise VerificationError(
                    f"the bundle's {what} is {found!r}, not {wanted!r}", next_step="fetch the bundle that was asked for"
                )
        if self.at_least and (re.fullmatch(VERSION, version) is None or _numbers(version) < _numbers(self.at_least)):
            raise VerificationError(
                f"the bundle's version is {version}, older than {self.at_least}",
                supported=f"{self.at_least} or newer",
                next_step="fetch a newer bundle; an old one may be somebody's way back to its faults",
            )


def read_keys(paths: Sequence[Path | str], *, required: bool = False) -> tuple[signature.PublicKey, ...]:
    """The public keys in files. Raises UsageError, also where one is `required` and none is given."""
    if required and not paths:
        raise UsageError(
            "--require-signature needs the key that must have signed the bundle",
            supported="--key with the public key's file, once or several times",
            next_step="--key NAME.pub, as `espalier keygen` wrote it",
        )
    return tuple(signature.read_public(read_key_file(Path(path))) for path in paths)


def read_key_file(path: Path) -> bytes:
    """A key's file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            return file.read(signature.LIMIT_BYTES)
    except OSError as problem:
        raise UsageError(
            f"the key {path} cannot be read: {problem.strerror}", next_step="espalier keygen makes one"
        ) from None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
