"""A target: the facts of a device, one TOML file each, every number with its source."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .bundle_kinds import KINDS, Device, kinds
from .errors import EspalierError, TargetError
from .limits import LIMITS
from .plugins import target_files
from .tables import Table, convert_table, decode_table, read_bounded
from .target_rules import GCC_FLAGS, LARGEST_FACT, NAME, broken_rule
from .visible import shown


class Fact(Table, frozen=True, kw_only=True):
    """A number and where it was read."""

    value: Annotated[float, Meta(extra_json_schema={"minimum": 0, "maximum": LARGEST_FACT})]
    """The number, in the unit that its key ends in (bytes, hz) or counts."""
    source: str
    """A datasheet with its page, a repository with its date, a measurement."""


class Runtime(Table, frozen=True, kw_only=True):
    """A runtime that the device has."""

    name: Literal["litert", "tflite-runtime", "tflm", "c", "st-edge-ai"]
    """LiteRT, tflite-runtime, TFLite Micro, our own compiled C, which needs none, or what the vendor's ST Edge AI makes."""
    version: str
    """The newest one that the device can be relied on to have."""
    source: str
    """Where that was read."""
    operators: str | None = None
    """The TensorFlow version whose operator versions it reads, where its own numbering is another."""


class Compiler(Table, frozen=True, kw_only=True):
    """How C is built and run for a microcontroller."""

    zig_target: str
    """The `-target` of `zig cc`, such as `thumb-freestanding-eabihf`."""
    zig_cpu: str
    """The `-mcpu` of `zig cc`, such as `cortex_m4`; it also chooses the kernels."""
    gcc_flags: tuple[Annotated[str, Meta(extra_json_schema={"pattern": f"^({'|'.join(GCC_FLAGS.values())})$"})], ...] = ()
    """Flags of the vendor's GCC, from the list of those that choose code or a calling convention."""
    unicorn_cpu: str | None = None
    """Unicorn's name of the core: the compiled program runs on it in the build."""
    qemu_machine: str | None = None
    """QEMU's board with this core, for cores that Unicorn does not have."""
    features: tuple[str, ...] = ()
    """What the core has beyond its name (`dsp`), and the kernel library that TFLite Micro uses on it (`cmsis-nn`)."""


class PlatformioBoard(Table, frozen=True, kw_only=True):
    """What PlatformIO calls the board; without this table a bundle has no example for PlatformIO."""

    platform: str
    """As `pio boards` prints it, such as `ststm32`."""
    board: str
    """As `pio boards` prints it, such as `nucleo_f446re`."""


class Accelerator(Table, frozen=True, kw_only=True):
    """An Arm Ethos-U beside the core: what its compiler, Vela, must know."""

    accelerator: str
    """Vela's name of it, such as `ethos-u55-128`: family and multipliers."""
    system_config: str
    """Vela's nearest system, such as `Ethos_U55_High_End_Embedded`."""
    memory_mode: str
    """Where tensors and constants lie, such as `Shared_Sram`."""
    source: str
    """Where that was read."""


class Target(Table, frozen=True, kw_only=True):
    """Facts of one device; no behaviour."""

    name: Annotated[str, Meta(extra_json_schema={"pattern": f"^{NAME}$"})]
    """Names the bundle's folder: a-z 0-9 _ and -."""
    title: str
    """The device in words."""
    kind: Device
    """What it is: decides what may be asked of it."""
    architecture: str
    """Instruction set, such as `aarch64`, `thumbv7em` or `riscv32imc`."""
    cpu: str
    """The core in words."""
    bundle: Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})]
    """What is made for it: `aar` an Android library, `deb` a Debian package, `firmware` sources, `openmv` scripts
    and model for an OpenMV camera, `service` a service for a rack or a cloud, `ethos-u` a model compiled by Vela,
    `handover` what a vendor's own compiler takes."""
    runtimes: tuple[Runtime, ...]
    """What can run a model there; the operators of a model are checked against their versions."""
    io_dtype: Literal["uint8", "int8"]
    """What the model is fed and answers with."""
    weights: Literal["per-channel", "per-tensor"] = "per-channel"
    """How fine the scales of weights may be."""
    channel_multiple: Fact | None = None
    """Pruning leaves channel counts that are multiples of this, because the device's kernels are fastest so."""
    facts: dict[str, Fact] = msgspec.field(default_factory=dict)
    """Numbers of the device by name: `flash-bytes` and `ram-bytes` are gates, `clock-hz` makes estimates of time."""
    python: tuple[str, ...] = ()
    """Of a Debian package: the Python versions that the device's system has."""
    compiler: Compiler | None = None
    npu: Accelerator | None = None
    platformio: PlatformioBoard | None = None
    notes: tuple[str, ...] = ()
    """What else a reader should know; shown by `espalier targets NAME`."""

    @property
    def in_arena(self) -> bool:
        """Whether what it runs takes its RAM from an arena that is known here."""
        return kinds()[self.bundle].arena and any(runtime.name in ("tflm", "c") for runtime in self.runtimes)

    def number(self, fact: str) -> float | None:
        """The value of a fact, or None when the target does not state it."""
        return self.facts[fact].value if fact in self.facts else None


def targets_folder() -> Path:
    """The folder with the shipped targets: inside the wheel, or targets/ of a checkout."""
    inside = Path(__file__).parent / "targets"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "targets"


def target_names() -> list[str]:
    """Names of the shipped targets and of those that installed packages bring, sorted."""
    return sorted({*_shipped_names(), *brought_targets()[0]})


def _shipped_names() -> list[str]:
    return [path.stem for path in targets_folder().glob("*.toml")]


@functools.cache
def brought_targets() -> tuple[dict[str, Path], dict[str, str]]:
    """Targets that installed packages bring (plugins.py): name -> file of those that load; file -> why the others are
    left out."""
    good, left = dict[str, Path](), dict[str, str]()
    for path in target_files():
        try:
            name = load_target(str(path)).name
        except EspalierError as problem:
            left[str(path)] = problem.found
            continue
        if name in good or name in _shipped_names() or name != path.stem:
            left[str(path)] = f"the target {name!r} is there already, or its file is called otherwise"
        else:
            good[name] = path
    return good, left


def load_target(name: str, *, relative_to: Path | None = None) -> Target:
    """A shipped target by name, or a target file by path (relative to `relative_to`).

    A file may begin with `base = "cortex-m4"`, the name of a shipped target: what the file says replaces what that one says,
    key by key in its tables.

    Raises TargetError for an unknown name (naming the nearest), an unreadable file, or a number without a source.

        target = espalier.load_target("cortex-m4")
        target.number("flash-bytes"), target.facts["clock-hz"].source
    """
    path = (relative_to or Path()) / name if name.endswith(".toml") or "/" in name else _shipped(name)
    where = f"target {path.name}"
    raw = _raw(path, where)
    if "base" in raw:
        raw = _with_base(raw, where)
    target = convert_table(raw, Target, error=TargetError, where=where)
    sources = [(key, fact.source) for key, fact in target.facts.items()]
    sources += [(f"runtimes {r.name}", r.source) for r in target.runtimes]
    sources += [("npu", target.npu.source)] if target.npu is not None else []
    if target.channel_multiple is not None:
        sources.append(("channel-multiple", target.channel_multiple.source))
    for key, source in sources:
        if len(source.strip()) < 4:
            raise TargetError(
                f"target {path.name}: `{key}` has no source", next_step="say where the number was read"
            )
    broken = broken_rule(target)
    if broken is not None:
        found, supported, next_step = broken
        raise TargetError(f"target {shown(path.name)}: {found}", supported=supported, next_step=next_step)
    return target


def load_targets(names: Sequence[str], *, relative_to: Path | None = None) -> tuple[Target, ...]:
    """The targets of a recipe, in its order. Raises TargetError when two files bear one name: their bundles would
    share a folder."""
    return named_apart(names, tuple(load_target(name, relative_to=relative_to) for name in names))


def named_apart(names: Sequence[str], targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The same targets, as the recipe calls them `names`; raises as `load_targets`."""
    seen: dict[str, str] = {}
    for name, target in zip(names, targets, strict=True):
        if target.name in seen:
            raise TargetError(
                f"the targets {seen[target.name]!r} and {name!r} are both named {target.name!r}",
                supported="one name per target: each bundle is a folder with its target's name",
                next_step="change `name` in one of the files",
            )
        seen[target.name] = name
    return targets


def _shipped(name: str, *, alone: bool = False) -> Path:
    """The file of a target by its name; `alone`: of those that are shipped with Espalier."""
    if name in _shipped_names():
        return targets_folder() / f"{name}.toml"
    known = sorted(_shipped_names()) if alone else target_names()
    if alone or name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        raise TargetError(
            f"there is no target {name!r}",
            supported=", ".join(known),
            next_step=f"did you mean {near[0]}?" if near else "name one of these, or give the path of a target file",
        )
    return brought_targets()[0][name]


def _raw(path: Path, where: str) -> dict[str, Any]:
    data = read_bounded(path, error=TargetError, what="target", limit_bytes=LIMITS.target_bytes)
    return decode_table(data, error=TargetError, where=where)


def _with_base(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """A file's own keys over those of the shipped target that it names."""
    base = raw["base"]
    if not isinstance(base, str):
        names = ", ".join(sorted(_shipped_names()))
        raise TargetError(f"{where}: `base` is no text", supported=names, next_step="name one of these")
    own = {key: value for key, value in raw.items() if key != "base"}
    if "name" not in own:
        raise TargetError(
            f"{where} has a `base`, but no name of its own",
            supported="1 to 64 characters a-z 0-9 _ and -",
            next_step='write name = "my-board" below `base`',
        )
    return _over(_raw(_shipped(base, alone=True), f"target {base}"), own)


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = _over(below[key], value) if both else value
    return merged
