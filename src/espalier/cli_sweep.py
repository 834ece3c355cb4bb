"""The command `espalier sweep`; no logic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .cli_parts import JSON, QUIET, STRICT
from .streams import say


@click.command()
@click.argument("sweep_file", metavar="SWEEP", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True, help="Output folder."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Builds at once, as far as memory holds them.",
)
@click.option(
    "--tools",
    type=click.Choice(["fast", "all", "none"]),
    default="fast",
    show_default=True,
    help="Consumers' own tools to check the bundles with.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="A Dask scheduler, tls://host:port: its workers build the cells."
)
@click.option("--tls-ca", type=click.Path(path_type=Path), help="Certificate authority of the cluster.")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Certificate to meet the scheduler with.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its key.")
@click.option(
    "--insecure", is_flag=True, help="Let tcp:// leave this machine: neither encrypted nor authenticated."
)
@click.option("--fresh", is_flag=True, help="Build every cell again; do not reuse stored results.")
@STRICT
@JSON
@QUIET
def sweep(
    sweep_file: Path,
    out: Path,
    scheduler: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    insecure: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Build a grid of recipes, models, targets and values as SWEEP (a TOML file) says, and compare what they come to.

    Writes OUT/<name>/: a folder for each cell, sweep.html, sweep.csv (sweep.parquet where pyarrow is installed) and
    sweep.json. A cell that fails stops no other; a sweep that was ended goes on where it was. With more than one worker no
    latency is measured, but of cells with a budget of it. With --scheduler an existing Dask cluster builds the cells, data
    travels once to each worker, and what is lost with a worker is built again.

    \b
    Exit code: 0 when every cell passed; else what one of them ends with, of several the first of
    70, 7, 6, 3, 2, 4, 5.
    """
    from .cluster.address import Cluster
    from .command.sweep import sweep as run
    from .report.sweep import sweep_lines
    from .terminal import Progress

    cluster = None
    if scheduler is not None:
        cluster = Cluster(address=scheduler, ca=tls_ca, cert=tls_cert, key=tls_key, insecure=insecure)
    done = run(sweep_file, out, cluster=cluster, progress=Progress(quiet=quiet), **options)
    for warning in done.report.warnings:
        say(f"warning: {warning}", sys.stderr)
    for line in [done.report_json.decode()] if as_json else sweep_lines(done.report, str(done.folder)):
        say(line)
    if done.failure is not None:
        raise done.failure
