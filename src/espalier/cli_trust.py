"""The commands of signatures: keys, and who signed a bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .cli_parts import CONFINED, JSON, print_result
from .streams import say

if TYPE_CHECKING:
    from .bundle.signature import Signer

_PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The secret key's passphrase is this file's first line. Default: asked for.",
)


def SIGN(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that signs what it writes."""
    key = click.option(
        "--sign", type=click.Path(path_type=Path, dir_okay=False), help="Sign each bundle with this secret key (keygen)."
    )
    return key(_PASSPHRASE(command))


def signer_of(key: Path | None, passphrase_file: Path | None) -> Signer | None:
    """What signs, read before anything is built; asks for a passphrase where one is needed."""
    if key is None:
        return None
    from .command.keys import read_signer

    return read_signer(key, lambda: _passphrase(passphrase_file, again=False))


def _passphrase(file: Path | None, *, again: bool) -> str:
    if file is not None:
        from .command.keys import read_passphrase

        return read_passphrase(file)
    given: str = click.prompt("Passphrase of the secret key", hide_input=True, confirmation_prompt=again, err=True)
    return given


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option("--no-passphrase", is_flag=True, help="Leave the secret key unencrypted (for a machine that keeps secrets).")
@_PASSPHRASE
def keygen(name: Path, no_passphrase: bool, passphrase_file: Path | None) -> None:
    """Make a pair of keys: NAME.key, which signs and stays secret, and NAME.pub, which checks.

    Ed25519 in minisign's files: `minisign` takes them, too. The secret key is encrypted with a passphrase.
    """
    from .command.keys import write_keys

    passphrase = None if no_passphrase else _passphrase(passphrase_file, again=True)
    secret, public = write_keys(name, passphrase)
    say(f"wrote {secret} (keep it secret) and {public}; next: espalier build recipe.toml --sign {secret}")


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--key",
    "keys",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="A public key (NAME.pub), one of which must have signed the bundle. Repeatable.",
)
@click.option("--require-signature", is_flag=True, help="Do not go on without a --key.")
@click.option("--name", default="", help="The name that the bundle must have.")
@click.option("--target", default="", help="The target that it must be for.")
@click.option("--at-least", default="", metavar="VERSION", help="The oldest version that is taken: refuses a way back.")
@CONFINED
@JSON
def verify(bundle: Path, keys: tuple[Path, ...], as_json: bool, **wanted: Any) -> None:
    """Check a BUNDLE folder: who signed it, every digest of its manifest, and its golden vectors run again on this machine.

    Without --key a bundle is held against accidents only: who writes a manifest can write its digests.
    """
    from .command.lines import verify_lines
    from .command.verify import verify_bundle

    print_result(verify_bundle(bundle, keys=keys, **wanted).checks, as_json, verify_lines)
