"""Runs an emitted program on an emulated core and measures it exactly.

Instructions are counted by basic blocks (a block's instructions are known from its bytes, its runs are
counted),
the stack by painting, code and constants by section. An instruction count is not a cycle count: it knows
nothing of
wait states, dual issue or load latency. :mod:`espalier.emulate.cycles` makes an estimate of it.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError, ToolMissingError
from .cross import RAM_BASE, Core, compile_counter
from .cycles import EXTRA_CYCLES
from .elf import Image

_STOP = 0x1000_0000
_RAM_BYTES = 4 << 20
_STACK_BYTES = 16 << 10
_STACK_PAINT = 0xA5
_GUARD = 64


class _Counter(ctypes.Structure):
    _fields_ = (
        ("total", ctypes.c_uint64),
        ("layer", ctypes.c_void_p),
        ("flash", ctypes.c_void_p),
        ("known", ctypes.c_void_p),
        ("known_size", ctypes.c_void_p),
        ("flash_base", ctypes.c_uint32),
        ("flash_bytes", ctypes.c_uint32),
        ("watch_begin", ctypes.c_uint32),
        ("watch_end", ctypes.c_uint32),
        ("layer_address", ctypes.c_void_p),
        ("read_register", ctypes.c_void_p),
        ("layers", ctypes.c_uint32),
        ("current", ctypes.c_uint32),
        ("argument", ctypes.c_uint32),
        ("inside", ctypes.c_uint32),
        ("encoding", ctypes.c_uint32),
        ("stray", ctypes.c_uint32),
        ("known_extra", ctypes.c_void_p),
        ("extra", ctypes.c_uint64),
        ("load", ctypes.c_uint32),
        ("pair", ctypes.c_uint32),
        ("each", ctypes.c_uint32),
        ("taken", ctypes.c_uint32),
        ("previous_end", ctypes.c_uint32),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one call of a function on the emulated core did."""

    result: int
    buffers: tuple[bytes, ...]
    """The RAM buffers after the call, in the order given."""
    instructions: int
    model_cycles: int | None
    """What :mod:`espalier.emulate.cycles` calls model cycles; None on RISC-V, for which there is no model."""
    layers: Mapping[str, int]
    """Instructions per layer structure that the watched function passes on; "" is the function itself."""
    stack_bytes: int


class EmulatedCore:
    """One emulated core with one program loaded. Not thread-safe; one call at a time.

    Raises :class:`ToolMissingError` without unicorn, :class:`BugError` when the program faults.
    """

    def __init__(self, image: Image, core: Core, *, workdir: Path) -> None:
        self._unicorn: Any = _unicorn()
        self._image = image
        self._riscv = core.triple.startswith("riscv")
        self._engine = self._open(core)
        self._library = ctypes.CDLL(str(compile_counter(workdir)))
        self._load()

    def _open(self, core: Core) -> Any:
        u = self._unicorn
        if self._riscv:
            return u.Uc(u.UC_ARCH_RISCV, u.UC_MODE_RISCV32)
        engine = u.Uc(u.UC_ARCH_ARM, u.UC_MODE_THUMB | u.UC_MODE_MCLASS)
        engine.ctl_set_cpu_model(getattr(importlib.import_module("unicorn.arm_const"), core.unicorn))
        return engine

    def _load(self) -> None:
        sections = self._image.sections
        low = min(s.address for s in sections) & ~0xFFF
        high = (max(s.address + s.size for s in sections) + 0x2FFF) & ~0xFFF
        flash = bytearray(high - low)
        for section in sections:
            start = section.address - low
            flash[start : start + len(section.data)] = section.data
        u = self._unicorn
        self._engine.mem_map(low, len(flash), u.UC_PROT_READ | u.UC_PROT_EXEC)
        self._engine.mem_write(low, bytes(flash))
        self._engine.mem_map(RAM_BASE, _RAM_BYTES, u.UC_PROT_READ | u.UC_PROT_WRITE)
        self._engine.mem_map(_STOP, 0x1000)
        self._engine.mem_write(_STOP, b"\xfe\xe7" * 8 if not self._riscv else b"\x01\xa0" * 8)
        self._flash_base, self._flash = low, bytes(flash)
        self._known = np.zeros(len(flash) // 2 + 1, np.uint16)
        self._known_size = np.zeros_like(self._known)
        self._known_extra = np.zeros_like(self._known)

    def call(
        self,
        function: str,
        arguments: Sequence[int | bytes | bytearray],
        *,
        watch: str = "",
        layers: Sequence[str] = (),
        place: int = 16,
    ) -> Call:
        """Calls ``function`` with integers and buffers (bytes are copied to RAM, aligned to ``place``).

        ``watch`` names the function whose calls are counted apart, by the structure (one of ``layers``)
        that they
        get as first argument. Arguments beyond four (Arm) or eight (RISC-V) go to the stack, as the calling
        conventions say.
        """
        words: list[int] = []
        spans: list[tuple[int, int]] = []
        at = RAM_BASE + _STACK_BYTES + _GUARD
        for argument in arguments:
            if isinstance(argument, int):
                words.append(argument & 0xFFFF_FFFF)
                continue
            at = (at + place - 1) // place * place
            self._engine.mem_write(at, bytes(argument))
            words.append(at)
            spans.append((at, len(argument)))
            at += len(argument) + _GUARD
        known = sorted(layers, key=lambda name: self._image.symbols[name].address)
        counter, counts, keep = self._counter(watch, known)
        self._engine.mem_write(RAM_BASE, bytes([_STACK_PAINT]) * _STACK_BYTES)
        hook = self._hook(counter)
        try:
            result = self._run(function, words)
        finally:
            self._unhook(hook)
        del keep
        if counter.stray:
            raise BugError(f"{function} ran code outside the program on the emulated core")
        stack = bytes(self._engine.mem_read(RAM_BASE, _STACK_BYTES))
        untouched = len(stack) - len(stack.lstrip(bytes([_STACK_PAINT])))
        passed = 4 * max(0, len(words) - (8 if self._riscv else 4))
        return Call(
            result=result,
            buffers=tuple(bytes(self._engine.mem_read(address, size)) for address, size in spans),
            instructions=int(counter.total),
            model_cycles=None if self._riscv else int(counter.total + counter.extra),
            layers=dict(zip([*known, ""], counts.tolist(), strict=True)),
            stack_bytes=_STACK_BYTES - untouched - passed,
        )

    def read(self, address: int, size: int) -> bytes:
        """Bytes of flash or RAM."""
        return bytes(self._engine.mem_read(address, size))

    def write(self, address: int, data: bytes) -> None:
        """Changes flash or RAM, as damage would."""
        self._engine.mem_write(address, data)

    def _counter(
        self, watch: str, layers: Sequence[str]
    ) -> tuple[_Counter, NDArray[np.uint64], NDArray[np.uint32]]:
        counts = np.zeros(len(layers) + 1, np.uint64)
        addresses = np.array([self._image.symbols[name].address for name in layers], np.uint32)
        symbol = self._image.symbols.get(watch) if watch else None
        begin = (symbol.address & ~1) if symbol else 0
        counter = _Counter(
            layer=counts.ctypes.data,
            layer_address=addresses.ctypes.data,
            read_register=ctypes.cast(self._native().uc_reg_read, ctypes.c_void_p).value,
            argument=self._registers()[0][0],
            current=len(layers),
            flash=ctypes.cast(ctypes.c_char_p(self._flash), ctypes.c_void_p).value,
            known=self._known.ctypes.data,
            known_size=self._known_size.ctypes.data,
            known_extra=self._known_extra.ctypes.data,
            flash_base=self._flash_base,
            flash_bytes=len(self._flash),
            watch_begin=begin,
            watch_end=begin + (symbol.size if symbol else 0),
            layers=len(layers),
            encoding=int(self._riscv),
            load=EXTRA_CYCLES["load"],
            pair=EXTRA_CYCLES["pair"],
            each=EXTRA_CYCLES["register"],
            taken=EXTRA_CYCLES["taken branch"],
        )
        return counter, counts, addresses

    def _native(self) -> Any:
        return importlib.import_module("unicorn.unicorn_py3.unicorn").uclib

    def _hook(self, counter: _Counter) -> Any:
        library = self._native()
        handle = ctypes.c_size_t()
        status = library.uc_hook_add(
            self._engine._uch,
            ctypes.byref(handle),
            self._unicorn.UC_HOOK_BLOCK,
            ctypes.cast(self._library.count_block, ctypes.c_void_p),
            ctypes.byref(counter),
            ctypes.c_uint64(1),
            ctypes.c_uint64(0),
        )
        if status != 0:
            raise BugError(f"the emulator refused the counting hook (code {status})")
        return handle

    def _unhook(self, handle: Any) -> None:
        library = self._native()
        library.uc_hook_del(self._engine._uch, handle)

    def _run(self, function: str, words: Sequence[int]) -> int:
        engine, symbol = self._engine, self._image.symbols.get(function)
        if symbol is None or not symbol.defined:
            raise BugError(f"the program has no function {function}")
        registers, sp, link, thumb = self._registers()
        stack = RAM_BASE + _STACK_BYTES - (4 * max(0, len(words) - len(registers)) + 7) // 8 * 8
        for index, word in enumerate(words):
            if index < len(registers):
                engine.reg_write(registers[index], word)
            else:
                engine.mem_write(stack + 4 * (index - len(registers)), word.to_bytes(4, "little"))
        engine.reg_write(sp, stack)
        engine.reg_write(link, _STOP | thumb)
        try:
            engine.emu_start(symbol.address | thumb, _STOP)
        except self._unicorn.UcError as error:
            raise BugError(f"{function} faulted on the emulated core: {error}") from error
        value = int(engine.reg_read(registers[0]))
        return value - (1 << 32) if value >= 1 << 31 else value

    def _registers(self) -> tuple[tuple[int, ...], int, int, int]:
        if self._riscv:
            r = importlib.import_module("unicorn.riscv_const")
            return (
                tuple(getattr(r, f"UC_RISCV_REG_A{i}") for i in range(8)),
                r.UC_RISCV_REG_SP,
                r.UC_RISCV_REG_RA,
                0,
            )
        a = importlib.import_module("unicorn.arm_const")
        return tuple(getattr(a, f"UC_ARM_REG_R{i}") for i in range(4)), a.UC_ARM_REG_SP, a.UC_ARM_REG_LR, 1


_IMPORTING = threading.Lock()
"""Two threads that import the package at once may see half of it: its modules import one another in a circle."""


def _unicorn() -> Any:
    try:
        with _IMPORTING:
            # All that is used of it: other versions of the package have other parts.
            for part in ("arm_const", "riscv_const", "unicorn_py3.unicorn"):
                importlib.import_module(f"unicorn.{part}")
            return importlib.import_module("unicorn")
    except (ImportError, OSError, AttributeError) as problem:
        absent = importlib.util.find_spec("unicorn") is None
        raise ToolMissingError(
            "the CPU emulator (PyPI package unicorn) is "
            + ("not installed" if absent else f"installed, but does not work: {problem}"),
            supported="microcontroller programs are run on an emulated core during the build",
            next_step="install the optional dependencies: espalier[mcu]",
        ) from None
