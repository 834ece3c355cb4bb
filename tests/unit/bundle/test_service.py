"""The bundle of a server: a reproducible package, whose service answers as the build did, and refuses what it ought to."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from synthetic_source import synthetic_source

from espalier.bundle import service
from espalier.bundle.archive import read_deb
from espalier.bundle.pi.device.service.drift import Drift
from espalier.facts import BundleSource
from espalier.stages.drift import brightness_of, counted
from espalier.target import load_target

NAME = "toy-parts-service"
LABELS = ("good", "a scratch", "crack")


@cache
def edge_source(target: str = "edge-linux-x86_64") -> BundleSource:
    return msgspec.structs.replace(synthetic_source(labels=LABELS), target=load_target(target))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    for file in service.contents(edge_source()):
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(file.data)
    return folder


def test_equal_sources_give_equal_bytes() -> None:
    assert service.contents(msgspec.structs.replace(edge_source())) == service.contents(edge_source())


def test_the_package_installs_the_tree_and_nothing_else(bundle: Path) -> None:
    installed = read_deb((bundle / f"{NAME}_1.2.3_all.deb").read_bytes()).data
    assert dict(installed) == {entry.path: entry.data for entry in service.tree(edge_source())}
    assert service.start_command(edge_source())[1].lstrip("/") in installed


@pytest.mark.parametrize("target", ["edge-linux-x86_64", "edge-linux-arm64"])
def test_the_unit_never_hides_the_processor(target: str) -> None:
    unit = next(entry.data for entry in service.tree(edge_source(target)) if entry.path.endswith(".service")).decode()
    set_there = [line for line in unit.splitlines() if not line.startswith("#")]
    assert not [line for line in set_there if "ProcSubset" in line or "InaccessiblePaths" in line]
    assert "Type=notify" in set_there


def test_the_checks_start_the_service_and_ask_it(bundle: Path) -> None:
    found = {check.name: (check.result, check.why) for check in service.check(bundle, edge_source())}
    assert found["service: golden vectors over HTTP (binary tensors)"] == ("passed", "bytes equal to kernels: reference")
    assert found["service: a picture in, an answer out"][0] == "passed"
    assert found["service: ends when it is told to"][0] == "passed"


def test_the_builds_histograms_are_those_that_the_device_counts() -> None:
    random = np.random.default_rng(4)
    values = random.dirichlet([0.3, 0.3, 0.3], 400).astype(np.float32)
    brightness = brightness_of(random.integers(0, 256, (400, 4, 4, 3), np.uint8))
    found = counted(brightness, values, LABELS, 0.75)
    assert sum(found.brightness) == sum(found.confidence) == sum(found.labels) == sum(found.review) == 400
    assert found.labels == tuple(int((values.argmax(axis=1) == at).sum()) for at in range(3))
    assert found.review[0] == int((values.max(axis=1) < 0.75).sum())
    source = msgspec.structs.replace(edge_source(), reference=found)
    assert "shares of the labels" in service.readme(source).decode()
    installed = {entry.path: entry.data for entry in service.tree(source)}
    known = msgspec.json.decode(installed[f"usr/share/{NAME}/service.json"])
    assert known["reference"]["names"] == list(LABELS)
    assert counted(brightness, values[:, :0], (), 0.75).confidence == ()


def test_images_of_the_evaluation_are_no_drift(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    values, shares = random.dirichlet([0.3, 0.3, 0.3], 400), random.normal(0.5, 0.1, 400).clip(0, 1)
    reference = msgspec.to_builtins(counted(shares, values, LABELS, 0.75))
    (tmp_path / "service.json").write_bytes(msgspec.json.encode({"reference": reference}))
    device = Drift(tmp_path)
    for row, share in zip(values, shares, strict=True):
        best = float(row.max())
        label, decision = LABELS[int(row.argmax())], "accept" if best >= 0.75 else "review"
        device.saw(float(share), {"decision": decision, "label": label, "confidence": best})
    assert {name: value for name, (value, _) in device.indices().items()} == pytest.approx(
        {"brightness": 0, "confidence": 0, "labels": 0, "review": 0}, abs=1e-9
    )
