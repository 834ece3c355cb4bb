"""Runs a camera bundle's program under QEMU with the real Arm wheel that its requirements pin.

    python benchmarks/arm_parity.py dist/<name>-<version>/raspberry-pi-4 [--work FOLDER] [--cpu cortex-a72]

Needs Debian with apt, dpkg, pip and qemu-user-static, and a network: an Arm Debian's Python, numpy and Pillow
are unpacked into --work (no root, no chroot), the wheels beside them; then the package's self-test runs and
says which kernel set of the build machine its output bytes equal. About 80 MB and one minute the first time.

Always with an explicit CPU: QEMU 7.2's default (-cpu max) computes XNNPACK wrongly, a Cortex-A72 rightly.
Emulated times mean nothing and are not printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from espalier.bundle.archive import read_deb
from espalier.bundle.pi_runtimes import RUNTIMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An Arm user land: QEMU's program and CPU (of the same instruction set), the folder of its libraries."""

    qemu: str
    cpu: str
    triplet: str


MACHINES = {
    "arm64": Machine(qemu="qemu-aarch64-static", cpu="cortex-a72", triplet="aarch64-linux-gnu"),
    "armhf": Machine(qemu="qemu-arm-static", cpu="cortex-a15", triplet="arm-linux-gnueabihf"),
}
PYTHON = "3.11"
PACKAGES = """
libc6 libgcc-s1 libstdc++6 zlib1g libexpat1 libpython3.11-minimal libpython3.11-stdlib
python3.11-minimal python3.11 libssl3 libffi8 libbz2-1.0 liblzma5 libcrypt1 libuuid1
python3-numpy libblas3 liblapack3 libgfortran5 libatomic1 libopenblas0-pthread python3-pil
libjpeg62-turbo libopenjp2-7 libtiff6 libwebp7 libwebpdemux2 libwebpmux3 liblcms2-2 libfreetype6
libpng16-16 libbrotli1 libzstd1 libdeflate0 libjbig0 liblerc4 libimagequant0 libraqm0
libharfbuzz0b libfribidi0 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0 libglib2.0-0 libgraphite2-3
libpcre2-8-0
"""


def main(arguments: Sequence[str]) -> int:
    """Prepare the user land where it is absent, unpack the package, run its self-test; 0 when it passes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("bundle", type=Path, help="the folder of a camera bundle")
    parser.add_argument("--work", type=Path, default=Path("/tmp/espalier-arm"), help="keeps the user lands")
    parser.add_argument("--cpu", help="QEMU's CPU model; the target's own by default")
    options = parser.parse_args(arguments)
    package = next(iter(sorted(options.bundle.glob("*.deb"))), None)
    if package is None:
        print(f"{options.bundle} holds no Debian package", file=sys.stderr)
        return 2
    files = read_deb(package.read_bytes()).data
    facts = json.loads(next(data for path, data in files.items() if path.endswith("/model.json")))
    architecture = "armhf" if facts["target"] == "raspberry-pi-3" else "arm64"
    machine = MACHINES[architecture]
    work = options.work.resolve() / architecture
    if not (work / "ready").is_file():
        fetch_system(architecture, work)
        fetch_wheels(architecture, work)
        (work / "ready").write_text("")
    tree = work / "package"
    for path, data in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    cpu = options.cpu or ("cortex-a76" if facts["target"] == "raspberry-pi-5" else machine.cpu)
    for command in (["doctor"], ["selftest", "--json", "--threads", "1"]):
        done = run_arm(work, machine, cpu, tree, facts["name"], command)
        sys.stderr.write(done.stderr if done.returncode else "")
        print(f"# {machine.qemu} -cpu {cpu}: {command[0]}\n{done.stdout.strip()}")
    return done.returncode


def fetch_system(architecture: str, work: Path) -> None:
    """An Arm Debian's Python, numpy and Pillow, unpacked; apt's state is private to `work`."""
    state, debs, root = work / "apt", work / "debs", work / "root"
    for folder in (state / "lists" / "partial", state / "cache" / "archives" / "partial", debs, root):
        folder.mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    apt = ["apt-get", "-q"]
    for option in (
        f"APT::Architecture={architecture}",
        f"APT::Architectures={architecture}",
        f"Dir::State={state}",
        f"Dir::State::status={state / 'status'}",
        f"Dir::Cache={state / 'cache'}",
        "APT::Sandbox::User=root",
    ):
        apt += ["-o", option]
    # A mirror of updates may be out of step; if the release itself is missing, the download below says so.
    subprocess.run([*apt, "update"], check=False, capture_output=True)
    subprocess.run([*apt, "download", *PACKAGES.split()], check=True, cwd=debs, stdout=subprocess.DEVNULL)
    for deb in sorted(debs.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(deb), str(root)], check=True)


def fetch_wheels(architecture: str, work: Path) -> None:
    """The pinned runtime for Arm; numpy is Debian's, as on the device."""
    row = RUNTIMES[architecture]
    wheels, site = work / "wheels", work / "site"
    site.mkdir(parents=True, exist_ok=True)
    pins = [pin for pin in row.requirements if not pin.startswith("numpy")]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
         "-d", str(wheels), *row.platform.split(), "--python-version", PYTHON, *pins],
        check=True,
    )  # fmt: skip
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)


def run_arm(
    work: Path, machine: Machine, cpu: str, tree: Path, name: str, command: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """One command of the package's program in the emulated user land."""
    root = work / "root"
    libraries = [root / "usr/lib" / machine.triplet / part for part in ("blas", "lapack")]
    python_path = f"{work / 'site'}:{root / 'usr/lib/python3/dist-packages'}"
    return subprocess.run(
        [machine.qemu, "-cpu", cpu, "-L", str(root), "-E", f"PYTHONHOME={root / 'usr'}",
         "-E", f"PYTHONPATH={python_path}", "-E", f"LD_LIBRARY_PATH={':'.join(map(str, libraries))}",
         "-E", "PYTHONDONTWRITEBYTECODE=1", str(root / "usr/bin" / f"python{PYTHON}"),
         str(tree / "usr/lib" / f"{name}-model" / "classify.py"), *command],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
