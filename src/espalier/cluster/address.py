"""Where a scheduler is, and whether it may be spoken to."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..visible import shown

_ADDRESS = re.compile(r"(?P<scheme>[a-z]+)://(?P<host>\[[0-9a-fA-F:.]+\]|[^:/\[\]\s]+):(?P<port>\d{1,5})/?")
SUPPORTED = "tls://host:port, or tcp://host:port of this machine"


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Where a scheduler is, and the files to meet it with; without them what Dask's own configuration says. `insecure`: a
    connection that is neither encrypted nor authenticated may leave this machine."""

    address: str
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    insecure: bool = False


def check_address(cluster: Cluster) -> tuple[str, int]:
    """Host and port. Raises UsageError for an address that is none, certificates that are not there, and for one that is not
    encrypted and leaves this machine."""
    match = _ADDRESS.fullmatch(cluster.address)
    if match is None or match["scheme"] not in ("tls", "tcp") or not 0 < int(match["port"]) < 65536:
        raise UsageError(
            f"--scheduler {shown(cluster.address, 100)} is no address of a scheduler",
            supported=SUPPORTED,
            next_step="the address that `dask scheduler` prints",
        )
    host = match["host"].strip("[]")
    if match["scheme"] == "tcp" and not cluster.insecure and not _is_here(host):
        raise UsageError(
            f"{cluster.address} is neither encrypted nor authenticated: whoever reaches it runs programs on its workers and here",
            supported=SUPPORTED,
            next_step="start scheduler and workers with certificates and use tls://, or accept it with --insecure",
        )
    for option, path in (("--tls-ca", cluster.ca), ("--tls-cert", cluster.cert), ("--tls-key", cluster.key)):
        if path is not None and not path.is_file():
            raise UsageError(f"{option} {path} is no file", next_step="correct the path")
    return host, int(match["port"])


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
