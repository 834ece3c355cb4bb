"""`espalier oci`: reproducible images from a service's bundle, whose root runs; what does not fit is refused."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from synthetic_source import synthetic_source

from espalier.bundle import manifest, raspberry_pi, service
from espalier.bundle.archive import Entry as File
from espalier.bundle.archive import ar_bytes, tar_bytes
from espalier.bundle.oci_base import Base, DebianPackage, Wheel, load_base, root_layer, runtime_layer
from espalier.command import oci, oci_packages
from espalier.command.oci import write_image
from espalier.errors import InputRefusedError, ToolMissingError, UsageError, VerificationError
from espalier.facts import BundleSource
from espalier.target import load_target


def service_source(target: str = "edge-linux-x86_64") -> BundleSource:
    source = synthetic_source(labels=("good", "scratch", "crack"))
    return msgspec.structs.replace(source, target=load_target(target))


def written(folder: Path, source: BundleSource, maker: Any = service) -> Path:
    files = maker.contents(source)
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    (folder / manifest.NAME).write_bytes(manifest.write(source, files))
    return folder


def a_package(name: str) -> bytes:
    data = tar_bytes([File(path=f"lib/{name}.so", data=b"code"), File(path=f"usr/share/man/{name}.1", data=b"x")], dot=True)
    return ar_bytes([("debian-binary", b"2.0\n"), ("control.tar", tar_bytes([])), ("data.tar", data)])


def a_wheel() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        left_out = ("numpy/tests/test_core.py", "numpy/core.pyi", "n.data/scripts/f2py")
        for name in ("numpy/core.py", "n.data/purelib/more.py", *left_out):
            wheel.writestr(name, b"pass\n")
    return buffer.getvalue()


@pytest.fixture
def small_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A base of one package and one wheel, with their files in a folder."""
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "libone_1_amd64.deb").write_bytes(a_package("libone"))
    (folder / "numpy-1-py3-none-any.whl").write_bytes(a_wheel())
    pin = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    base = Base(
        architecture="amd64", suite="bookworm", python="3.11", snapshot="20261201T000000Z",
        packages=(
            DebianPackage(
                name="libone", version="1", archive="debian", path="pool/libone_1_amd64.deb",
                sha256=pin["libone_1_amd64.deb"], bytes=1,
            ),
        ),
        wheels=(
            Wheel(
                name="numpy", version="1", file="numpy-1-py3-none-any.whl", sha256=pin["numpy-1-py3-none-any.whl"], bytes=1
            ),
        ),
    )  # fmt: skip
    monkeypatch.setattr(oci, "load_base", lambda architecture: base)
    return folder


def unpacked(image: Path) -> dict[str, bytes]:
    with tarfile.open(image) as archive:
        return {info.name: archive.extractfile(info).read() for info in archive if info.isreg()}  # type: ignore[union-attr]


def blob(files: dict[str, bytes], descriptor: dict[str, Any]) -> bytes:
    data = files[f"blobs/sha256/{descriptor['digest'].removeprefix('sha256:')}"]
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == descriptor["digest"]
    assert len(data) == descriptor["size"]
    return data


def test_equal_bundles_give_equal_images_whose_digests_name_what_is_inside(tmp_path: Path, small_base: Path) -> None:
    bundle = written(tmp_path / "bundle", service_source())
    made = write_image(bundle, tmp_path / "one.tar", packages=small_base)
    write_image(bundle, tmp_path / "two.tar", packages=small_base)
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    assert made.layers[-1] < 1 << 20
    files = unpacked(tmp_path / "one.tar")
    told = json.loads(blob(files, json.loads(files["index.json"])["manifests"][0]))
    config = json.loads(blob(files, told["config"]))
    assert (config["architecture"], config["os"], config["config"]["User"]) == ("amd64", "linux", "65532:65532")
    assert config["config"]["Entrypoint"] == list(service.start_command(service_source()))
    for row, diff_id in zip(told["layers"], config["rootfs"]["diff_ids"], strict=True):
        plain = subprocess.run(["gzip", "-dc"], input=blob(files, row), capture_output=True, check=True).stdout
        assert f"sha256:{hashlib.sha256(plain).hexdigest()}" == diff_id
    docker = json.loads(files["manifest.json"])[0]
    assert docker["RepoTags"] == ["toy-parts:1.2.3"]
    assert {docker["Config"], *docker["Layers"]} <= set(files)


def test_the_models_layer_holds_what_the_service_installs_and_models(tmp_path: Path, small_base: Path) -> None:
    source = service_source()
    write_image(written(tmp_path / "bundle", source), tmp_path / "one.tar", packages=small_base)
    files = unpacked(tmp_path / "one.tar")
    told = json.loads(blob(files, json.loads(files["index.json"])["manifests"][0]))
    with tarfile.open(fileobj=io.BytesIO(blob(files, told["layers"][-1]))) as top:
        rows = {info.name: info for info in top}
    tree = {entry.path: entry for entry in service.tree(source)}
    kept = {path for path in tree if not path.startswith(("usr/share/man", "usr/share/lintian", "usr/lib/systemd"))}
    assert kept <= set(rows)
    assert all(bool(rows[path].mode & 0o111) == tree[path].executable for path in kept)
    assert rows["models/toy-parts-service"].linkname == "/usr/share/toy-parts-service"
    assert (rows["var/lib/toy-parts-service"].uid, rows["var/lib/toy-parts-service"].mode) == (65532, 0o755)


def test_the_base_is_merged_and_left_without_papers_tests_and_stubs(small_base: Path) -> None:
    base = oci.load_base("amd64")
    found = {path.name: path.read_bytes() for path in small_base.iterdir()}
    for made, wanted in (
        (root_layer(base, found), {"usr/lib/libone.so", "etc/passwd", "etc/group", "etc/ssl/certs/ca-certificates.crt"}),
        (runtime_layer(base, found), {"opt/runtime/numpy/core.py", "opt/runtime/more.py"}),
    ):
        with tarfile.open(fileobj=io.BytesIO(made.blob)) as archive:
            rows = list(archive)
        assert {info.name for info in rows if info.isreg()} == wanted
    assert "lib" not in wanted


def test_every_file_of_the_shipped_bases_is_pinned_and_both_have_the_same_names() -> None:
    bases = [load_base(name) for name in ("amd64", "arm64")]
    assert {row.name for row in bases[0].packages} == {row.name for row in bases[1].packages}
    assert {(row.name, row.version) for row in bases[0].wheels} == {(row.name, row.version) for row in bases[1].wheels}
    for base in bases:
        assert all(len(row.sha256) == 64 for row in (*base.packages, *base.wheels))
        assert base.requirements().count("--hash=sha256:") == len(base.wheels)


def test_a_changed_package_a_changed_bundle_and_another_kind_are_refused(tmp_path: Path, small_base: Path) -> None:
    bundle = written(tmp_path / "bundle", service_source())
    with pytest.raises(InputRefusedError, match="is no service"):
        pi = msgspec.structs.replace(service_source(), target=load_target("raspberry-pi-4"))
        write_image(written(tmp_path / "pi", pi, raspberry_pi), tmp_path / "x.tar", packages=small_base, architecture="arm64")
    with pytest.raises(InputRefusedError, match="is no bundle"):
        write_image(tmp_path, tmp_path / "x.tar", packages=small_base)
    with pytest.raises(UsageError, match="has no version"):
        write_image(bundle, tmp_path / "x.tar", packages=small_base, tag="parts")
    (small_base / "libone_1_amd64.deb").write_bytes(a_package("libtwo"))
    with pytest.raises(InputRefusedError, match="is not the pinned file"):
        write_image(bundle, tmp_path / "x.tar", packages=small_base)
    package = next(bundle.glob("*.deb"))
    package.write_bytes(package.read_bytes() + b"\n")
    with pytest.raises(VerificationError, match="was changed after the build"):
        write_image(bundle, tmp_path / "x.tar", packages=small_base)
    assert not (tmp_path / "x.tar").exists()


def test_without_a_network_the_way_on_is_a_folder_of_packages_or_the_top_layer(
    tmp_path: Path, small_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = written(tmp_path / "bundle", service_source())
    monkeypatch.setattr(oci_packages, "MIRROR", "http://127.0.0.1:9")
    monkeypatch.setattr(oci_packages, "SNAPSHOT", "http://127.0.0.1:9")
    (small_base / "libone_1_amd64.deb").unlink()
    with pytest.raises(ToolMissingError) as refused:
        write_image(bundle, tmp_path / "x.tar", packages=small_base)
    assert "--top-only" in refused.value.next_step
    write_image(bundle, tmp_path / "top", top_only=True)
    assert {path.name for path in (tmp_path / "top").iterdir()} == {"layer.tar.gz", "requirements.txt", "Dockerfile"}
    text = (tmp_path / "top/Dockerfile").read_text()
    assert 'ENTRYPOINT ["python3", "/usr/lib/toy-parts-service/classify.py", "serve"]' in text


@pytest.mark.sweep  # fetches the base, and needs skopeo, umoci, root and qemu-user: minutes
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_skopeo_and_umoci_take_the_image_and_its_root_answers_the_golden_vectors(tmp_path: Path, architecture: str) -> None:
    for tool in ("skopeo", "umoci", "chroot", *(["qemu-aarch64-static"] if architecture == "arm64" else [])):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    bundle = written(tmp_path / "bundle", service_source())
    write_image(bundle, tmp_path / "image.tar", architecture=architecture, packages=tmp_path / "packages")
    for command in (
        ["skopeo", "copy", "-q", f"oci-archive:{tmp_path}/image.tar", f"oci:{tmp_path}/layout:1"],
        ["umoci", "unpack", "--rootless", "--image", f"{tmp_path}/layout:1", f"{tmp_path}/unpacked"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    root = tmp_path / "unpacked/rootfs"
    emulator = []
    if architecture == "arm64":
        shutil.copy(shutil.which("qemu-aarch64-static") or "", root / "qemu")
        emulator = ["/qemu", "-cpu", "cortex-a76"]
    shutil.copy("/proc/cpuinfo", root / "proc/cpuinfo")
    environment = {"PATH": "/usr/bin:/usr/sbin", "PYTHONPATH": "/opt/runtime", "LC_ALL": "C.UTF-8"}
    program = ["/usr/bin/python3.11", "/usr/lib/toy-parts-service/classify.py", "selftest"]
    command = ["chroot", "--userspec=65532:65532", str(root), *emulator, *program]
    for folder in (tmp_path, *tmp_path.parents[:3], root.parent):
        folder.chmod(folder.stat().st_mode | 0o011)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0 and done.stdout.startswith("selftest passed"), done.stdout + done.stderr
