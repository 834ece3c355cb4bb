"""Choose the packages of the image's base layers anew and pin them: src/espalier/bundle/oci_base/ARCHITECTURE.json.

    python benchmarks/oci_base.py

Reads Debian's package indexes (main and security) and downloads the wheels with pip; needs the network and `dpkg`. Run it
when Debian or the runtime has a new version, look at the difference, and build an image for each architecture.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from espalier.bundle.debian import RUNTIMES

SUITE, PYTHON = "bookworm", "3.11"
INDEXES = (
    ("http://deb.debian.org/debian", SUITE, "debian"),
    ("http://deb.debian.org/debian-security", f"{SUITE}-security", "debian-security"),
)
PACKAGES = (
    "base-files", "ca-certificates", "libbz2-1.0", "libc6", "libcrypt1", "libexpat1", "libffi8", "libgcc-s1", "liblzma5",
    "libpython3.11-minimal", "libpython3.11-stdlib", "libssl3", "libstdc++6", "libuuid1", "media-types", "netbase",
    "python3-minimal", "python3.11", "python3.11-minimal", "zlib1g",
)  # fmt: skip
BESIDE = ("numpy==2.4.6", "pillow==13.0.0", "paho-mqtt==2.2.0")
WHEELS = {"amd64": "x86_64", "arm64": "aarch64"}
OUT = Path(__file__).parents[1] / "src/espalier/bundle/oci_base"


def main() -> None:
    stamp = time.strftime("%Y%m%dT000000Z", time.gmtime())
    for architecture in WHEELS:
        lock = {
            "architecture": architecture,
            "suite": SUITE,
            "python": PYTHON,
            "snapshot": stamp,
            "packages": [newest(architecture)[name] for name in PACKAGES],
            "wheels": wheels(architecture),
        }
        (OUT / f"{architecture}.json").write_text(json.dumps(lock, indent=1) + "\n", "utf-8")


def newest(architecture: str, known: dict[str, dict[str, dict[str, object]]] = {}) -> dict[str, dict[str, object]]:  # noqa: B006
    """Package -> its row, of the highest version of all indexes."""
    if architecture in known:
        return known[architecture]
    found: dict[str, dict[str, object]] = {}
    for mirror, suite, archive in INDEXES:
        with urllib.request.urlopen(f"{mirror}/dists/{suite}/main/binary-{architecture}/Packages.xz", timeout=120) as index:
            text = lzma.decompress(index.read()).decode()
        for paragraph in text.split("\n\n"):
            row = dict(re.findall(r"^([A-Z][A-Za-z0-9-]*): (.*)$", paragraph, re.MULTILINE))
            name = row.get("Package", "")
            if name in PACKAGES and newer(row["Version"], str(found.get(name, {}).get("version", ""))):
                found[name] = {
                    "name": name, "version": row["Version"], "archive": archive, "path": row["Filename"],
                    "sha256": row["SHA256"], "bytes": int(row["Size"]),
                }  # fmt: skip
    return known.setdefault(architecture, found)


def newer(one: str, other: str) -> bool:
    """Whether a version is higher than the other, as dpkg says; any is higher than none."""
    return not other or subprocess.run(["dpkg", "--compare-versions", one, "gt", other], check=False).returncode == 0


def wheels(architecture: str) -> list[dict[str, object]]:
    """The pinned runtime and what the service needs beside it, as pip chooses them."""
    tags = [f"{age}_{WHEELS[architecture]}" for age in ("manylinux_2_28", "manylinux_2_27", "manylinux2014")]
    wanted = [*RUNTIMES[architecture].requirements, *BESIDE]
    with tempfile.TemporaryDirectory() as folder:
        command = ["download", "-q", "--no-deps", "-d", folder, "--only-binary", ":all:", "--python-version", PYTHON]
        platforms = [word for tag in tags for word in ("--platform", tag)]
        subprocess.run([sys.executable, "-m", "pip", *command, *platforms, *wanted], check=True)
        return [
            {
                "name": path.name.split("-")[0].replace("_", "-"), "version": path.name.split("-")[1], "file": path.name,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size,
            }
            for path in sorted(Path(folder).iterdir())
        ]  # fmt: skip


if __name__ == "__main__":
    main()
