"""A batch of emitted programs as one program that reads its inputs from a file and writes its outputs to one.

Natively every buffer is malloc'ed at its exact size, so that AddressSanitizer sees an access that is one byte
off. On QEMU's boards the files are the host's, through semihosting: nothing of the cases lies in the image.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from c_batch import Batch, Program, native_compiler

from espalier.emulate.cross import WARNINGS, Core, compile_plugin, compile_program
from espalier.graph.types import Array

SANITIZE = ("-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
_GUARD, _PAINT = 64, 0xA5

_NATIVE = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static FILE *given, *made;
static void *take(size_t bytes) {
  void *found = malloc(bytes);
  if (found == NULL) exit(70);
  memset(found, 0xa5, bytes);
  return found;
}
static void load(void *to, size_t bytes) { if (fread(to, 1, bytes, given) != bytes) exit(71); }
static void save(const void *from, size_t bytes) { if (fwrite(from, 1, bytes, made) != bytes) exit(72); }
static void drop(void *block, size_t bytes) { (void)bytes; free(block); }
static int run_cases(void);
int main(void) {
  int status;
  given = fopen("given.bin", "rb");
  made = fopen("made.bin", "wb");
  if (given == NULL || made == NULL) return 73;
  status = run_cases();
  if (fclose(given) != 0 || fclose(made) != 0) return 74;
  return status;
}
static void count_begin(void) {}
static void count_end(void) {}
#define ENTRY static
"""

_BOARD = """
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "boot.h"
static uint8_t pool[0x60000] __attribute__((aligned(16)));
static size_t filled;
static int32_t given, made;
static int32_t call(int32_t operation, const void *argument) {
  register int32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
static int32_t open_file(const char *name, uint32_t mode, uint32_t length) {
  uint32_t block[3];
  block[0] = (uint32_t)(uintptr_t)name;
  block[1] = mode;
  block[2] = length;
  return call(0x01, block);
}
static int32_t move_bytes(int32_t operation, int32_t file, const void *at, size_t bytes) {
  uint32_t block[3];
  block[0] = (uint32_t)file;
  block[1] = (uint32_t)(uintptr_t)at;
  block[2] = bytes;
  return call(operation, block);
}
static int failed;
static void *take(size_t bytes) {
  uint8_t *found = pool + filled;
  filled += (bytes + 64u + 15u) / 16u * 16u;
  if (filled > sizeof pool) {
    failed = 70;
    filled = 0;
    return pool;
  }
  memset(found, 0xa5, (bytes + 64u + 15u) / 16u * 16u);
  return found;
}
static void load(void *to, size_t bytes) { if (move_bytes(0x06, given, to, bytes) != 0) failed = 71; }
static void save(const void *from, size_t bytes) { if (move_bytes(0x05, made, from, bytes) != 0) failed = 72; }
static void drop(const void *block, size_t bytes) {
  const uint8_t *end = (const uint8_t *)block + bytes;
  size_t n;
  for (n = 0; n < 64u; n++) if (end[n] != 0xa5u) failed = 75;
  filled = 0;
}
static int run_every_case(void);
int run_cases(void) {
  int status;
  given = open_file("given.bin", 1u, 9u);
  made = open_file("made.bin", 5u, 8u);
  if (given < 0 || made < 0) return 73;
  count_begin();
  count_end();
  status = run_every_case();
  return status != 0 ? status : failed;
}
#define run_cases run_every_case
#define ENTRY static
"""


def _case(program: Program) -> str:
    graph = program.graph
    sizes = [program.arena_bytes]
    sizes += [graph.tensors[t].size_bytes for t in (*graph.inputs, *graph.outputs)]
    first = 1 + len(graph.inputs)
    lines = [f"  void *p{k} = take({size}u);" for k, size in enumerate(sizes)] + ["  int status;"]
    lines += [f"  load(p{k}, {sizes[k]}u);" for k in range(1, first)]
    lines += ["  count_begin();"]
    lines += [f"  status = {program.prefix}_run({', '.join(f'p{k}' for k in range(len(sizes)))});"]
    lines += ["  count_end();"]
    lines += [f"  save(p{k}, {sizes[k]}u);" for k in range(first, len(sizes))]
    lines += [f"  drop(p{k}, {size}u);" for k, size in enumerate(sizes)]
    body = "\n".join(lines)
    return f"static int try_{program.prefix}(void) {{\n{body}\n  return status;\n}}\n"


def _files(batch: Batch, prelude: str) -> dict[str, bytes]:
    cases = "\n".join(_case(p) for p in batch.programs)
    calls = "\n".join(f"  if (try_{p.prefix}() != 0) return 1;" for p in batch.programs)
    text = f"{prelude}\n{cases}\nENTRY int run_cases(void) {{\n{calls}\n  return 0;\n}}\n"
    return {**batch.files, "cases.c": batch.files["cases.c"] + text.encode("ascii")}


def _results(batch: Batch, data: bytes) -> list[list[bytes]]:
    results, at = [], 0
    for program in batch.programs:
        outputs = []
        for tensor in program.graph.outputs:
            size = program.graph.tensors[tensor].size_bytes
            outputs.append(data[at : at + size])
            at += size
        results.append(outputs)
    assert at == len(data), "the program wrote too little or too much"
    return results


def _give(folder: Path, inputs: Sequence[Sequence[Array]]) -> None:
    data = b"".join(np.ascontiguousarray(a).tobytes() for case in inputs for a in case)
    (folder / "given.bin").write_bytes(data)


def has_sanitizers(folder: Path) -> bool:
    """Whether this machine's compiler links and runs a program with both sanitizers."""
    compiler = native_compiler()
    if compiler is None:
        return False
    (folder / "empty.c").write_text("int main(void) { return 0; }\n")
    command = [*compiler, *SANITIZE, "empty.c", "-o", "empty"]
    if subprocess.run(command, cwd=folder, capture_output=True, timeout=60).returncode != 0:
        return False
    return subprocess.run([str(folder / "empty")], capture_output=True, timeout=60).returncode == 0


def run_sanitized(
    batch: Batch, inputs: Sequence[Sequence[Array]], folder: Path, *flags: str
) -> list[list[bytes]]:
    """The outputs of every case; a sanitizer's report is an AssertionError with its text.

    Kernels that an earlier call left in `folder` are not compiled again.
    """
    compiler = native_compiler()
    assert compiler is not None
    files = _files(batch, _NATIVE)
    changed = {n for n, data in files.items() if _written(folder / n, data)}
    everything = any(name.endswith(".h") for name in changed)
    sources = sorted(n for n in files if n.endswith(".c"))
    objects = [name[:-2] + ".o" for name in sources]
    for source, made in zip(sources, objects, strict=True):
        if everything or source in changed or not (folder / made).exists():
            _compile([*compiler, *WARNINGS, *SANITIZE, *flags, "-c", source, "-o", made], folder)
    _compile([*compiler, *SANITIZE, *objects, "-o", "cases"], folder)
    _give(folder, inputs)
    ran = subprocess.run([str(folder / "cases")], cwd=folder, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, f"code {ran.returncode}\n{ran.stderr[:3000]}"
    return _results(batch, (folder / "made.bin").read_bytes())


def _written(path: Path, data: bytes) -> bool:
    if path.exists() and path.read_bytes() == data:
        return False
    path.write_bytes(data)
    return True


def _compile(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-1500:]


def run_under_qemu(
    batch: Batch,
    core: Core,
    inputs: Sequence[Sequence[Array]],
    folder: Path,
    level: str,
    objects: Sequence[str] = (),
) -> list[list[bytes]]:
    """The outputs of every case on a board of QEMU's; a fault or an overrun is an AssertionError."""
    return _run_on_board(batch, core, inputs, folder, level, objects, count=False)


def count_under_qemu(
    batch: Batch, core: Core, inputs: Sequence[Sequence[Array]], folder: Path, level: str
) -> tuple[list[list[bytes]], list[int]]:
    """The outputs of every case and its instructions, calls included."""
    results = _run_on_board(batch, core, inputs, folder, level, (), count=True)
    empty, *counts = [int(line) for line in (folder / "count.txt").read_text().split()]
    assert len(counts) == len(batch.programs)
    return results, [found - empty for found in counts]


def _run_on_board(
    batch: Batch,
    core: Core,
    inputs: Sequence[Sequence[Array]],
    folder: Path,
    level: str,
    objects: Sequence[str],
    *,
    count: bool,
) -> list[list[bytes]]:
    image = compile_program(
        _files(batch, _BOARD),
        core,
        roots=["vectors"],
        workdir=folder,
        optimize=level,
        script="qemu.ld",
        extra=("boot.c", "boot.h"),
        objects=objects,
    )
    _give(folder, inputs)
    command = ["qemu-system-arm", "-M", core.qemu, "-nographic", "-monitor", "none", "-serial", "none"]
    command += ["-semihosting-config", "enable=on,target=native", "-kernel", "program.elf"]
    if count:
        begin, end = (image.symbols[name].address & ~1 for name in ("count_begin", "count_end"))
        (folder / "count.txt").unlink(missing_ok=True)
        command += ["-plugin", f"./{compile_plugin(folder).name},begin={begin:#x},end={end:#x},out=count.txt"]
    ran = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, f"code {ran.returncode} on {core.name} at {level}\n{ran.stderr[-1000:]}"
    return _results(batch, (folder / "made.bin").read_bytes())
