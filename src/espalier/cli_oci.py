"""The command `espalier oci`; no logic."""

from __future__ import annotations

from pathlib import Path

import click

from .cli_parts import JSON, QUIET, print_result


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The image's tar; with --top-only a folder.")
@click.option("--tag", default="", metavar="NAME:VERSION", help="What it is called where it is loaded [default: the model's].")
@click.option("--architecture", type=click.Choice(["amd64", "arm64"]), help="Default: that of the bundle's target.")
@click.option(
    "--packages",
    type=click.Path(path_type=Path),
    help="Folder with the Debian packages and wheels of the base; what it lacks is fetched [default: beside --out].",
)
@click.option("--top-only", is_flag=True, help="Only the model's layer, and a Dockerfile: needs no network.")
@JSON
@QUIET
def oci(
    bundle: Path, out: Path, tag: str, architecture: str | None, packages: Path | None, top_only: bool, as_json: bool, quiet: bool
) -> None:
    """Write the container image of a service's BUNDLE folder: without Docker, without root, the same bytes every time.

    The tar is what `docker load -i`, `podman load -i` and `skopeo copy oci-archive:` take.
    """
    from .command.oci import write_image

    def told(line: str) -> None:
        if not quiet:
            click.echo(line, err=True)

    made = write_image(
        bundle, out, tag=tag, architecture=architecture or "", packages=packages, top_only=top_only, told=told
    )  # fmt: skip
    print_result(
        made,
        as_json,
        lambda image: [
            f"{image.tag} for linux/{image.architecture}: {image.path}, sha256 {image.sha256[:12]}",
            f"layers: {', '.join(f'{size:,}' for size in image.layers)} bytes, the model's the last",
        ],
    )
