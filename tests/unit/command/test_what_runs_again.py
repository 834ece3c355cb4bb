"""Stored results depend on values: what a change of the recipe does not touch is read back, however it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from sound_project import shared_workers, write_project

from espalier.command.build import build
from espalier.stages.workshop import Workshop
from espalier.store import Store

BUNDLES = {"bundle/cortex-m4", "bundle/raspberry-pi-4"}
PROGRAM = {"compile/cortex-m4", "emulate/cortex-m4"}
PROOF = {"prove", "prove/kernels"}
ACCURACY = {"evaluate/accuracy"}

CHANGES: tuple[tuple[str, str, str, set[str]], ...] = (
    ("nothing", "", "", set()),
    ("defaults of the input", "size = [8, 8]", 'size = [8, 8]\ncolor = "rgb"\nresize = "bilinear"\nfit = "stretch"', set()),
    ("a mean per channel", "mean = [0.0]", "mean = [0, 0.0, -0.0]", set()),
    ("no mean", "mean = [0.0]\n", "", set()),
    ("a std per channel", "[255.0]", "[255, 255, 255]", set()),
    ("the default count", 'images = "calibration"', 'images = "calibration"\ncount = 500', set()),
    ("pruning that is none", "[[deploy]]", '[prune]\nmethod = "none"\namount = 0.5\n[[deploy]]', set()),
    ("defaults of quantize", "[[deploy]]", '[quantize]\nmax-accuracy-drop = 0.5\nscheme = "auto"\n[[deploy]]', set()),
    ("budgets", "[[deploy]]", "[budgets]\nmax-macs = 1000000\nmax-arena-bytes = 100000\n[[deploy]]", set()),
    ("the default optimize", 'target = "cortex-m4"', 'target = "cortex-m4"\noptimize = "speed"', set()),
    ("the report", "[[deploy]]", '[report]\nexplain = "never"\n[[deploy]]', set()),
    ("another optimize", 'target = "cortex-m4"', 'target = "cortex-m4"\noptimize = "ram"', PROGRAM | {"bundle/cortex-m4"}),
    ("another limit", "[[deploy]]", "[quantize]\nmax-accuracy-drop = 0.6\n[[deploy]]", ACCURACY | PROOF),
    ("another name", '"attacked"', '"renamed"', BUNDLES | PROGRAM | PROOF),
    ("another version", '"1.0.0"', '"1.0.1"', BUNDLES | PROOF),
    ("another threshold", "[[deploy]]", "[decision]\nthreshold = 0.7\n[[deploy]]", BUNDLES | PROGRAM | ACCURACY),
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, set[str]]]:
    """(project, recipe text, names of the stages that ran since it was cleared) of a build whose results are stored."""
    folder = tmp_path_factory.mktemp("runs") / "project"
    write_project(folder)
    text = (folder / "recipe.toml").read_text() + '[[deploy]]\ntarget = "cortex-m4"\n'
    ran: set[str] = set()
    real = Workshop.stored

    def stored(self: Workshop, name: str, inputs: object, run: object) -> dict[str, bytes]:
        def noted() -> dict[str, bytes]:
            ran.add(name)
            return run()  # type: ignore[operator, no-any-return]

        return real(self, name, inputs, noted)  # type: ignore[arg-type]

    with (
        shared_workers() as start,
        mock.patch("espalier.stages.workshop.Worker", start),
        mock.patch.object(Workshop, "stored", stored),
    ):
        (folder / "recipe.toml").write_text(text)
        build(folder / "recipe.toml", folder / "dist", store=Store(folder / "store"), tools="none")
        yield folder, text, ran


@pytest.mark.parametrize(("what", "old", "new", "allowed"), CHANGES, ids=[row[0] for row in CHANGES])
def test_only_what_a_change_touches_runs_again(
    base: tuple[Path, str, set[str]], what: str, old: str, new: str, allowed: set[str]
) -> None:
    folder, text, ran = base
    assert old in text
    (folder / "recipe.toml").write_text(text.replace(old, new, 1))
    ran.clear()
    build(folder / "recipe.toml", folder / "dist", store=Store(folder / "store"), tools="none")
    assert ran <= allowed
    assert bool(ran) == bool(allowed)


def test_another_size_does_run_again(base: tuple[Path, str, set[str]]) -> None:
    folder, text, ran = base
    (folder / "recipe.toml").write_text(text.replace("[255.0]", "[254.0]"))
    ran.clear()
    build(folder / "recipe.toml", folder / "dist", store=Store(folder / "store"), tools="none")
    assert {"load/float", "quantize", "evaluate/accuracy"} <= ran
