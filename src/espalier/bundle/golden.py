"""Golden vectors: known answers that ride in every bundle, and that every device program replays.

Layout, below the folder `golden/` of a bundle:

- `golden.json` (canonical JSON, class `Golden`): the contract, and a row per vector and per case.
- `vector-<n>.bin`: prepared pixels, uint8 [height, width, channels] row by row. The uint8 model takes them
  as they are, the int8 model takes byte - 128. The row's `outputs` give the int8 model's output bytes per
  kernel set in hexadecimal (two's complement); the uint8 model gives (byte + 128) & 255.
- `detector.bin`, of a detector: its integers (detector.words), 32 bits each, the high byte first; the rows' `boxes` are what
  it finds in their outputs.
- `case-<n>.rgb.bin`: an image, uint8 [rows, columns, 3] in RGB, or with as many channels as the prepared pixels when the
  contract's color is bands; `case-<n>.bin`: what the contract makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..detector import Detector, words
from ..errors import BugError, VerificationError
from ..facts import Artifact, BundleSource, GoldenVector, SourceImage, TensorFacts
from ..fed import normalised_numbers, number_bytes, with_numbers
from ..limits import LIMITS
from ..preparation import prepare
from ..recipe import Balance, Color, Fit, InputContract, Resize, Smooth
from ..recipe_numbers import InputNumbers
from ..task.kinds import kind_of
from ..task.types import CLASSIFY, Task

FORMAT: Final = "espalier-golden/1"
FOLDER: Final = "golden"
DETECTOR: Final = "detector.bin"
KERNELS: Final = ("reference", "builtin", "default")
"""Kernel sets in the order in which their answer counts as the label."""
ANSWER_BYTES: Final = 1 << 20
"""Outputs that the golden vectors of a bundle hold in all for each kernel set, where one answer is large (maps, pictures)."""
CASE_BUDGET_BYTES: Final = 1 << 20
"""About how many bytes of images and prepared pixels the contract cases may add to a bundle (two are always
kept)."""


class ContractRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The preprocessing contract; the words are the recipe's. Size is height, width. With `balance` per-image, mean and std
    are those of the standardized bytes (128, 32)."""

    size: tuple[int, int]
    color: Color
    resize: Resize
    fit: Fit
    mean: tuple[float, ...]
    std: tuple[float, ...]
    smooth: Smooth = "none"
    balance: Balance = "none"
    numbers: tuple[InputNumbers, ...] = ()
    """What the model takes beside the image, as the recipe says."""

    @classmethod
    def of(cls, contract: InputContract) -> ContractRow:
        """The row of a recipe's contract; mean and std become one value per channel."""
        return cls(
            size=contract.size,
            color=contract.color,
            resize=contract.resize,
            fit=contract.fit,
            mean=tuple(float(mean) for mean in contract.channel_mean),
            std=tuple(float(std) for std in contract.channel_std),
            smooth=contract.smooth,
            balance=contract.balance,
            numbers=contract.numbers,
        )

    @property
    def contract(self) -> InputContract:
        """The contract as the recipe holds it."""
        return InputContract(
            size=self.size, color=self.color, bands=len(self.mean) if self.color == "bands" else 0,
            resize=self.resize, fit=self.fit, mean=self.mean, std=self.std, smooth=self.smooth, balance=self.balance,
            numbers=self.numbers,
        )  # fmt: skip


class VectorRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`pixels` names a file beside golden.json; `outputs` maps a kernel set to hexadecimal int8 bytes. `boxes`: of a detector,
    the rows that each of these outputs decodes to: x1, y1, x2, y2, score, label, anchor."""

    name: str
    label: str
    pixels: str
    outputs: dict[str, str]
    boxes: dict[str, tuple[tuple[int, ...], ...]] = {}
    numbers: tuple[float, ...] = ()
    """What the model takes beside the image, in the units of the contract's `numbers`, all vectors one after another."""
    beside: str = ""
    """The same as the uint8 model takes it, in hexadecimal; the int8 model takes each byte - 128."""


class CaseRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rgb` (uint8 [rows, columns, source channels]) and `pixels` (the prepared bytes) name files beside golden.json."""

    name: str
    rows: int
    columns: int
    rgb: str
    pixels: str


class Golden(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """golden.json. `shape` is that of the prepared pixels: height, width, channels."""

    format: str
    shape: tuple[int, int, int]
    contract: ContractRow
    classes: int
    """How many output values there are: one for each class, or those of every head, one head after the other."""
    vectors: tuple[VectorRow, ...]
    cases: tuple[CaseRow, ...]
    numbers: tuple[TensorFacts, ...] = ()
    """The int8 model's inputs beside the image: byte = floor(x / scale + 0.5) + zero point, held to -128..127; x is the float32
    next to (value - mean) / std of the contract, the rest in double precision."""
    detector: str = ""
    """The file beside golden.json that the boxes of the vectors were decoded with: detector.words, 32-bit integers with the
    high byte first."""


def choose(outputs: NDArray[np.int8], task: Task = CLASSIFY, *, limit: int = LIMITS.golden_vectors) -> tuple[int, ...]:
    """Which of n images to keep as golden vectors, from their int8 outputs [n, values].

    The two with the smallest margin to another answer (a wrong rounding shows there first), then of every sort of answer in
    order the one with the largest, then further close calls; at most `limit`, ascending, and of maps no more than ANSWER_BYTES
    of outputs (one vector at least).
    """
    kind, wide = kind_of(task), _stepped(outputs.reshape(len(outputs), -1), task)
    margin, sorts = kind.margins(wide, task), kind.sorts(wide, task)
    close = [int(i) for i in np.argsort(margin, kind="stable")]
    confident = [
        int(np.flatnonzero(sorts == one)[np.argmax(margin[sorts == one])]) for one in sorted(set(sorts.tolist()))
    ]
    wanted = list(dict.fromkeys([*close[:2], *confident, *close]))
    most = max(1, ANSWER_BYTES // max(1, wide.shape[1]))
    return tuple(sorted(wanted[: min(limit, most)]))


def vectors(
    names: Sequence[str],
    pixels: NDArray[np.uint8],
    outputs: Mapping[str, NDArray[np.int8]],
    labels: Sequence[str],
    task: Task = CLASSIFY,
    beside: Sequence[tuple[tuple[float, ...], bytes]] = (),
) -> tuple[GoldenVector, ...]:
    """Golden vectors of prepared pixels uint8 [n, h, w, c] and int8 outputs [n, values] per kernel set.

    `beside`: of each the numbers that the model takes beside the image, and these as bytes of the twin. The label is the answer
    of the first kernel set of `KERNELS` that ran. Raises BugError when none did.
    """
    ran = [kernels for kernels in KERNELS if kernels in outputs]
    if not ran:
        raise BugError(f"no kernel set of {', '.join(KERNELS)} ran: {sorted(outputs)}")
    flat = {kernels: outputs[kernels].reshape(len(names), -1) for kernels in ran}
    kind, named = kind_of(task), msgspec.structs.replace(task, labels=tuple(labels))
    scale = 1.0 if kind.edge is None else kind.edge[0]
    words = kind.words(kind.results(_stepped(flat[ran[0]], task) * scale, named), named)
    return tuple(
        GoldenVector(
            name=name,
            pixels=pixels[i].tobytes(),
            outputs={kernels: flat[kernels][i].astype(np.int8).tobytes() for kernels in ran},
            label=words[i],
            numbers=beside[i][0] if beside else (),
            beside=beside[i][1] if beside else b"",
        )
        for i, name in enumerate(names)
    )


def _stepped(outputs: NDArray[np.int8], task: Task) -> NDArray[np.int64]:
    """Int8 outputs less their zero point, where the kind has one for all."""
    edge = kind_of(task).edge
    return outputs.astype(np.int64) - (0 if edge is None else edge[1])


def contract_cases(contract: InputContract, seed: int = 0) -> tuple[SourceImage, ...]:
    """Images of several sizes and shapes and what the contract makes of them: each axis enlarged, reduced and
    kept, noise with saturated blocks (so that bicubic overshoots are clamped). Equal seeds give equal
    cases."""
    height, width = contract.size
    shapes = [
        (min(height * 2 + 5, 700), 7),
        (5, min(width * 2 + 3, 700)),
        (37, 53),
        (height // 2 + 1, width // 3 + 2),
        (height, width),
        (height * 3 // 2 + 1, width * 2 + 1),
        (1, 1),
    ]
    random = np.random.Generator(np.random.PCG64(seed))
    cases: list[SourceImage] = []
    left = CASE_BUDGET_BYTES
    for rows, columns in dict.fromkeys(shapes):
        left -= contract.source_channels * rows * columns + height * width * contract.channels
        if left < 0 and len(cases) >= 2:
            continue
        image = _test_image(random, rows, columns, contract.source_channels)
        cases.append(
            SourceImage(
                name=f"{rows}x{columns}",
                rows=rows,
                columns=columns,
                rgb=image.tobytes(),
                pixels=prepare(image, contract).tobytes(),
            )
        )
    return tuple(cases)


def _test_image(random: np.random.Generator, rows: int, columns: int, channels: int) -> NDArray[np.uint8]:
    noise = random.integers(0, 256, (rows, columns, channels), np.uint8)
    blocks = random.integers(0, 3, ((rows + 2) // 3, (columns + 2) // 3, 1), np.uint8)
    block = np.repeat(np.repeat(blocks, 3, axis=0), 3, axis=1)[:rows, :columns]
    saturated = np.where(noise < 128, np.uint8(0), np.uint8(255))
    image: NDArray[np.uint8] = np.where(block == 0, saturated, noise).astype(np.uint8)
    return image


def artifacts(source: BundleSource) -> tuple[Artifact, ...]:
    """The files of the folder `golden/`, as the head of this module describes them."""
    files: list[Artifact] = []

    def add(name: str, data: bytes) -> str:
        files.append(Artifact(path=f"{FOLDER}/{name}", data=data, role="golden"))
        return name

    detector = add(DETECTOR, detector_bytes(source.detector)) if source.detector else ""
    golden = Golden(
        detector=detector,
        format=FORMAT,
        shape=source.contract.shape,
        contract=ContractRow.of(source.contract),
        classes=source.values,
        numbers=source.numbers,
        vectors=tuple(
            VectorRow(
                name=vector.name,
                label=vector.label,
                pixels=add(f"vector-{i}.bin", vector.pixels),
                outputs={kernels: data.hex() for kernels, data in sorted(vector.outputs.items())},
                boxes=dict(sorted(vector.boxes.items())),
                numbers=vector.numbers,
                beside=vector.beside.hex(),
            )
            for i, vector in enumerate(source.golden)
        ),
        cases=tuple(
            CaseRow(
                name=case.name,
                rows=case.rows,
                columns=case.columns,
                rgb=add(f"case-{i}.rgb.bin", case.rgb),
                pixels=add(f"case-{i}.bin", case.pixels),
            )
            for i, case in enumerate(source.contract_cases)
        ),
    )
    add("golden.json", canonical_json(golden))
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def detector_bytes(detector: Detector) -> bytes:
    """detector.bin."""
    return np.array(words(detector), ">i4").tobytes()


def canonical_json(value: Any) -> bytes:
    """The one JSON text of a value: keys sorted, two spaces, one final line feed."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2) + b"\n"


def examples(golden: Golden, files: Mapping[str, bytes]) -> NDArray[Any]:
    """What the model is fed in all vectors: uint8 [n, h, w, c], or records with the numbers beside each image (fed.py).

    Raises VerificationError where these numbers are not the bytes that the bundle says."""
    flat = b"".join(files[f"{FOLDER}/{row.pixels}"] for row in golden.vectors)
    pixels = np.frombuffer(flat, np.uint8).reshape(len(golden.vectors), *golden.shape)
    contract = golden.contract.contract
    if not contract.numbers:
        return pixels
    for row in golden.vectors:
        if number_bytes(row.numbers, contract, golden.numbers).hex() != row.beside:
            raise VerificationError(f"golden.json: {row.name}: the numbers {list(row.numbers)} are not the bytes {row.beside}")
    return with_numbers(pixels, np.stack([normalised_numbers(row.numbers, contract.numbers) for row in golden.vectors]))


def read_golden(files: Mapping[str, bytes]) -> Golden:
    """golden.json of a bundle, with the file of every row present and as long as its shape says.

    `files` maps paths in the bundle to bytes. Raises VerificationError with what does not fit.
    """
    try:
        golden = msgspec.json.decode(files[f"{FOLDER}/golden.json"], type=Golden, strict=True)
    except KeyError:
        raise VerificationError(f"the bundle has no {FOLDER}/golden.json") from None
    except msgspec.DecodeError as problem:
        raise VerificationError(f"{FOLDER}/golden.json cannot be read: {problem}") from None
    if golden.format != FORMAT:
        raise VerificationError(f"golden.json has the format {golden.format!r}", supported=FORMAT)
    if golden.shape != golden.contract.contract.shape or not all(
        0 < side <= LIMITS.input_side_pixels for side in golden.shape
    ):
        raise VerificationError(f"golden.json: shape {golden.shape} and contract do not fit together")
    size = golden.shape[0] * golden.shape[1] * golden.shape[2]
    lengths = [(row.pixels, size) for row in golden.vectors]
    lengths += [(row.pixels, size) for row in golden.cases]
    lengths += [(row.rgb, golden.contract.contract.source_channels * row.rows * row.columns) for row in golden.cases]
    for name, length in lengths:
        found = len(files.get(f"{FOLDER}/{name}", b""))
        if found != length or length <= 0:
            raise VerificationError(f"{FOLDER}/{name} has {found} bytes, golden.json says {length}")
    columns = len(golden.contract.contract.columns)
    if sum(prod(one.shape) for one in golden.numbers) != columns or any(
        len(row.numbers) != columns or len(row.beside) != 2 * columns for row in golden.vectors
    ):
        raise VerificationError(f"golden.json: not all of it has the {columns} numbers beside the image that the contract has")
    for row in golden.vectors:
        for kernels, text in row.outputs.items():
            if len(text) != 2 * golden.classes or not set(text) <= set("0123456789abcdef"):
                raise VerificationError(
                    f"golden.json: {row.name}, {kernels}: not {golden.classes} bytes in hexadecimal"
                )
    return golden
