"""What of a build runs before its turn, and who waits for it: all of the scheduling; `pipeline.py` is the product alone."""

from __future__ import annotations

from concurrent.futures import Future

from .bundle import Programs, start_programs
from .evaluate import answer_early
from .expectation import expected_seconds
from .job import Job
from .kernels import add_kernels
from .model import FloatModel
from .prove import Proof, prove_model, provers
from .quantize import Int8Model
from .time import timers
from .workshop import Workshop


class Ahead:
    """The model is read while the images are checked; it answers, and its input is scored, while it is pruned and
    quantized; the int8 file is proven, compiled and emulated while it is evaluated."""

    def __init__(self, shop: Workshop, job: Job) -> None:
        self._shop = shop
        self._job = job
        self._given = shop.submit(job.model.float_model)
        self._answered: Future[None]
        self._proof: Future[Proof]

    def given(self) -> FloatModel:
        """The float model, when it is there; how long the stages will take is known from then on."""
        shop, job = self._shop, self._job
        if job.model.is_new():
            # While TensorFlow imports: what is needed first comes first.
            shop.start_in_turn(("quantizer", ""), ("litert-runtime", ""), *provers(), *(timers() if shop.timed else ()))
        given = self._given.result()
        measured = (job.evaluation or job.calibration).prepared().images
        calibrated = job.calibration.prepared().images
        expected = expected_seconds(given.macs, calibration=len(calibrated), evaluation=len(measured))
        shop.progress.expect(expected)
        self._answered = shop.submit(answer_early, shop, job, given)
        return given

    def prove_and_compile(self, job: Job, model: FloatModel, int8: Int8Model) -> Programs:
        """Start both, and wait for what the given model answers: the evaluation asks for it next."""
        proof = self._shop.submit(prove_model, self._shop, job, int8, model)
        self._proof = self._shop.submit(add_kernels, self._shop, job, int8, model, proof)
        programs = start_programs(self._shop, job, model, int8, proof)
        self._answered.result()
        return programs

    def proof(self) -> Proof:
        """The proof with every kernel set's accuracy."""
        return self._proof.result()
