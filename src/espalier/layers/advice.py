"""What to do about a layer that loses precision: a table of rules over what was measured of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec


class LayerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One computed tensor of the int8 file against the float file's tensor of the same name, on the same images.

    `sqnr_db`, `cosine`: of all values. `added_percent`: noise power as a share of signal power, less that of the
    noisiest input. `low`, `high`: the float values; `int8_low`, `int8_high`: what int8 can hold. `saturated`: share
    of the float values beyond that. `peak_to_rms`: largest magnitude over root mean square. `weight_spread`: largest
    over smallest weight range of the output channels that have weights; `dead_channels` have none;
    `silent_channels` were 0 on every image. `input_ratio`: widest over narrowest range of float values of the
    inputs.
    `rescaled`: the build scaled this layer's channels (equalization); they are compared with that undone.
    Gains are None where they were not measured: dB of SQNR of the network's scores, share of images with the
    float model's answer, and points of accuracy on labelled images (with their paired 95 % interval) that come back
    when this layer keeps more than 8 bits (the better of: its output only; its output and its weights).
    """

    tensor: str
    layer: str
    operator: str
    sqnr_db: float
    cosine: float
    added_percent: float
    low: float
    high: float
    int8_low: float
    int8_high: float
    saturated: float
    peak_to_rms: float
    weight_spread: float | None
    dead_channels: int
    silent_channels: int
    channels: int
    input_ratio: float | None
    rescaled: bool
    patterns: tuple[str, ...]
    gain_db: float | None = None
    gain_agreement: float | None = None
    gain_output_db: float | None = None
    gain_weights_db: float | None = None
    gain_points: float | None = None
    gain_points_low: float | None = None
    gain_points_high: float | None = None
    advice: tuple[str, ...] = ()

    @property
    def used(self) -> float:
        """Share of the int8 range that the float values took, together with zero, which every range holds."""
        width = self.int8_high - self.int8_low
        inside = min(max(self.high, 0.0), self.int8_high) - max(min(self.low, 0.0), self.int8_low)
        return max(0.0, inside) / width if width > 0 else 0.0


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """`layers`, worst first. `labelled`: images that points of accuracy are measured on; 0: they are not. `output`: how near
    the int8 file's answers are, and its simulation's. `rewritten`: layers whose weights are not the float file's.
    `unmatched`: tensors without a float tensor of their name."""

    images: int
    labelled: int
    layers: tuple[LayerFacts, ...]
    output: dict[str, float]
    rewritten: tuple[str, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`text` is said of a layer for which `applies`, in words `when`; it may name fields of LayerFacts."""

    name: str
    when: str
    applies: Callable[[LayerFacts], bool]
    text: str


NOISY_DB = 30.0
"""Rules about a kind of layer speak only below this SQNR: a quiet layer needs no advice."""


def _noisy(pattern: str) -> Callable[[LayerFacts], bool]:
    return lambda row: pattern in row.patterns and row.sqnr_db < NOISY_DB


RULES: tuple[Rule, ...] = (
    Rule(
        name="saturation",
        when="over 0.1 % of the values beyond the int8 range by more than one step",
        applies=lambda row: row.saturated > 0.001 and "answer" not in row.patterns,
        text="{saturated:.2%} of the values are beyond the int8 range: the calibration images lack what these images "
        "show; add images of that kind, or more of them",
    ),
    Rule(
        name="unused range",
        when="under 40 % of the int8 range used, SQNR below 30 dB",
        applies=lambda row: row.used < 0.4
        and row.sqnr_db < NOISY_DB
        and not row.rescaled
        and not {"answer", "joined", "softmax"} & set(row.patterns),
        text="these images use {used:.0%} of the int8 range: single calibration images stretch it; look for odd ones "
        'with `espalier calibrate check`, or let `scheme = "auto"` search narrower ranges',
    ),
    Rule(
        name="outliers",
        when="largest value over 20 x the root mean square, SQNR below 30 dB, no softmax",
        applies=lambda row: row.peak_to_rms > 20 and row.sqnr_db < NOISY_DB and "softmax" not in row.patterns,
        text="the largest value is {peak_to_rms:.0f} x the typical one, so most values share few steps: clip it (ReLU6 "
        "instead of ReLU), put a batch normalization before it, or regularise the layer",
    ),
    Rule(
        name="depthwise spread",
        when="depthwise, weight ranges of the channels differ over 100 x, not equalized",
        applies=lambda row: "depthwise" in row.patterns and (row.weight_spread or 0) > 100 and not row.rescaled,
        text="the weights of its channels differ {weight_spread:,.0f} x in range: per-channel scales hold the weights, "
        'but the channels share one output scale; equalization helps (`scheme = "auto"` tries it), and weight decay on '
        "the depthwise kernel when training again",
    ),
    Rule(
        name="weight spread",
        when="conv or dense, weight ranges of the channels differ over 1,000 x, not equalized",
        applies=lambda row: "depthwise" not in row.patterns and (row.weight_spread or 0) > 1000 and not row.rescaled,
        text="the weights of its channels differ {weight_spread:,.0f} x in range: small channels vanish in the shared "
        'output scale; equalization helps (`scheme = "auto"` tries it)',
    ),
    Rule(
        name="dead channels",
        when="channels without weights",
        applies=lambda row: row.dead_channels > 0,
        text='{dead_channels} of {channels} channels have no weights: `[prune] method = "channels"` removes them and '
        "makes the model smaller at no loss",
    ),
    Rule(
        name="silent channels",
        when="conv, depthwise or dense, channels that are 0 on every image",
        applies=lambda row: row.silent_channels > 0 and row.dead_channels == 0 and row.weight_spread is not None,
        text="{silent_channels} of {channels} channels are 0 on all these images: probably dead after ReLU; pruning "
        "by channels can take them",
    ),
    Rule(
        name="narrow branch",
        when="read by a concatenation, under 25 % of the int8 range used",
        applies=lambda row: "joined" in row.patterns and row.used < 0.25,
        text="it is joined with a branch of a wider range, and both share one scale: its values use {used:.1%} of the int8 "
        "range; normalise each branch (batch normalization) before the concatenation",
    ),
    Rule(
        name="unequal concat",
        when="concatenated ranges differ over 4 x",
        applies=lambda row: "concat" in row.patterns and (row.input_ratio or 0) > 4,
        text="the branches that are joined differ {input_ratio:.0f} x in range and share one scale, so the small one keeps "
        "few steps: normalise each branch (batch normalization) before the concatenation",
    ),
    Rule(
        name="unequal add",
        when="added ranges differ over 8 x",
        applies=lambda row: "add" in row.patterns and (row.input_ratio or 0) > 8,
        text="the two sides of the sum differ {input_ratio:.0f} x in range: the small side is rounded to the steps of the "
        "large one; a batch normalization at the end of the large branch evens them out",
    ),
    Rule(
        name="swish",
        when="x * sigmoid(x), SQNR below 30 dB",
        applies=_noisy("swish"),
        text="swish (x * sigmoid(x)) has a long flat tail below 0 and no upper bound, which int8 resolves badly: ReLU6 or "
        "hard-swish with a short fine-tuning loses less",
    ),
    Rule(
        name="hard-swish",
        when="hard-swish or hard-sigmoid product, SQNR below 30 dB",
        applies=_noisy("hard-swish"),
        text="hard-swish multiplies two rounded values: keep its input within about -3 to 10 (batch normalization before "
        "it), or train with ReLU6 in its place",
    ),
    Rule(
        name="squeeze-excite",
        when="a map times one factor per channel, SQNR below 30 dB",
        applies=_noisy("squeeze-excite"),
        text="squeeze-excite multiplies every channel by one rounded factor, whose error hits the whole channel: a "
        "hard-sigmoid gate, or leaving the block out of the early layers, loses less",
    ),
    Rule(
        name="gelu",
        when="GELU, SQNR below 30 dB",
        applies=_noisy("gelu"),
        text="GELU is unbounded above and nearly 0 below: its input range decides its steps; normalise before it, or train "
        "with ReLU6",
    ),
    Rule(
        name="layer-norm",
        when="squared differences or a reciprocal root, SQNR below 30 dB",
        applies=_noisy("layer-norm"),
        text="LayerNormalization divides by a root of squares, whose range is the square of its input's: 8 bits are few; "
        "batch normalization folds into the layer before and costs nothing",
    ),
    Rule(
        name="softmax",
        when="softmax inside the network, SQNR below 30 dB",
        applies=_noisy("softmax"),
        text="softmax inside the network (attention): most weights are below one step of 1/256; fewer tokens or a higher "
        "temperature in training lift them",
    ),
    Rule(
        name="keep output",
        when="over 1 dB back when the output alone keeps more than 8 bits",
        applies=lambda row: (row.gain_output_db or 0.0) > 1.0
        and (row.gain_output_db or 0.0) >= (row.gain_weights_db or 0.0) - 0.5,
        text="the rounding of its output costs the network {gain_output_db:.1f} dB: 16-bit activations here give it back",
    ),
    Rule(
        name="keep weights",
        when="over 1 dB back only when the weights keep more than 8 bits, too",
        applies=lambda row: (row.gain_weights_db or 0.0) > 1.0
        and (row.gain_weights_db or 0.0) > (row.gain_output_db or 0.0) + 0.5,
        text="the rounding of its weights costs the network {gain_weights_db:.1f} dB (with its output): wider layers here, or "
        "fine-tuning with weight decay, make them easier to round",
    ),
)


def advice_for(row: LayerFacts) -> tuple[str, ...]:
    """What the rules say of a layer, in the order of the table."""
    values = {**msgspec.structs.asdict(row), "used": row.used}
    return tuple(rule.text.format_map(values) for rule in RULES if rule.applies(row))


def name_of(row: Mapping[str, object]) -> str:
    """The Keras layer of a row (LayerFacts as plain data), or its tensor where there is none."""
    return str(row["layer"] or row["tensor"])


def operator_of(row: Mapping[str, object]) -> str:
    """The operator of a row in a word."""
    name = str(row["operator"])
    return _WORDS.get(name, name.lower())


_WORDS = {"CONV_2D": "conv", "DEPTHWISE_CONV_2D": "depthwise", "FULLY_CONNECTED": "dense", "TRANSPOSE_CONV": "deconv"}


def points_of(row: Mapping[str, object]) -> str:
    """Points of accuracy that come back and their interval, of a row as plain data; empty where not measured."""
    if row["gain_points"] is None:
        return ""
    return f"{row['gain_points']:+.2f} ({row['gain_points_low']:+.2f} to {row['gain_points_high']:+.2f})"
