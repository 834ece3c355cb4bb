"""Build a bare-metal firmware around a bundle's compiled model, run it on an emulated core, show its console.

python examples/firmware_console/run.py dist/digits-1.0.0/cortex-m4 image.png [--qemu]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import unicorn
from PIL import Image as Picture
from unicorn import arm_const as arm

from espalier.emulate.cross import RAM_BASE, Core, compile_program
from espalier.emulate.elf import Image
from espalier.stages.compile import core_of
from espalier.target import load_target

HERE = Path(__file__).resolve().parent
RAM_BYTES = 4 << 20
LONGEST_LINE = 4096
# Our own files have a dash in their names: a model may be called model, image or console, but has none.
NAMES = ("run", "check", "selftest", "prepare", "decide", "image", "decision")
MACROS = ("ARENA_BYTES", "ARENA_ALIGNMENT", "INPUT_BYTES", "CLASSES")
CONSTANTS = ("OK", "RGB888")


def model_files(bundle: Path) -> dict[str, bytes]:
    """The C files of a firmware bundle with compiled C, and `console-model.h`, which gives its names without the prefix."""
    sources = sorted(bundle.glob("*_model/src"))
    if not sources or any(sources[0].glob("*_model_data.c")):
        sys.exit(f'{bundle}: no compiled model in it; build a Cortex-M target with runtime = "c"')
    files = {path.name: path.read_bytes() for path in sorted(sources[0].iterdir())}
    prefix = sources[0].parent.name.removesuffix("_model")
    lines = [f'#include "{prefix}_model.h"']
    lines += [f"#define model_{name} {prefix}_{name}" for name in NAMES]
    lines += [f"#define {name} {prefix.upper()}_{name}" for name in MACROS]
    lines += [f"#define MODEL_{name} {prefix.upper()}_{name}" for name in CONSTANTS]
    return {**files, "console-model.h": "\n".join([*lines, ""]).encode()}


def image_header(path: Path) -> bytes:
    """`console-image.h`: the pixels of an image file as a camera would give them."""
    picture = Picture.open(path).convert("RGB")
    numbers = ", ".join(map(str, picture.tobytes()))
    return (
        f"enum {{ IMAGE_WIDTH = {picture.width}, IMAGE_HEIGHT = {picture.height} }};\n"
        f"static const uint8_t image_rgb[] = {{{numbers}}};\n"
    ).encode()


def build(bundle: Path, image: Path, core: Core, work: Path) -> Image:
    """program.elf in `work`, by zig cc; warnings are errors."""
    files = {**model_files(bundle), "console-image.h": image_header(image)}
    files["console-main.c"] = (HERE / "console.c").read_bytes()
    script = str(HERE / "link.ld")
    return compile_program(files, core, roots=["vectors"], workdir=work, optimize="-O2", script=script)


def emulate(program: Image, core: Core) -> Iterator[str | int]:
    """Run on unicorn: yields what the firmware prints, at last its exit status."""
    engine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    engine.ctl_set_cpu_model(getattr(arm, core.unicorn))
    top = max(s.address + s.size for s in program.sections if s.address < RAM_BASE)
    engine.mem_map(0, (top + 0xFFFF) & ~0xFFFF)
    engine.mem_map(RAM_BASE, RAM_BYTES)
    engine.mem_map(0xE000E000, 0x1000)  # the system control block
    for section in program.sections:
        if section.address < RAM_BASE:
            engine.mem_write(section.address, bytes(section.data))
    stops: list[int] = []
    engine.hook_add(unicorn.UC_HOOK_INTR, lambda uc, number, data: (stops.append(number), uc.emu_stop()))
    stack, start = (int.from_bytes(engine.mem_read(at, 4), "little") for at in (0, 4))
    engine.reg_write(arm.UC_ARM_REG_SP, stack)
    while True:
        engine.emu_start(start | 1, 0xFFFF_FFFE)
        operation, argument = (engine.reg_read(r) for r in (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1))
        at = engine.reg_read(arm.UC_ARM_REG_PC) & ~1
        if operation == 0x04:
            yield bytes(engine.mem_read(argument, LONGEST_LINE)).split(b"\0")[0].decode("utf-8", "replace")
        else:
            yield int.from_bytes(engine.mem_read(argument + 4, 4), "little")
            return
        start = at + 2 if engine.mem_read(at, 2) == b"\xab\xbe" else at


def run_in_qemu(core: Core, work: Path) -> int:
    """The same file on QEMU's board; its console is standard error."""
    qemu = shutil.which("qemu-system-arm")
    if qemu is None or not core.qemu:
        sys.exit("qemu-system-arm is not installed, or has no board for this core")
    options = [
        "-nographic",
        "-monitor",
        "none",
        "-serial",
        "none",
        "-semihosting-config",
        "enable=on,target=native",
    ]
    done = subprocess.run(
        [qemu, "-M", core.qemu, *options, "-kernel", "program.elf"],
        cwd=work, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120, check=False,
    )  # fmt: skip
    sys.stdout.write(done.stderr.decode("utf-8", "replace"))
    return done.returncode


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path, help="folder of a Cortex-M target in a build's output")
    parser.add_argument("image", type=Path)
    parser.add_argument("--qemu", action="store_true", help="run on qemu-system-arm instead of unicorn")
    given: Any = parser.parse_args(arguments)
    target = json.loads((given.bundle / "manifest.json").read_text())["target"]
    core = core_of(load_target(target if isinstance(target, str) else target["name"]))
    if core is None or not core.triple.startswith("thumb") or core.cpu == "cortex_m0plus":
        # Cortex-M0+ would need a toolchain's routines for products of 64 bits.
        sys.exit(f"{target}: this example runs Cortex-M3, M4, M7, M33 and, in QEMU, M55")
    with tempfile.TemporaryDirectory() as folder:
        program = build(given.bundle, given.image, core, Path(folder))
        if given.qemu or not core.unicorn:
            return run_in_qemu(core, Path(folder))
        status = 0
        for said in emulate(program, core):
            if isinstance(said, int):
                status = said
            else:
                sys.stdout.write(said)
    return status


if __name__ == "__main__":
    sys.exit(main())
