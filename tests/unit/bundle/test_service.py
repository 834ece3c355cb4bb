"""The bundle of a server: a reproducible package, whose service answers as the build did, and refuses what it ought to."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import pytest
from synthetic_source import synthetic_source

from espalier.bundle import service
from espalier.bundle.archive import read_deb
from espalier.facts import BundleSource
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
