"""The model of a build: its file checked as data first, then loaded and converted in the TensorFlow process."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..detector import HeadLeaf, HeadNames, Heads
from ..errors import ModelRefusedError, RecipeError
from ..limits import LIMITS
from ..load.keras_container import refuse_what_is_no_file
from ..load.keras_facts import ModelFacts, ModelSummary
from ..quantizer.results import MapEnds
from ..recipe import InputContract
from ..task.kinds import KINDS, ends_of
from ..task.types import CLASSIFY, SCORES, Ends, Head
from ..worker.file_calls import InspectModel
from .workshop import Workshop, pack, unpack

GIVEN = "given"
"""The session slot of the TensorFlow process that holds the model as it was given."""


class FloatModel(msgspec.Struct, frozen=True, kw_only=True):
    """A float .tflite with its facts: batch 1, takes normalised floats, answers with the heads of its task."""

    tflite: bytes
    macs: int
    parameters: int
    largest_difference: float
    layers: dict[str, str] = {}
    """Tensor name -> Keras layer, for messages."""
    heads: tuple[Head, ...] = ()
    whole: MapEnds | None = None
    """Of a map: the file with its last resize, where that was dropped, and which it was."""
    levels: tuple[Heads, ...] = ()
    """Of a detector: which heads each level has."""

    @property
    def sha256(self) -> str:
        """Digest of the flatbuffer."""
        return hashlib.sha256(self.tflite).hexdigest()


class ModelFile:
    """The .keras or .h5 file of a recipe. `kinds`: of each output, where there are several.

    Every method runs its child process only when the result is not stored."""

    def __init__(
        self,
        shop: Workshop,
        path: Path,
        contract: InputContract,
        kind: str = CLASSIFY.kind,
        heads: HeadNames | None = None,
        *,
        kinds: Mapping[str, str] | None = None,
        ends: Ends | None = None,
    ) -> None:
        self.path = path
        self.sha256 = file_digest(path)
        self._shop = shop
        shop.may_read("container", path)
        shop.may_read("tensorflow", path)
        self._contract = contract
        self._ends: Ends = ends or KINDS[kind].ends
        self._heads = heads
        self._kinds = ends_of(kinds or {})
        self._lock = threading.RLock()
        self._facts_lock = threading.Lock()
        self._facts: ModelFacts | None = None
        self._loaded: ModelSummary | None = None

    @property
    def key(self) -> dict[str, Any]:
        """What a result made from the model as given depends on."""
        contract = msgspec.to_builtins(self._contract)
        kept = {k: contract[k] for k in ("size", "color", "mean", "std", "balance", "numbers") if k in contract}
        return {"model": self.sha256, "contract": kept, "ends": self._ends, **self._cut}

    @property
    def _cut(self) -> dict[str, Any]:
        """Of a network that is cut at its heads, where; of several outputs, what each is completed to."""
        cut = {} if self._heads is None else {"heads": msgspec.to_builtins(self._heads)}
        return cut | ({"kinds": self._kinds} if self._kinds else {})

    def is_new(self) -> bool:
        """Whether a build must load this model in TensorFlow: no result of it is stored."""
        return not self._shop.is_stored("load/float", self.key)

    def facts(self) -> ModelFacts:
        """The container, configuration and weights as data, after every check; no TensorFlow. Raises ModelRefusedError."""
        with self._facts_lock:
            if self._facts is None:
                key = {"model": self.sha256, "ends": self._ends, **self._cut}
                files = self._shop.stored("load/facts", key, lambda: {"facts": pack(self._inspect())})
                self._facts = unpack(files["facts"], ModelFacts)
            return self._facts

    def check_shape(self) -> None:
        """Raise RecipeError unless `[input]` gives what the model takes; needs the facts only."""
        _check_numbers(self.facts(), self._contract)
        shape, given = self.facts().input_shape, self._contract.shape
        if all(have in (None, want) for have, want in zip(shape, given, strict=True)):
            return
        colors = {1: 'set color = "gray"', 3: 'set color = "rgb" (or "bgr")'}
        wrong = [f"set size = {[s or w for s, w in zip(shape[:2], given[:2], strict=True)]}"]
        wrong = [] if all(s in (None, w) for s, w in zip(shape[:2], given[:2], strict=True)) else wrong
        wrong += (
            [colors.get(shape[2], f'set color = "bands" and bands = {shape[2]}')] if shape[2] not in (None, given[2]) else []
        )
        raise RecipeError(
            f"the model takes images of {list(shape)}, the recipe's [input] gives {list(given)}",
            supported="`input.size` and `input.color` that equal the model's input (height, width, channels)",
            next_step=", ".join(wrong),
        )

    def classes(self) -> int:
        """Number of probabilities that the converted model answers with; a single unit counts as two where they are classes'."""
        count = self.facts().classes
        if count is None:
            count = self.summary().output_shape[-1]
        return 2 if count == 1 and self._ends == "probabilities" else int(count)

    def check_heads(self) -> None:
        """Raise RecipeError unless the [[head]] tables name the outputs of the model; needs the facts only."""
        found = [head.name for head in self.facts().heads]
        if sorted(found) != sorted(self._kinds):
            raise RecipeError(
                f"the outputs of the model are {', '.join(found)}, the [[head]] tables are for {', '.join(self._kinds)}",
                supported="a table for each output, whose `name` is the output's",
                next_step="correct the names; `espalier init` writes a table for each",
            )

    def summary(self) -> ModelSummary:
        """Parameters, MACs, layers, shapes and what the model ends with; see the `load` handler."""
        files = self._shop.stored(
            "load/summary", self.key, lambda: {"summary": pack(self.load())}
        )
        return unpack(files["summary"], ModelSummary)

    def load(self) -> ModelSummary:
        """Have the model in the TensorFlow process; loads it at the first call."""
        # Imported where it is needed: `check` asks for facts only, and is to answer at once.
        from ..worker.keras_calls import LoadModel

        with self._lock:
            if self._loaded is None:
                worker = self._shop.worker("tensorflow")
                self._loaded = worker.ask(
                    LoadModel(
                        path=str(self.path.resolve()), facts=self.facts(), size=self._contract.size, heads=self._heads
                    )
                )
                if file_digest(self.path) != self.sha256:
                    raise changed(self.path)
            return self._loaded

    def find_heads(self) -> tuple[HeadLeaf, ...]:
        """What the outputs are made of; stored."""
        from ..worker.keras_calls import FindHeads

        call = FindHeads(path=str(self.path.resolve()), facts=self.facts(), size=self._contract.size)
        files = self._shop.stored(
            "load/heads", self.key, lambda: {"heads": pack(self._shop.worker("tensorflow").ask(call))}
        )
        return unpack(files["heads"], tuple[HeadLeaf, ...])

    def convert(self, slot: str = GIVEN) -> FloatModel:
        """The float .tflite of a slot of the TensorFlow process, proven equal to Keras; not stored here."""
        from ..worker.keras_calls import ConvertModel

        levels = self.load().levels
        call = ConvertModel(slot=slot, contract=self._contract, ends=self._ends, heads=self._kinds)
        done = self._shop.worker("tensorflow").ask(call)
        return FloatModel(
            tflite=done.float_model,
            macs=done.macs,
            parameters=done.parameters,
            largest_difference=done.largest_difference,
            layers=done.layers,
            heads=done.heads,
            whole=done.whole,
            levels=levels,
        )

    def float_model(self) -> FloatModel:
        """The float .tflite of the model as given."""
        with self._shop.stage("load"):
            files = self._shop.stored("load/float", self.key, lambda: {"float": pack(self.convert())})
            model = unpack(files["float"], FloatModel)
        self._shop.ended("load", f"{model.parameters:,} parameters, {model.macs:,} MACs")
        return model

    def heads(self) -> tuple[Head, ...]:
        """The outputs of the float .tflite; loads and converts the model where that is not stored."""
        files = self._shop.stored("load/float", self.key, lambda: {"float": pack(self.convert())})
        return unpack(files["float"], FloatModel).heads

    def _inspect(self) -> ModelFacts:
        call = InspectModel(path=str(self.path.resolve()), scores=self._ends in SCORES, cut=self._heads is not None)
        facts = self._shop.worker("container").ask(call, seconds=LIMITS.container_worker_seconds)
        if facts.sha256 != self.sha256:
            raise changed(self.path)
        return facts


def _check_numbers(facts: ModelFacts, contract: InputContract) -> None:
    """Raise RecipeError unless [[input.numbers]] gives what the model takes beside the image."""
    have = [(one.name, one.values) for one in facts.numbers]
    given = [(one.name, len(one.names)) for one in contract.numbers]
    if have == given:
        return
    told, written = (
        ", ".join(f"{name} ({count} value{'s' * (count != 1)})" for name, count in rows) or "nothing" for rows in (have, given)
    )
    raise RecipeError(
        f"beside the image the model takes {told}, the [[input.numbers]] of the recipe give {written}",
        supported="a table [[input.numbers]] for each such input, with its `name`, a column for each value, in the model's order",
        next_step="`espalier init` writes them" if have else "leave them out",
    )


def changed(path: Path) -> ModelRefusedError:
    """The refusal of a model file that somebody wrote to while a build read it."""
    return ModelRefusedError(
        f"the model {path.name!r} was changed while it was read",
        supported="a file that stays as it is until the build has ended",
        next_step="build again when nothing writes to it",
    )


def file_digest(path: Path) -> str:
    """sha256 of a model file. Raises ModelRefusedError when it is absent, a folder, or over the limit."""
    refuse_what_is_no_file(path)
    try:
        with path.open("rb") as file:
            if path.stat().st_size > LIMITS.model_file_bytes:
                raise ModelRefusedError(f"model {path} is over {LIMITS.model_file_bytes} bytes")
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise ModelRefusedError(f"model {path} cannot be read: {problem.strerror}") from None
