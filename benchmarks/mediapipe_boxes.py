"""MediaPipe's ObjectDetector on the models that phone bundles of detectors hold for it, against our own decode.

    python benchmarks/mediapipe_boxes.py --python /path/to/venv/bin/python [--images 60]

`--python`: an environment with the package mediapipe (`python -m venv v && v/bin/pip install mediapipe`); its dependencies do
not go together with Espalier's. For each way to make heads: random pictures through both, boxes that touch no edge, at an
intersection over union of 0.95, or of small ones within a pixel, as MediaPipe gives whole ones; and how many of the others are
ties, in whose place it keeps a box of the same score. Exit code 1 when both together are less than 97 %.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "builders"))
from detector_models import answers_of, detector_source, finder, some_pictures

from espalier.bundle import mediapipe_boxes
from espalier.bundle.box_models import meaning, mediapipe_model

KINDS: dict[str, dict[str, object]] = {
    "one scale, sigmoid": {},
    "a scale for each level": {"joined": False},
    "probabilities": {"scores": "none"},
    "softmax with background": {"scores": "softmax", "background": "first"},
    "order y x h w": {"order": "yxhw"},
    "retinanet": {"decode": "retinanet"},
    "yolo-v3": {"decode": "yolo-v3"},
    "yolo-v5": {"decode": "yolo-v5"},
}
LARGER = 12
"""Pictures of 384 x 576: MediaPipe cuts edges to whole pixels, which moves a small box far."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help="a Python that has mediapipe")
    parser.add_argument("--images", type=int, default=60)
    given = parser.parse_args()
    broken = 0
    for kind, options in KINDS.items():
        source = detector_source(larger=LARGER, **options)  # type: ignore[arg-type]
        network = finder(larger=LARGER, **options)  # type: ignore[arg-type]
        means = meaning(source)
        assert not isinstance(means, str)
        pictures = some_pictures(given.images, seed=77, larger=LARGER)
        with tempfile.TemporaryDirectory() as folder:
            model, path = Path(folder) / "model.tflite", Path(folder) / "asked.json"
            model.write_bytes(mediapipe_model(source, means))
            shape = source.contract.shape
            asked = mediapipe_boxes.asked(str(model), means.threshold, [one.tobytes() for one in pictures], shape)
            path.write_text(json.dumps(asked))
            command = [given.python, "-c", mediapipe_boxes.SCRIPT, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        found = mediapipe_boxes.agreement(source, answers_of(network.graph, pictures), answer["answers"])
        broken += not found.holds
        print(
            f"{kind:24} mediapipe {answer['version']}: {found.near} of {found.boxes} boxes in {given.images} pictures overlap by "
            f"{mediapipe_boxes.NEAR} or more, or lie within a pixel; {found.tied} more are ties; median {found.median:.4f}",
            flush=True,
        )
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
