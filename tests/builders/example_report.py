"""A report with something in every field, and hostile text where text comes from files."""

from __future__ import annotations

import base64
import io
from typing import Any

import msgspec
from PIL import Image

from espalier.facts import Check
from espalier.peak import Part, Peak
from espalier.report.verdict import verdict
from espalier.row_network import NetworkRow, NodeRow
from espalier.row_prune import PruneRow
from espalier.row_reading import SourceRow
from espalier.row_slices import SliceRow
from espalier.rows import (
    AccuracyRow,
    ArenaRow,
    BundleRow,
    ClassRow,
    FlipRow,
    GateRow,
    LatencyRow,
    MemoryRow,
    ModelRow,
    OperatorCounts,
    OperatorTime,
    ParityRow,
    QuantizeRow,
    Report,
    StageRow,
    StepRow,
    TopRow,
)

HOSTILE = "<script>alert(1)</script>|`\n"


def png() -> str:
    data = io.BytesIO()
    Image.linear_gradient("L").resize((24, 24)).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def arena_row() -> ArenaRow:
    return ArenaRow(
        target="cortex-m4",
        peak=Peak(
            optimize="speed",
            step=1,
            layers=("stem", "add" + HOSTILE),
            kinds=("conv_2d", "add"),
            arena_bytes=36864,
            parts=(Part(name="stem", size_bytes=30000), Part(name="working memory", size_bytes=6864)),
        ),
        chart='<svg viewBox="0 0 10 10"><rect x="0" y="0" width="10" height="10"/></svg>',
    )


def example_report(**changes: Any) -> Report:
    labels = ["crack", "good", "scratch" + HOSTILE]
    report = Report(
        name="parts",
        version="1.2.3",
        status="passed",
        model=ModelRow(
            source_sha256="ab" * 32,
            parameters=12345,
            macs=1_000_000,
            layers=12,
            format="keras",
            output="softmax",
        ),
        stages=(
            StageRow(name="read", seconds=0.1, reused=False),
            StageRow(name="load", seconds=3.2, reused=True),
        ),
        prune=PruneRow(
            method="channels",
            requested=0.3,
            macs_before=1_000_000,
            macs_after=690_000,
            parameters_before=12345,
            parameters_after=8000,
            bytes_before=20000,
            bytes_after=14000,
            gzip_before=15000,
            gzip_after=11000,
            latency_ratio=0.74,
            verdict="It pays.",
            layers=({"name": "conv", "before": 32, "after": 24},),
        ),
        quantize=QuantizeRow(
            scheme="int8",
            operators=OperatorCounts(float=0, int8=15, int16=0),
            steps=(
                StepRow(
                    name="per-channel min/max",
                    top1=0.95,
                    drop=0.5,
                    kept=False,
                    agreement=0.97,
                    bytes=14000,
                    seconds=0.4,
                ),
                StepRow(name="bias correction", top1=None, drop=None, kept=True),
            ),
            runtime_floor="1.14.0",
            device_input="feed the bytes",
        ),
        accuracy=AccuracyRow(
            n=600,
            float=TopRow(top1=0.97),
            pruned=TopRow(top1=0.96),
            int8=TopRow(top1=0.955),
            agreement=0.985,
            drop_points=0.5,
            interval=(-0.4, 1.4),
            p_value=0.37,
            flips=(FlipRow(image="good/1.jpg" + HOSTILE, float="good", int8="crack", label="good"),),
            classes=tuple(
                ClassRow(
                    label=label,
                    n=200,
                    recall_float=0.97,
                    recall_int8=0.95,
                    recall_low=0.91,
                    recall_high=0.97,
                    precision_int8=0.96,
                )
                for label in labels
            ),
            confusion=((190, 4, 6), (3, 195, 2), (5, 5, 190)),
            claim="With 600 images ...",
            warnings=("a warning",),
            decision={"threshold": 0.8},
        ),
        latency=tuple(
            LatencyRow(
                runtime=r,
                variant=v,
                threads=1,
                delegate="XNNPACK, 1 partition",
                cpu="Some CPU",
                cold_us=900.0,
                first_us=400.0,
                median_us=300.0,
                p90_us=330.0,
                p99_us=500.0,
                n=200,
                version="2.3.0",
                operators=(OperatorTime(name="0 conv_2d", microseconds=200.0, share=0.7),),
                note="quiet",
            )
            for r in ("litert", "tflite-runtime")
            for v in ("float", "int8")
        ),
        memory=MemoryRow(
            arena_bytes={"cortex-m4": 36864}, peak_rss_bytes={"litert": 50_000_000}, arenas=(arena_row(),)
        ),
        emulated=(
            {
                "target": "cortex-m4",
                "core": "cortex-m4",
                "emulator": "unicorn 2.1.4",
                "compiler": "zig cc -O2",
                "optimize": "speed",
                "instructions": 12_800_000,
                "arena_bytes": 36864,
                "stack_bytes": 400,
                "code_bytes": 12000,
                "weights_bytes": 80000,
                "exact": True,
                "constants": None,
                "estimate": {
                    "clock_hz": 180e6,
                    "worst_error": 0.21,
                    "cycles": [15_000_000, 21_000_000],
                    "milliseconds": [83.0, 117.0],
                    "text": "about 83 to 117 ms at 180 MHz (estimate, from 8 published times)",
                },
                "coded": {
                    "flash_bytes": 3_900,
                    "instructions": 1_900_000,
                    "arena_bytes": 0,
                    "text": "weights compressed: 80,000 -> 75,000 bytes for +1.9 M instructions (+15 %)",
                },
                "sparse": {
                    "layers": 1,
                    "flash_bytes": 20_000,
                    "instructions": -5_000_000,
                    "text": "zero weights of 1 layer neither stored nor multiplied: -20,000 bytes",
                },
                "layers": [
                    {
                        "name": "conv",
                        "macs": 1000,
                        "instructions": 900,
                        "decoding": 100,
                        "sparse": {
                            "op": 0,
                            "density": 0.254,
                            "bytes_saved": 20_000,
                            "instructions_saved": 5_000_000,
                        },
                    },
                    {"name": "dense", "macs": 10, "instructions": 90, "decoding": 0},
                ],
            },
        ),
        gates=(
            GateRow(name="budgets.max-model-bytes", limit=200000, value=14000, passed=True, unit="bytes"),
            GateRow(name="budgets.min-class-recall", limit=0.9, value=None, passed=True, unit="share"),
        ),
        checks=(
            Check(name="twin", tool="litert", version="2.3.0", result="passed"),
            Check(name="javac", tool="javac", result="not run", why="javac is not installed" + HOSTILE),
        ),
        bundles=(
            BundleRow(target="android-arm64", path="android-arm64", sha256="cd" * 32, bytes=123456, files=12),
        ),
        parity=(
            ParityRow(
                first="litert reference", second="litert default", n=100, largest_difference=6, top1_changes=1
            ),
        ),
        warnings=("calibration: only 40 images",),
        machine={"cpu": "Some CPU"},
        contact_sheet=(
            {
                "image": "good/1.jpg",
                "float": "good",
                "int8": "crack" + HOSTILE,
                "label": "good",
                "png_base64": png(),
            },
        ),
    )
    return msgspec.structs.replace(report, **changes)


def nodes(count: int, **more: object) -> tuple[NodeRow, ...]:
    return tuple(
        NodeRow(
            name=f"layer{n}", operator="conv_2d", inputs=() if not n else (n - 1,) if n % 7 else (n - 1, max(0, n - 5)),
            shape=(1, 8, 8, 16), macs=1000 * n, weight_bytes=100 * n, output_bytes=1024, **more,  # type: ignore[arg-type]
        )
        for n in range(count)
    )  # fmt: skip


def full_report() -> Report:
    """A report with what the page draws beside its tables."""
    report = example_report()
    accuracy = report.accuracy
    assert accuracy is not None
    slices = (
        SliceRow(by="brightness", name="darkest third", n=200, float=0.97, int8=0.91, low=0.86, high=0.94, lost=6.0, lost_low=2.0,
                 lost_high=10.0),
        SliceRow(by="folder", name="line" + HOSTILE, n=40, float=1.0, int8=1.0, low=0.9, high=1.0, lost=0.0, lost_low=-1.0,
                 lost_high=1.0),
    )  # fmt: skip
    side = {
        "precision": 0.98, "precision_low": 0.96, "coverage": 0.9, "review": 0.1, "mean_confidence": 0.93,
        "expected_calibration_error": 0.02,
    }  # fmt: skip
    histogram = [{"low": n / 20, "float": n * n, "int8": n, "int8_wrong": int(n == 19)} for n in range(20)]
    decision = {
        "threshold": 0.5, "float": side, "int8": side, "wished_precision": 0.98, "wished_threshold": 0.5,
        "confidence_drift": 0.004,
        "curve": [{"threshold": 0.0, "precision_float": 0.9, "coverage_float": 1.0, "precision_int8": 0.9, "coverage_int8": 1.0}],
        "histogram": histogram,
    }  # fmt: skip
    network = NetworkRow(nodes=(*nodes(20), msgspec.structs.replace(nodes(1)[0], name="last" + HOSTILE, inputs=(19,))))
    source = SourceRow(
        commands=("espalier build recipe.toml",), recipe='name = "parts"' + HOSTILE, recipe_sha256="0" * 64,
        calibration_sha256="1" * 64, evaluation_sha256=None,
    )  # fmt: skip
    report = msgspec.structs.replace(
        report, network=network, source=source, accuracy=msgspec.structs.replace(accuracy, slices=slices, decision=decision)
    )
    return msgspec.structs.replace(report, verdict=verdict(report))
