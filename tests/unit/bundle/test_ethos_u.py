"""The bundle of an Arm Ethos-U: what Vela says is told, what it cannot map is refused, and no bundle is made without it."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest
from synthetic_source import model, synthetic_source

from espalier.bundle import ethos_u
from espalier.errors import (
    ModelRefusedError,
    TargetError,
    ToolMissingError,
    UnsupportedModelError,
    VerificationError,
)
from espalier.facts import BundleSource
from espalier.stages.publish import write_files
from espalier.target import load_target

HEAD = "Original Operator,NNG Operator,Target,Staging Usage,Peak% (Staging),Op Cycles,Name"
SUMMARY = "experiment,sram_memory_used,dram_memory_used,on_chip_flash_memory_used,off_chip_flash_memory_used\n"
needs_vela = pytest.mark.skipif(ethos_u.find_vela() is None, reason="Vela is not installed: pip install ethos-u-vela")


def source(target: str = "grove-vision-ai-v2") -> BundleSource:
    return msgspec.structs.replace(synthetic_source(), target=load_target(target))


def pretended(folder: Path, rows: str, *, fails: bool = False) -> str:
    """A program that writes what Vela would, to see what is made of its words."""
    program = folder / "vela"
    script = f"""#!/bin/sh
[ "$1" = --version ] && echo 5.2.0 && exit 0
{'echo "Error: unsupported thing" >&2; exit 1' if fails else ""}
cp "$1" model_vela.tflite
printf '%s' '{HEAD}
{rows}' > model_per-layer.csv
printf '%s' '{SUMMARY}default,0.5,0,0,1.25
' > model_summary_x.csv
"""
    program.write_text(script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def test_operators_are_counted_where_they_run(tmp_path: Path) -> None:
    npu = load_target("alif-ensemble-e7").npu
    assert npu is not None
    rows = "Conv2D,Conv2D,NPU,1,1,100.0,a\nSoftmax,Softmax,CPU,1,1,0.0,b\nSoftmax,Softmax,CPU,1,1,0.0,c\n"
    made = ethos_u.compile_model(model("int8"), npu, vela=pretended(tmp_path, rows))
    assert (made.on("NPU"), made.on("CPU"), made.version) == (1, 2, "5.2.0")
    assert (made.sram_bytes, made.flash_bytes) == (512, 1280)
    told = ethos_u.readme(source("alif-ensemble-e7"), made)
    assert "| operators on the accelerator | 1 of 3 " in told and "| operators on the processor | Softmax |" in told
    assert "MicroMutableOpResolver<2>" in told and "resolver.AddSoftmax();" in told


def test_a_model_of_which_nothing_maps_is_refused_and_so_is_one_that_vela_refuses(tmp_path: Path) -> None:
    npu = load_target("grove-vision-ai-v2").npu
    assert npu is not None
    (tmp_path / "none").mkdir()
    with pytest.raises(UnsupportedModelError, match="none of the model's operators to ethos-u55-64: Cumsum"):
        ethos_u.compile_model(model("int8"), npu, vela=pretended(tmp_path / "none", "Cumsum,Cumsum,CPU,1,1,0.0,a\n"))
    with pytest.raises(VerificationError, match="unsupported thing"):
        ethos_u.compile_model(model("int8"), npu, vela=pretended(tmp_path, "", fails=True))


def test_without_vela_the_target_is_refused_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ethos_u, "find_vela", lambda: None)
    with pytest.raises(ToolMissingError, match="Vela") as refused:
        ethos_u.contents(source())
    assert "pip install ethos-u-vela" in (refused.value.next_step or "")


def test_a_file_without_the_custom_operator_is_named_and_a_broken_one_refused() -> None:
    assert ethos_u.stream_problems(model("int8"))[0] == "no operator ethos-u"
    with pytest.raises(ModelRefusedError):
        ethos_u.stream_problems(b"\xff" * 64)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [("accelerator", "ethos-u55-64 --config /etc/passwd", "npu.accelerator"), ("memory-mode", "../x", "npu.memory-mode")],
)
def test_a_target_file_cannot_smuggle_options_to_vela(tmp_path: Path, key: str, value: str, told: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(f'base = "grove-vision-ai-v2"\nname = "bad"\n[npu]\n{key} = "{value}"\n')
    with pytest.raises(TargetError, match=told):
        load_target(str(path))


@pytest.mark.sweep
@needs_vela
@pytest.mark.parametrize("target", ["grove-vision-ai-v2", "alif-ensemble-e7"])
def test_vela_makes_the_same_bundle_twice_and_its_file_is_aligned(target: str, tmp_path: Path) -> None:
    made = ethos_u.contents(source(target))
    assert made == ethos_u.contents(source(target))
    write_files(made, tmp_path / "bundle")
    first, second = ethos_u.check(tmp_path / "bundle", source(target))
    assert first.result == "passed" and first.version and "operators on the ethos-u55" in first.name
    assert second.result == "not run" and second.why
    path = tmp_path / "bundle" / "toy-parts_vela.tflite"
    moved = path.read_bytes()
    assert b"ethos-u" in moved and ethos_u.stream_problems(moved) == []
