"""The bundle of a microcontroller with an Arm Ethos-U: the int8 model as Arm's compiler, Vela, makes it for that accelerator.

    README.md
    <name>_vela.tflite      what TFLite Micro runs: one custom operator `ethos-u`, and those that stay on the processor
    <name>_int8.tflite      the same model before Vela, for a core without the accelerator
    operators.tsv           every operator as Vela lowered it: where it runs, and Vela's estimate of its cycles
    labels.txt              one label per line, where there are labels
    golden/...              the golden vectors (golden.py)

Vela comes last, on the file without metadata: it aligns its streams to 16 bytes, which nothing may move afterwards.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from ..errors import ToolMissingError, UnsupportedModelError, VerificationError
from ..facts import Artifact, BundleSource, Check
from ..limits import LIMITS
from ..scratch import Scratch
from ..target import Accelerator
from ..tflite.bounded import Buffer
from . import golden
from .optional_tools import run_tool, words

SECONDS: Final = 900.0
CUSTOM: Final = "ethos-u"
"""The custom operator that the accelerator's driver registers with TFLite Micro."""
ALIGNMENT: Final = 16
CONFIG: Final = "Arm/vela.ini"
"""Vela's own file of systems and memory modes."""
NPU: Final = "NPU"


class Lowered(msgspec.Struct, frozen=True, kw_only=True):
    """An operator as Vela lowered it."""

    original: str
    lowered: str
    place: str
    """NPU or CPU."""
    cycles: int
    """Vela's estimate."""
    name: str


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """What Vela made."""

    model: bytes
    version: str
    operators: tuple[Lowered, ...]
    sram_bytes: int
    flash_bytes: int

    def on(self, place: str) -> int:
        """How many operators run there."""
        return sum(one.place == place for one in self.operators)


def find_vela() -> str | None:
    """The program, beside this Python or on the path."""
    return shutil.which("vela", path=str(Path(sys.executable).parent)) or shutil.which("vela")


def compile_model(model: bytes, npu: Accelerator, *, vela: str | None = None) -> Compiled:
    """The int8 model for an accelerator.

    Raises ToolMissingError without Vela, VerificationError with its words when it fails, UnsupportedModelError when it maps no
    operator to the accelerator.
    """
    program = vela or find_vela()
    if program is None:
        raise ToolMissingError(
            "Vela, which compiles for Arm's Ethos-U, is not installed",
            supported="ethos-u-vela 4 and 5 from PyPI",
            next_step="pip install ethos-u-vela, or take the target out of the recipe",
        )
    with Scratch() as folder:
        (folder / "model.tflite").write_bytes(model)
        command = [program, str(folder / "model.tflite"), "--output-dir", str(folder), "--verbose-performance"]
        command += ["--accelerator-config", npu.accelerator, "--config", CONFIG]
        command += ["--system-config", npu.system_config, "--memory-mode", npu.memory_mode]
        done = run_tool(command, seconds=SECONDS, cwd=folder)
        made, tables = folder / "model_vela.tflite", sorted(folder.glob("*.csv"))
        if done.returncode != 0 or not made.is_file():
            step = "see what it names, or take the target out of the recipe"
            raise VerificationError(f"Vela refuses the model: {words(done)}", next_step=step)
        layers = next(path.read_text() for path in tables if path.name.endswith("per-layer.csv"))
        summary = next(path.read_text() for path in tables if "_summary_" in path.name)
        version = run_tool([program, "--version"], seconds=SECONDS).stdout.decode(errors="replace").strip()
        found = Compiled(
            model=made.read_bytes(),
            version=version,
            operators=operators_of(layers),
            **_memory(summary),
        )
    if not found.on(NPU):
        kinds = Counter(one.original for one in found.operators)
        raise UnsupportedModelError(
            f"Vela maps none of the model's operators to {npu.accelerator}: {', '.join(sorted(kinds))}",
            supported="int8 convolutions, matrix products and what Arm lists for Vela",
            next_step="build for the processor alone (bundle firmware), or use other layers",
        )
    return found


def operators_of(table: str) -> tuple[Lowered, ...]:
    """Vela's per-layer table."""
    return tuple(
        Lowered(
            original=row["Original Operator"],
            lowered=row["NNG Operator"],
            place=row["Target"],
            cycles=int(float(row["Op Cycles"])),
            name=row["Name"].strip(),
        )
        for row in csv.DictReader(io.StringIO(table), skipinitialspace=True)
    )


def _memory(summary: str) -> dict[str, int]:
    """Vela's summary gives KiB."""
    row = next(csv.DictReader(io.StringIO(summary)))
    flash = float(row["on_chip_flash_memory_used"]) + float(row["off_chip_flash_memory_used"]) + float(row["dram_memory_used"])
    return {"sram_bytes": round(1024 * float(row["sram_memory_used"])), "flash_bytes": round(1024 * flash)}


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files but the manifest, sorted by path."""
    name, npu = source.recipe.name, _accelerator(source)
    made = compile_model(source.int8_model, npu)
    lines = ["operator\tlowered\tplace\tcycles\tname"]
    lines += ["\t".join((one.original, one.lowered, one.place, str(one.cycles), one.name)) for one in made.operators]
    files = [
        Artifact(path="README.md", data=readme(source, made).encode(), role="documentation"),
        Artifact(path=f"{name}_vela.tflite", data=made.model, role="model"),
        Artifact(path=f"{name}_int8.tflite", data=source.int8_model, role="model"),
        Artifact(path="operators.tsv", data="".join(f"{line}\n" for line in lines).encode(), role="table"),
        *golden.artifacts(source),
    ]
    if source.labels:
        text = "".join(f"{label}\n" for label in source.labels)
        files.append(Artifact(path="labels.txt", data=text.encode(), role="labels"))
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """The written file as a reader sees it; running it needs the accelerator or Arm's simulator."""
    name = source.recipe.name
    model = (folder / f"{name}_vela.tflite").read_bytes()
    rows = [line.split("\t") for line in (folder / "operators.tsv").read_text().splitlines()[1:]]
    places = Counter(row[2] for row in rows)
    left = sorted({row[0] for row in rows if row[2] != NPU})
    told = f"{places[NPU]} of {len(rows)} operators on the {_accelerator(source).accelerator}"
    problems = stream_problems(model)
    return (
        Check(
            name=f"Vela: {told}" + (f", on the processor: {', '.join(left)}" if left else ""),
            tool="vela",
            version=_version(folder),
            result="failed" if problems else "passed",
            why="; ".join(problems),
        ),
        Check(
            name="golden vectors on the accelerator",
            tool="Ethos-U",
            result="not run",
            why="needs the board, or Arm's Corstone simulator, which no package index has",
        ),
    )


def stream_problems(model: bytes) -> list[str]:
    """What is wrong with Vela's file: its custom operator, and the alignment of its constants."""
    root = Buffer(model).root()
    named = {code.text(1) for code in root.tables(1, limit=LIMITS.tflite_operators, what="operator codes")}
    problems = [] if CUSTOM in named else [f"no operator {CUSTOM}"]
    starts = [table.follow(0) for table in root.tables(4, limit=LIMITS.tflite_tensors * 2, what="buffers")]
    graph = root.tables(2, limit=1, what="subgraphs")[0]
    tensors = graph.tables(0, limit=LIMITS.tflite_tensors, what="tensors")
    of_tensors = {tensor.integer(2, "uint32") for tensor in tensors}  # not those of metadata
    crooked = sum(
        start is not None and place in of_tensors and (start + 4) % ALIGNMENT != 0 for place, start in enumerate(starts)
    )
    return problems + ([f"{crooked} constants are not aligned to {ALIGNMENT} bytes"] if crooked else [])


def _version(folder: Path) -> str:
    found = re.search(r"Vela (\d[\d.]*)", (folder / "README.md").read_text())
    return found.group(1) if found else ""


def _accelerator(source: BundleSource) -> Accelerator:
    npu = source.target.npu
    if npu is None:
        raise UnsupportedModelError(
            f"target {source.target.name} has no [npu] table", next_step="add it: accelerator, system-config, memory-mode"
        )
    return npu


_README: Final = """\
# {name} {version} for {title}

{what}, compiled by Arm's Vela {vela} for the {accelerator}
(system `{system}`, memory mode `{memory}`).

| | |
|---|---|
| operators on the accelerator | {npu} of {all} (as Vela lowered them: `operators.tsv`) |
| operators on the processor | {cpu} |
| SRAM for tensors | {sram:,} bytes, as Vela plans it |
| constants and commands | {flash:,} bytes |
| cycles | {cycles:,}, Vela's estimate and no measurement |

## Use it

`{name}_vela.tflite` runs in TensorFlow Lite Micro. Align it to 16 bytes in flash, never edit it after Vela, and register what
it holds:

```cpp
tflite::MicroMutableOpResolver<{methods}> resolver;
resolver.AddEthosU();{others}
```

- Input: int8 [1, {height}, {width}, {channels}], each byte a pixel less 128. The contract in `golden/golden.json` says how a
  picture becomes these bytes ({color}, {resize}, {fit}); mean and standard deviation are inside the model.
- The output's bytes are the int8 model's: the golden vectors hold them. Arm's kernels round as TFLite's reference does.
- `{name}_int8.tflite` is the same model for a core without the accelerator; `espalier verify .` replays the vectors on it.
- `espalier build` cannot run an Ethos-U: replay `golden/` on the board once.
"""


def readme(source: BundleSource, made: Compiled) -> str:
    """README.md."""
    contract, npu = source.contract, _accelerator(source)
    left = sorted({one.original for one in made.operators if one.place != NPU})
    return _README.format(
        name=source.recipe.name,
        version=source.recipe.version,
        title=source.target.title,
        what=source.what,
        vela=made.version,
        accelerator=npu.accelerator,
        system=npu.system_config,
        memory=npu.memory_mode,
        npu=made.on(NPU),
        all=len(made.operators),
        cpu=", ".join(left) or "none",
        sram=made.sram_bytes,
        flash=made.flash_bytes,
        cycles=sum(one.cycles for one in made.operators),
        methods=1 + len(left),
        others="".join(f"\nresolver.Add{kind}();" for kind in left),
        height=contract.size[0],
        width=contract.size[1],
        channels=contract.channels,
        color=contract.color,
        resize=contract.resize,
        fit=contract.fit,
    )
