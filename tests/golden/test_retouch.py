"""Smoothing and balance give the same bytes in numpy, C (this machine, emulated cores), Java and the Pi's Python.

    python -m pytest tests/golden/test_retouch.py -m sweep      every way and shape, 10,560 images in each language and core
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from retouch_programs import (
    Native,
    OnCore,
    by_java,
    by_numpy,
    by_the_pi,
    compile_java_for,
    contracts,
    images_for,
    shipped_python,
)

from espalier.emulate.cross import CORES
from espalier.recipe import InputContract

needs_jdk = pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
QUICK, LONG = 12, 160
"""Images of each of the 66 contracts."""


def asked(count: int) -> list[tuple[InputContract, list[NDArray[np.uint8]]]]:
    random = np.random.default_rng(0)
    return [(contract, images_for(contract, count, random)) for contract in contracts()]


def told(
    cases: list[tuple[InputContract, list[NDArray[np.uint8]]]], run: Callable[[int, list[NDArray[np.uint8]]], bytes]
) -> list[str]:
    """The contracts of which `run` gives other bytes."""
    rows = (different(run(n, images), by_numpy(contract, images), contract) for n, (contract, images) in enumerate(cases))
    return [fault for row in rows for fault in row]


def different(found: bytes, wanted: bytes, contract: InputContract) -> list[str]:
    return [] if found == wanted else [f"{contract.size} {contract.fit} {contract.color} {contract.retouches}"]


def in_c(count: int, folder: Path, *flags: str, every: int = 1) -> list[str]:
    cases = asked(count)[::every]
    native = Native([contract for contract, _ in cases], folder, *flags)
    return told(cases, native.run)


def in_java(count: int, folder: Path) -> list[str]:
    cases = asked(count)
    found = by_java(compile_java_for([contract for contract, _ in cases], folder), cases)
    faults: list[str] = []
    for contract, images in cases:
        wanted = by_numpy(contract, images)
        faults += different(found[: len(wanted)], wanted, contract)
        found = found[len(wanted) :]
    return faults


def on_the_pi(count: int, folder: Path) -> list[str]:
    faults: list[str] = []
    for number, (contract, images) in enumerate(asked(count)):
        module = shipped_python(contract, folder, f"shipped_retouch_{count}_{number}")
        faults += different(by_the_pi(module, contract, images), by_numpy(contract, images), contract)
    return faults


def on_a_core(name: str, count: int, folder: Path, every: int = 1) -> list[str]:
    cases = asked(count)[::every]
    core = OnCore([contract for contract, _ in cases], CORES[name], folder)
    return told(cases, core.run)


def test_c_gives_the_bytes_of_numpy_also_under_sanitizers(tmp_path: Path) -> None:
    assert in_c(QUICK, tmp_path, "-O0", "-fsanitize=undefined", "-fno-sanitize-recover", every=4) == []


@needs_jdk
def test_java_gives_the_bytes_of_numpy(tmp_path: Path) -> None:
    assert in_java(QUICK, tmp_path) == []


def test_the_pi_gives_the_bytes_of_numpy(tmp_path: Path) -> None:
    assert on_the_pi(QUICK, tmp_path) == []


def test_an_emulated_core_gives_the_bytes_of_numpy(tmp_path: Path) -> None:
    assert on_a_core("cortex-m4", 4, tmp_path, every=7) == []


@pytest.mark.sweep
def test_ten_thousand_images_are_equal_in_c_java_and_python(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    assert in_c(LONG, tmp_path / "c") == []
    assert in_java(LONG, tmp_path) == []
    assert on_the_pi(LONG, tmp_path) == []


@pytest.mark.sweep
@pytest.mark.parametrize("name", [name for name, core in CORES.items() if core.unicorn])
def test_ten_thousand_images_are_equal_on_every_emulated_core(name: str, tmp_path: Path) -> None:
    assert on_a_core(name, LONG, tmp_path) == []
