"""What a build may stop or warn for, by code: a recipe's `accept` names those that are as they should be.

A stop is never the last word: whoever knows that a picture set is meant to be so writes its code into the recipe, and
the finding is told as accepted, stops nothing, and is no warning for `--strict`.
"""

from __future__ import annotations

ALARMS: dict[str, str] = {
    "16-bit": "images with 16 bits a sample",
    "agreement": "int8 answers most images without labels otherwise than the float model",
    "aspect": "images that stretching changes in shape",
    "blurred": "images with far less detail than the others",
    "boxes-alike": "boxes that are nearly the same in every image",
    "boxes-class-missing": "labels without a box",
    "boxes-cut": "boxes that reach beyond their images",
    "boxes-empty": "images without a box",
    "boxes-flat": "boxes without an area",
    "boxes-mirrored": "boxes that look mirrored",
    "boxes-missing": "images that no annotation names",
    "boxes-missing-images": "annotations of images that are not there",
    "boxes-none-right": "a detector none of whose boxes is on an object",
    "boxes-nothing-found": "images in which a detector finds nothing",
    "boxes-none": "a set without a box",
    "boxes-other-size": "annotations that give their images another size",
    "boxes-outside": "boxes outside their images",
    "boxes-turned": "boxes of images that their EXIF orientation turns",
    "boxes-twice": "boxes that stand there twice",
    "boxes-written-otherwise": "boxes whose numbers look written in another order or unit",
    "boxes-wrong-class": "boxes of classes that are no label",
    "chance": "a float model that is no better than guessing",
    "class-folder": "a folder whose images look like another class",
    "class-missing": "labels without an image",
    "codec": "lossless calibration or training images where evaluation images are JPEG",
    "constant": "images of a single colour",
    "contradiction": "the same picture in two classes",
    "declared-twice": "normalisation in the recipe and inside the model",
    "duplicate": "repeated images",
    "exif-rotated": "images turned by their EXIF orientation",
    "exposure": "images almost black or almost white",
    "few": "few calibration images",
    "fit": "a model that fits a microcontroller only if much of it goes",
    "few-to-show": "too few evaluation images to show the accuracy limit",
    "flat-scores": "nearly equal scores on every image",
    "imbalance": "classes of very different size",
    "label-order": "labels that look permuted",
    "leakage": "evaluation images that are also calibration images",
    "mode": "images of another mode than RGB",
    "near-duplicate": "nearly repeated images",
    "near-leakage": "evaluation images nearly equal to calibration images",
    "no-variance": "tensors without any variance",
    "no-evaluation": "no evaluation set",
    "no-labels": "evaluation images without labels",
    "not-read": "images of kinds that are not read",
    "one-answer": "one answer to every image without labels",
    "one-class": "images of one class only",
    "preprocessing": "another preprocessing than the declared one fits better",
    "regression": "outputs that look like numbers to predict, not like classes",
    "shift": "calibration images that look other than evaluation images",
    "small": "images much smaller than the input",
    "task": "a task that was found in the model, where the recipe names none",
    "train-leakage": "evaluation images that are also fine-tuned on",
    "unreadable": "files that cannot be read (they are left out)",
    "unstable": "ranges that differ between two halves of the images",
}
"""Code -> what it says."""


def override(code: str) -> str:
    """How a recipe says that a finding is as it should be; "" for what cannot be accepted (a set without images)."""
    return f'if it is meant to be so, write accept = ["{code}"] at the top of the recipe' if code in ALARMS else ""
