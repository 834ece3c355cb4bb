"""Every family of keras.applications, saved by Keras 2 and Keras 3, is accepted and answers the same when rebuilt (sweep)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAMILIES = (
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ResNet50V2", "DenseNet121",
    "NASNetMobile", "ConvNeXtTiny", "Xception", "InceptionV3", "InceptionResNetV2", "VGG16",
)  # fmt: skip

SAVE = """
import sys, importlib, numpy as np
package, family, folder = sys.argv[1:]
keras = importlib.import_module(package)
side = 224 if family == "NASNetMobile" else 96
model = getattr(keras.applications, family)(weights=None, classes=7, input_shape=(side, side, 3))
rng = np.random.default_rng(0)
for variable in model.weights:
    value = np.asarray(variable)
    if value.dtype == np.float32 and "normalization" != variable.name.split("/")[0]:
        noise = rng.normal(0, 0.02, value.shape)
        variable.assign((abs(value + noise) if "variance" in variable.name else value + noise).astype("f4"))
images = rng.uniform(0, 255, (2, side, side, 3)).astype("f4")
model.save(folder + "/m.keras"), model.save(folder + "/m.h5")
np.savez(folder + "/answer.npz", images=images, answer=np.asarray(model(images, training=False)))
"""

REBUILD = """
import sys, numpy as np
from pathlib import Path
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import describe, rebuild
folder = Path(sys.argv[1])
known = np.load(folder / "answer.npz")
for path in (folder / "m.keras", folder / "m.h5"):
    facts = inspect_model(str(path))
    model = rebuild(facts, path)
    answer = np.asarray(model(known["images"], training=False))
    assert describe(model, facts).macs > 1e6
    off = abs(answer - known["answer"]).max()
    assert off <= 1e-5 * max(1.0, abs(known["answer"]).max()), off
"""


@pytest.mark.sweep
@pytest.mark.parametrize("package", ["tf_keras", "keras"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_family_is_accepted_and_equal(family: str, package: str, tmp_path: Path) -> None:
    source = str(Path(__file__).parents[3] / "src")
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONPATH": source,
    }
    for command in ([SAVE, package, family, str(tmp_path)], [REBUILD, str(tmp_path)]):
        done = subprocess.run(
            [sys.executable, "-c", *command],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:]
