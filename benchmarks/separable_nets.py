"""Networks of depthwise and pointwise convolutions as Espalier's C, beside TFLite Micro with CMSIS-NN.

    python benchmarks/separable_nets.py [kws] [arena]

"kws": a DS-CNN of the shape of MLPerf Tiny's keyword spotting network (input 49x10x1, a 10x4 convolution of
stride 2, four pairs of a 3x3 depthwise and a pointwise convolution over 64 channels). "arena": MobileNetV1
0.25 at 96x96x3 (the shape of visual wake words), what its memory is with and without row-by-row execution.
Weights and inputs are random; every output is compared with the numpy reference. The figures of TFLite Micro
(90b983c2, CMSIS-NN 4ab83cc3, gcc 12.2.1, QEMU 7.2) were measured once on the real keyword network and are
quoted, per layer where they are known. Instruction counts and bytes are exact; they are not cycles.
"""

from __future__ import annotations

import dataclasses
import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from espalier.emit.demand import demand, streamable
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import CORES
from espalier.emulate.microcontroller import Emulated, LayerFigure, measure_program
from espalier.errors import ToolMissingError
from espalier.graph import reference
from espalier.graph.ops import OPS, macs
from espalier.graph.types import Array, Graph, Op, OptionValue, Quant, Tensor, constant
from espalier.graph.view import view
from espalier.plan.memory import plan_memory
from espalier.plan.types import Plan

KWS_BASELINE: Mapping[str, tuple[float, str]] = {
    "cortex-m4": (2.793, "CMSIS-NN -O3, assembly requantisation"),
    "cortex-m3": (3.970, "CMSIS-NN -O3"),
    "cortex-m55": (0.673, "CMSIS-NN -O3"),
}
"""Instructions per MAC of the whole keyword network, the best of its builds, and which one that is."""
KWS_M4_LAYERS: Mapping[str, float] = {"conv_2d 10x4": 3.47, "depthwise_conv_2d": 8.33, "conv_2d 1x1": 2.09}
"""Instructions per MAC on Cortex-M4, CMSIS-NN -O3."""
_ACTIVATIONS = Quant(scales=(0.05,), zero_points=(-128,))
_DEVIATION = 73.0
"""Standard deviation of the random weights."""


@dataclass
class Net:
    """Appends layers with random weights and a rescaling that keeps their results in range."""

    rng: np.random.Generator
    tensors: list[Tensor] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)

    def tensor(self, name: str, shape: tuple[int, ...], quant: Quant, data: Array | None = None) -> int:
        dtype = "int8" if data is None else str(data.dtype)
        self.tensors.append(Tensor(name=name, shape=shape, dtype=dtype, quant=quant, data=data))
        return len(self.tensors) - 1

    def op(self, kind: str, name: str, inputs: Sequence[int], **options: OptionValue) -> int:
        result = self.tensor(name, (), _ACTIVATIONS)
        defaults = {f.name: f.default for f in OPS[kind].fields}
        self.ops.append(
            Op(kind=kind, inputs=tuple(inputs), outputs=(result,), options={**defaults, **options})
        )
        (shape,) = OPS[kind].shape(view(self.graph(0, result), self.ops[-1]))
        self.tensors[result] = dataclasses.replace(self.tensors[result], shape=shape)
        return result

    def weighted(
        self,
        kind: str,
        name: str,
        x: int,
        shape: tuple[int, ...],
        axis: int,
        stride: int,
        **more: OptionValue,
    ) -> int:
        channels = shape[axis]
        taps = int(np.prod(shape)) // channels
        scales = self.rng.uniform(0.7, 1.4, channels) / (_DEVIATION * np.sqrt(taps))
        quant = Quant(
            scales=tuple(float(np.float32(s)) for s in scales), zero_points=(0,) * channels, axis=axis
        )
        weights = constant(self.rng.integers(-127, 128, shape), "int8")
        bias = constant(self.rng.integers(-4000, 4000, channels), "int32")
        operands = [
            x,
            self.tensor(f"{name}/weights", shape, quant, weights),
            self.tensor(f"{name}/bias", (channels,), quant, bias),
        ]
        options: dict[str, OptionValue] = {
            "padding": "same", "stride_h": stride, "stride_w": stride, "dilation_h": 1, "dilation_w": 1,
            "activation": "relu",
        }  # fmt: skip
        return self.op(kind, name, operands, **options, **more)

    def conv(self, name: str, x: int, kernel: tuple[int, int], channels: int, stride: int = 1) -> int:
        depth = self.tensors[x].shape[3]
        return self.weighted("conv_2d", name, x, (channels, *kernel, depth), 0, stride)

    def depthwise(self, name: str, x: int, stride: int = 1) -> int:
        shape = (1, 3, 3, self.tensors[x].shape[3])
        return self.weighted("depthwise_conv_2d", name, x, shape, 3, stride, depth_multiplier=1)

    def average(self, x: int) -> int:
        _, height, width, _ = self.tensors[x].shape
        options: dict[str, OptionValue] = {
            "filter_h": height, "filter_w": width, "stride_h": height, "stride_w": width, "padding": "valid",
            "activation": "none",
        }  # fmt: skip
        return self.op("average_pool_2d", "average", [x], **options)

    def graph(self, source: int, result: int) -> Graph:
        return Graph(
            name="net", tensors=tuple(self.tensors), ops=tuple(self.ops), inputs=(source,), outputs=(result,)
        )


def keyword_net() -> Graph:
    net = Net(np.random.default_rng(1))
    source = net.tensor("input", (1, 49, 10, 1), _ACTIVATIONS)
    x = net.conv("conv 10x4", source, (10, 4), 64, 2)
    for block in range(1, 5):
        x = net.conv(f"pointwise {block}", net.depthwise(f"depthwise {block}", x), (1, 1), 64)
    return net.graph(source, net.conv("logits", net.average(x), (1, 1), 12))


def mobile_net(size: int = 96, quarter: int = 8) -> Graph:
    """MobileNetV1 with ``quarter`` / 32 of its channels."""
    net = Net(np.random.default_rng(2))
    source = net.tensor("input", (1, size, size, 3), _ACTIVATIONS)
    x = net.conv("conv 3x3", source, (3, 3), quarter, 2)
    plan = [(2, 1), (4, 2), (4, 1), (8, 2), (8, 1), (16, 2), *[(16, 1)] * 5, (32, 2), (32, 1)]
    for block, (times, stride) in enumerate(plan, 1):
        x = net.depthwise(f"depthwise {block}", x, stride)
        x = net.conv(f"pointwise {block}", x, (1, 1), times * quarter)
    return net.graph(source, net.conv("logits", net.average(x), (1, 1), 2))


def planned(graph: Graph, core: str, optimize: str) -> Plan:
    needs = functools.partial(demand, optimize=optimize, isa=CORES[core].isa)
    return plan_memory(graph, optimize=optimize, demand=needs, streamable=streamable)


def run(graph: Graph, core: str, optimize: str = "speed", level: str = "-O2") -> Emulated:
    """Plan, emit, compile, run on two random inputs; every byte is compared with the numpy reference."""
    rng = np.random.default_rng(1234)
    shape = graph.tensors[graph.inputs[0]].shape
    images = [rng.integers(-128, 128, shape).astype(np.int8) for _ in range(2)]
    golden = [GoldenCase(input=i.tobytes(), output=reference.run(graph, [i])[0].tobytes()) for i in images]
    plan = planned(graph, core, optimize)
    return measure_program(
        emit(graph, plan, "net", Options(isa=CORES[core].isa)),
        CORES[core],
        name="net",
        graph=graph,
        arena_bytes=plan.arena_bytes,
        golden=golden,
        optimize=level,
    )


def one_by_one(graph: Graph, core: str) -> Iterator[LayerFigure]:
    """Each operator as a program of its own: for QEMU, whose count has no layers."""
    for op in graph.ops:
        single = dataclasses.replace(graph, ops=(op,), inputs=op.inputs[:1], outputs=op.outputs)
        figures = run(single, core)
        yield LayerFigure(
            name=f"{op.kind} {graph.tensors[op.outputs[0]].name}",
            macs=macs(view(graph, op)),
            instructions=figures.instructions,
        )


def keywords() -> None:
    graph = keyword_net()
    total = sum(macs(view(graph, op)) for op in graph.ops)
    print(f"DS-CNN of the keyword spotting network's shape, {total:,} MACs (TFLite Micro's: 2,656,768)")
    print("TFLite Micro per layer on cortex-m4 (CMSIS-NN -O3), instructions per MAC: "
          + ", ".join(f"{name} {value}" for name, value in KWS_M4_LAYERS.items()))  # fmt: skip
    for core, (baseline, source) in KWS_BASELINE.items():
        try:
            figures = run(graph, core)
        except ToolMissingError as problem:
            print(f"{core}: not run: {problem.found}")
            continue
        ours = figures.instructions / total
        print(
            f"\n{core}: {figures.instructions:,} instructions, {ours:.3f} per MAC; TFLite Micro {baseline} "
            f"({source}): ratio {ours / baseline:.2f}; arena {figures.arena_bytes:,}, stack "
            f"{figures.stack_bytes}, code {figures.code_bytes:,} bytes"
        )
        for layer in figures.layers or tuple(one_by_one(graph, core)):
            per_mac = f"{layer.instructions / layer.macs:.3f}" if layer.macs else "-"
            print(
                f"  {layer.name[:40]:<40}{layer.macs:>10,} MACs{layer.instructions:>11,} instructions{per_mac:>8}"
            )


def arenas() -> None:
    graph = mobile_net()
    total = sum(macs(view(graph, op)) for op in graph.ops)
    print(f"\nMobileNetV1 0.25 at 96x96x3, {total:,} MACs, cortex-m4")
    for optimize in ("flash", "speed", "ram"):
        figures, plan = run(graph, "cortex-m4", optimize), planned(graph, "cortex-m4", optimize)
        streamed = [len(step.ops) for step in plan.steps if len(step.ops) > 1]
        print(
            f"  optimize = {optimize:<6} arena {figures.arena_bytes:>7,}, {figures.instructions:,} instructions "
            f"({figures.instructions / total:.3f} per MAC), code {figures.code_bytes:,}; "
            f"operators in streamed steps: {streamed or 'none'}"
        )


def main(chosen: Sequence[str]) -> None:
    if "kws" in chosen or not chosen:
        keywords()
    if "arena" in chosen or not chosen:
        arenas()


if __name__ == "__main__":
    main(sys.argv[1:])
