"""What the phone bundle's README says of MediaPipe Tasks: a promise only where they can feed the model, with its price."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource

RIGHT: Final = "top1_mediapipe"
"""The measurement of right answers with MediaPipe's own resizing."""
SAME: Final = "same_mediapipe"
"""That of answers which stay the same with it."""
_TAKES: Final = (
    "With MediaPipe Tasks, `ImageClassifier` takes the model as it is: `setModelAssetPath(Model.ASSET)`. It\n"
    "  resizes in its own way"
)


def classifier_words(source: BundleSource) -> str:
    """How ImageClassifier takes the model and what that costs, or why it cannot."""
    contract = source.contract
    if contract.retouches:
        return (
            f"MediaPipe Tasks cannot feed this model: nothing in TFLite's metadata says {contract.retouches}.\n"
            "  Feed what `Preprocessor` gives."
        )
    if contract.color == "bands":
        return "MediaPipe Tasks feed pictures of three channels: they cannot feed this model."
    if contract.color != "rgb":
        return f"MediaPipe Tasks cannot feed this model: they feed RGB, it takes {contract.color}. Use `Preprocessor`."
    found = {row.quantity: row for row in source.measurements}
    same, right, ours = found.get(SAME), found.get(RIGHT), found.get("top1_int8")
    if same is None:
        return f"{_TAKES}, so its answers can differ from the evaluated ones."
    if right is None or ours is None:
        return f"{_TAKES}: {same.value:.1%} of {same.n} images got the same answer in the build.\n  `Preprocessor` loses none."
    return (
        f"{_TAKES}: in the build {right.value:.1%} of {right.n} answers were right, with\n"
        f"  `Preprocessor` {ours.value:.1%}."
    )
