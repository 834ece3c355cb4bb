"""A rule about how pictures were saved: lossless where the model is tuned, JPEG where it is measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..findings import Checked, Finding
from ..image_facts import ImageFacts

ENOUGH = 20
"""Images from which a set's codec can be told."""

NEARLY_ALL = 0.9
"""Share of a set that was saved the one way."""

VISIBLE = 92
"""Up to this quality of JPEG its losses are seen by a network; above it quantization steps are mostly 1 to 3 grey levels."""

SHRUNK = 2.0
"""An image that is made this many times smaller has lost the traces of its codec on the way."""

_USED = {"calibration": "calibration", "fine-tune": "fine-tuning", "distill": "distillation"}


def saved_otherwise(checked: Checked) -> Iterable[Finding]:
    """What the model is tuned on should have gone through the codec that evaluation, or the device's camera, goes through."""
    # Measured on ResNet8 and 4,000 pictures of 32 x 32 that it was trained on (benchmarks/prune_without_labels.py): 92.97 % right
    # as they are, 82.83 % saved again as JPEG of quality 70 to 95.
    if checked.evaluation is None:
        return
    measured = [image for image in checked.evaluation.images if not image.constant]
    seen = [image for image in measured if _shows_codec(image, checked)]
    if len(measured) < ENOUGH or len(seen) < NEARLY_ALL * len(measured):
        return
    quality = int(np.median([image.jpeg or 0 for image in seen]))
    sets = (("calibration", checked.given), ("fine-tune", checked.fine_tune), ("distill", checked.distill))
    roles = [role for role, images in sets if images is not None and _lossless(images.images)]
    trained = [role for role in roles if role != "calibration" and role not in checked.through_jpeg]
    covered = set(roles) & set(checked.through_jpeg)
    if not roles or (covered and not trained):
        return
    told = " and ".join(_USED[role] for role in trained or roles)
    way = "augment = { jpeg = " + str(max(1, quality - 10)) + " } trains for it" if trained else "calibrate with JPEG files"
    yield Finding(
        code="codec",
        severity="warning",
        message=f"the {told} images are lossless, {len(seen):,} of {len(measured):,} evaluation images are JPEG of quality "
        f"{quality} or so: what the codec changes is in the figures, but not in what the network learned or its ranges",
        next_step=f"use pictures as the device will get them; {way}",
    )


def _shows_codec(image: ImageFacts, checked: Checked) -> bool:
    height, width = checked.contract.size
    return 0 < (image.jpeg or 0) <= VISIBLE and image.height < SHRUNK * height and image.width < SHRUNK * width


def _lossless(images: Sequence[ImageFacts]) -> bool:
    return len(images) >= ENOUGH and sum(image.jpeg == 0 for image in images) >= NEARLY_ALL * len(images)
