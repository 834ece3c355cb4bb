"""Signatures of manifests: Ed25519, in the files of minisign, so that `minisign -Vm manifest.json -p NAME.pub` checks them, too.

The manifest names every other file with its digest, the name, the version and the target: who signs it signs all of these.
A key file holds its key encrypted with a passphrase (scrypt), unless it was made without one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..errors import UsageError, VerificationError, package_error
from . import manifest

NAME: Final = f"{manifest.NAME}.minisig"
LIMIT_BYTES: Final = 4096
_COMMENT, _TRUSTED = "untrusted comment: ", "trusted comment: "
_KEY, _HASHED = b"Ed", b"ED"
_SCRYPT, _PLAIN, _CHECKSUM = b"Sc", b"\0\0", b"B2"
_SECRET: Final = struct.Struct("<2s2s2s32sQQ104s")
_PUBLIC: Final = struct.Struct("<2s8s32s")
_SIGNED: Final = struct.Struct("<2s8s64s")
OPERATIONS: Final = 8 << 20
MEMORY: Final = 256 << 20
"""What a passphrase costs to try: scrypt's limits as libsodium counts them, 256 MiB."""
_MOST_MEMORY: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What checks a signature."""

    number: bytes
    key: bytes

    @property
    def name(self) -> str:
        """As minisign prints it."""
        return self.number[::-1].hex().upper()


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """What signs."""

    number: bytes
    seed: bytes
    public: PublicKey


def need() -> None:
    """Raises ToolMissingError unless what signs and checks is installed."""
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError as problem:
        raise package_error(problem) or problem from None


def make_key(passphrase: str | None) -> tuple[bytes, bytes]:
    """A new pair: the text of the secret key's file, encrypted with a passphrase (None: not), and of the public key's."""
    need()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    number, seed = secrets.token_bytes(8), secrets.token_bytes(32)
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    public = PublicKey(number, key)
    body = number + seed + key + _checksum(number, seed + key)
    salt, limits = (bytes(32), (0, 0)) if passphrase is None else (secrets.token_bytes(32), (OPERATIONS, MEMORY))
    if passphrase is not None:
        body = _mixed(body, passphrase, salt, *limits)
    form = _PLAIN if passphrase is None else _SCRYPT
    secret = _SECRET.pack(_KEY, form, _CHECKSUM, salt, *limits, body)
    kind = "encrypted secret key" if passphrase is not None else "secret key"
    return _text(f"espalier {kind} {public.name}", secret), public_text(public)


def public_text(public: PublicKey) -> bytes:
    """The file of a public key."""
    return _text(f"minisign public key {public.name}", _PUBLIC.pack(_KEY, public.number, public.key))


def read_signer(data: bytes, ask: Callable[[], str]) -> Signer:
    """The key in a secret key's file; `ask` gives the passphrase of an encrypted one. Raises UsageError."""
    fields = _unpacked(data, _SECRET, "secret key")
    algorithm, form, checksum, salt, operations, memory, body = fields
    if algorithm != _KEY or checksum != _CHECKSUM or form not in (_SCRYPT, _PLAIN):
        raise UsageError("the secret key is of another kind", supported="Ed25519 keys of `espalier keygen` or `minisign -G`")
    if form == _SCRYPT:
        body = _mixed(body, ask(), salt, operations, memory)
    number, seed, key, found = body[:8], body[8:40], body[40:72], body[72:]
    unchecked = form == _PLAIN and found == bytes(32)  # as minisign -G -W writes it
    if not unchecked and not hmac.compare_digest(found, _checksum(number, seed + key)):
        raise UsageError(
            "the passphrase is wrong, or the secret key is damaged",
            supported="the passphrase that the key was made with",
            next_step="try again, or make another key: espalier keygen",
        )
    return Signer(number, seed, PublicKey(number, key))


def read_public(data: bytes) -> PublicKey:
    """The key in a public key's file, or alone as one line of base64. Raises UsageError."""
    algorithm, number, key = _unpacked(data, _PUBLIC, "public key")
    if algorithm != _KEY:
        raise UsageError("the public key is of another kind", supported="Ed25519 keys of `espalier keygen` or `minisign -G`")
    return PublicKey(number, key)


def sign(data: bytes, signer: Signer, comment: str) -> bytes:
    """The signature's file; equal inputs give equal bytes. `comment` is signed, too."""
    need()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(signer.seed)
    signature = key.sign(hashlib.blake2b(data).digest())
    whole = key.sign(signature + comment.encode())
    head = _text(f"signature from espalier, key {signer.public.name}", _SIGNED.pack(_HASHED, signer.number, signature))
    return head + f"{_TRUSTED}{comment}\n".encode() + base64.b64encode(whole) + b"\n"


def check(data: bytes, signature: bytes | None, keys: Sequence[PublicKey]) -> tuple[PublicKey, str]:
    """Which of the keys signed, and the signed comment. Raises VerificationError unless one did, ToolMissingError where
    nothing can check it."""
    need()
    if signature is None:
        raise VerificationError(
            f"the bundle is not signed: it has no {NAME}",
            supported="a bundle that `espalier build --sign` wrote",
            next_step="fetch it again from who signs it",
        )
    lines = signature.decode("utf-8", "replace").split("\n") if len(signature) <= LIMIT_BYTES else []
    if len(lines) != 5 or lines[4] or not lines[0].startswith(_COMMENT) or not lines[2].startswith(_TRUSTED):
        raise _refused("is no file of a signature")
    body = _decoded(lines[1].encode(), _SIGNED.size, "signature", VerificationError)
    algorithm, number, first = _SIGNED.unpack(body)
    if algorithm != _HASHED:
        raise _refused("is of a kind that is not taken")
    comment = lines[2].removeprefix(_TRUSTED)
    second = _decoded(lines[3].encode(), 64, "signature", VerificationError)
    known = [key for key in keys if hmac.compare_digest(key.number, number)]
    if not known:
        wanted = ", ".join(key.name for key in keys)
        raise _refused(f"is of the key {number[::-1].hex().upper()}, not of {wanted}")
    for key in known:
        if _is_of(key, first, hashlib.blake2b(data).digest()) and _is_of(key, second, first + comment.encode()):
            return key, comment
    raise _refused("does not fit: the manifest or the signature was changed")


def _is_of(key: PublicKey, signature: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _refused(what: str) -> VerificationError:
    return VerificationError(f"{NAME} {what}", next_step="fetch the bundle again from who signs it; do not use this one")


def _checksum(number: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(_KEY + number + key, digest_size=32).digest()


def _mixed(body: bytes, passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    """`body` with the passphrase's stream over it: encrypts and decrypts."""
    if not 0 < memory <= _MOST_MEMORY or not 0 < operations <= 1 << 26:
        raise UsageError(f"the secret key asks for {memory} bytes of memory", supported=f"at most {_MOST_MEMORY}")
    cost, block, lanes = _scrypt_costs(operations, memory)
    stream = hashlib.scrypt(
        passphrase.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=(1 << 31) - 1, dklen=len(body)
    )
    return bytes(one ^ other for one, other in zip(body, stream, strict=True))


def _scrypt_costs(operations: int, memory: int) -> tuple[int, int, int]:
    """N, r and p as libsodium takes them from its two limits."""
    operations, block = max(operations, 32768), 8
    few = operations < memory // 32
    most = operations // (block * 4) if few else memory // (block * 128)
    power = 1
    while power < 62 and (1 << power) <= most // 2:
        power += 1
    lanes = 1 if few else min((operations // 4) >> power, 0x3FFFFFFF) // block
    return 1 << power, block, max(1, lanes)


def _text(comment: str, body: bytes) -> bytes:
    return f"{_COMMENT}{comment}\n".encode() + base64.b64encode(body) + b"\n"


def _unpacked(data: bytes, form: struct.Struct, what: str) -> tuple[Any, ...]:
    """The fields of a key's file: the line after its comment, or the only line. Raises UsageError."""
    lines = [line for line in data[:LIMIT_BYTES].split(b"\n") if line.strip() and not line.startswith(_COMMENT.encode())]
    return form.unpack(_decoded(lines[0].strip() if lines else b"", form.size, what, UsageError))


def _decoded(line: bytes, size: int, what: str, error: type[UsageError | VerificationError]) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != size or base64.b64encode(found) != line:
        raise error(f"the {what} is damaged, or no file of a {what}", next_step="give the file as it was written")
    return found
