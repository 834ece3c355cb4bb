"""Builds of whole networks at 224 pixels against the plain script that users write: CPU seconds and memory of all processes.

    python benchmarks/build_224.py [--nets MobileNetV2 ResNet50 ...] [--images 100] [--no-plain]

Networks are keras.applications' with random weights (and a ViT-S of 22 million parameters):
what is computed does not depend on what a network has learned. Batch normalization is adapted to the images, each image
is of the class that the float model answers, and the limit is wide, so that no ladder climbs.

The plain script is one process: TFLiteConverter.from_keras_model to float and to full-integer int8 with the calibration
images, and both files run over the evaluation images, all of them decoded and resized by Pillow. The build starts with
an empty store and makes bundles for android-arm64 and raspberry-pi-4. Memory is the largest sum of the proportional set
sizes (PSS) of a process and all of its descendants, sampled ten times a second.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image

NETS = ("MobileNetV2", "ResNet50", "DenseNet121", "EfficientNetB0", "ViTS")
CLASSES, SIDE = 10, 224
LIMIT_POINTS = 99.0

MAKE = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers
from pathlib import Path
from PIL import Image
from espalier.contract import prepare
from espalier.recipe import InputContract
name, folder = sys.argv[1], Path(sys.argv[2])
keras.utils.set_random_seed(0)

def vit_small(classes):
    given = keras.Input((224, 224, 3))
    x = layers.Conv2D(384, 16, strides=16)(given)
    x = layers.Reshape((196, 384))(x)
    for _ in range(12):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        x = layers.Add()([x, layers.MultiHeadAttention(6, 64)(y, y)])
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.Dense(1536, activation="gelu")(y)
        x = layers.Add()([x, layers.Dense(384)(y)])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization(epsilon=1e-6)(x))
    return keras.Model(given, layers.Dense(classes, activation="softmax")(x))


if name == "ViTS":
    model = vit_small(10)
else:
    model = getattr(keras.applications, name)(weights=None, classes=10, input_shape=(224, 224, 3))
paths = sorted(folder.glob("*/*/*.jpg"))
contract = InputContract(size=(224, 224), fit="crop")
def read(path):
    # As the build reads them: these networks answer otherwise to pixels that another filter made.
    values = prepare(np.asarray(Image.open(path)), contract).astype(np.float32)
    return values if name.startswith("EfficientNet") else values / 127.5 - 1
for layer in model.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.momentum = 0.0
some = np.stack([read(path) for path in paths[::len(paths) // 24]])
model(some, training=True)
last = model.layers[-1]
if isinstance(last, layers.Dense):
    # Around zero, so that the answers differ from image to image.
    features = np.asarray(keras.Model(model.input, last.input)(some))
    weights = last.get_weights()[0]
    last.set_weights([weights, -(features @ weights).mean(axis=0)])
for path in paths:
    place = folder / path.parts[-3] / f"c{int(np.asarray(model(read(path)[None])).argmax())}"
    place.mkdir(exist_ok=True)
    path.rename(place / path.name)
model.save(folder / "model.keras")
"""

PLAIN = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf
from pathlib import Path
from PIL import Image
folder, scale = Path(sys.argv[1]), sys.argv[2] == "scaled"
model = tf.keras.models.load_model(folder / "model.keras", compile=False)
def read(name):
    paths = sorted((folder / name).glob("*/*.jpg"))
    images = []
    for path in paths:
        image = Image.open(path)
        left = (image.width - image.height) // 2
        image = image.crop((left, 0, left + image.height, image.height)).resize((224, 224), Image.Resampling.BILINEAR)
        values = np.asarray(image, np.float32)[None]
        images.append(values / 127.5 - 1 if scale else values)
    return images, np.array([int(path.parent.name[1:]) for path in paths])
calibration, _ = read("calibration")
images, truth = read("evaluation")
plain = tf.lite.TFLiteConverter.from_keras_model(model).convert()
converter = tf.lite.TFLiteConverter.from_keras_model(model)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = lambda: ([image] for image in calibration)
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = converter.inference_output_type = tf.int8
small = converter.convert()
answers = []
for data in (plain, small):
    interpreter = tf.lite.Interpreter(model_content=data)
    interpreter.allocate_tensors()
    given, found = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    said = []
    for image in images:
        if given["dtype"] == np.int8:
            scale, zero = given["quantization"]
            image = np.clip(np.rint(image / scale) + zero, -128, 127).astype(np.int8)
        interpreter.set_tensor(given["index"], image)
        interpreter.invoke()
        said.append(int(interpreter.get_tensor(found["index"]).argmax()))
    answers.append(np.array(said))
print(f"right {np.mean(answers[0] == truth):.1%} float, {np.mean(answers[1] == truth):.1%} int8, "
      f"agreement {np.mean(answers[0] == answers[1]):.1%}")
"""

RECIPE = """
name = "{name}"
version = "1.0.0"
[model]
path = "model.keras"
labels = "labels.txt"
[input]
size = [224, 224]
mean = {mean}
std = {std}
fit = "crop"
[calibration]
images = "calibration"
count = {count}
[evaluation]
images = "evaluation"
[quantize]
max-accuracy-drop = {limit}
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
"""


def draw(random: np.random.Generator, place: int) -> Image.Image:
    """A picture of a class: stripes of its direction and colour on a ground of any."""
    rows, columns = np.mgrid[0:300, 0:375].astype(np.float32)
    angle = np.pi * place / CLASSES + random.normal(0, 0.04)
    wave = np.sin(
        (rows * np.sin(angle) + columns * np.cos(angle)) / random.uniform(7, 9) + random.uniform(0, 6)
    )
    colour = np.array([place % 3 - 1, place % 5 - 2, place % 7 - 3], np.float32)
    ground = random.uniform(90, 160, 3).astype(np.float32)
    picture = ground + wave[..., None] * (30 + 9 * colour) + random.normal(0, 8, (300, 375, 3))
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def write_images(folder: Path, images: int) -> None:
    """calibration and evaluation, each with a folder per class."""
    random = np.random.default_rng(0)
    for role, count in (("calibration", images), ("evaluation", images)):
        for number in range(count):
            place = folder / role / f"c{number % CLASSES}"
            place.mkdir(parents=True, exist_ok=True)
            draw(random, number % CLASSES).save(place / f"{number:05}.jpg", quality=92)


class Measured:
    """A command with all of its processes: CPU and wall seconds, largest sum of PSS in bytes, what it printed."""

    def __init__(self, command: list[str], **environment: str) -> None:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **environment},
        )
        self.peak_bytes = 0
        watching = threading.Thread(target=self._watch, args=(process,))
        watching.start()
        self.said = process.communicate()[0]
        watching.join()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.code = process.returncode
        self.wall = time.perf_counter() - started
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def _watch(self, process: subprocess.Popen[str]) -> None:
        while process.poll() is None:
            self.peak_bytes = max(self.peak_bytes, sum(pss(pid) for pid in tree(process.pid)))
            time.sleep(0.1)

    def __str__(self) -> str:
        return f"{self.cpu:6.1f} CPU s, {self.wall:6.1f} s wall, peak {self.peak_bytes / 1e6:,.0f} MB"


def tree(root: int) -> list[int]:
    """A process and its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found, new = [root], [root]
    while new:
        new = [pid for pid, parent in parents.items() if parent in new]
        found += new
    return found


def pss(pid: int) -> int:
    """Proportional set size in bytes: shared pages count by share."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nets", nargs="+", choices=NETS, default=["MobileNetV2", "ResNet50"])
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--no-plain", action="store_true")
    parser.add_argument("--keep", type=Path, help="work in this folder, and keep what is made")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        root = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for net in given.nets:
            folder = root / net
            if not (folder / "model.keras").exists():
                write_images(folder, given.images)
                command = [sys.executable, "-c", MAKE, net, str(folder)]
                made = subprocess.run(command, capture_output=True, text=True, check=False)
                if made.returncode:
                    sys.exit(made.stderr[-2000:])
            (folder / "labels.txt").write_text("".join(f"c{place}\n" for place in range(CLASSES)))
            scaled = not net.startswith("EfficientNet")
            mean, std = ([127.5] * 3, [127.5] * 3) if scaled else ([0.0] * 3, [1.0] * 3)
            text = RECIPE.format(name=net.lower(), mean=mean, std=std, count=given.images, limit=LIMIT_POINTS)
            (folder / "recipe.toml").write_text(text)
            plain = None
            if not given.no_plain:
                plain = Measured([sys.executable, "-c", PLAIN, str(folder), "scaled" if scaled else "raw"])
                print(f"{net}: plain script {plain}; {plain.said.strip().splitlines()[-1]}", flush=True)
            with tempfile.TemporaryDirectory() as scratch:
                command = [
                    sys.executable,
                    "-m",
                    "espalier",
                    "build",
                    str(folder / "recipe.toml"),
                    "--out",
                    f"{scratch}/dist",
                ]
                build = Measured(command, ESPALIER_STORE=f"{scratch}/store")
            lines = build.said.strip().splitlines()
            print(f"{net}: espalier build {build}; exit code {build.code}", flush=True)
            print("\n".join(f"    {line}" for line in lines[-24:]))
            if plain is not None:
                print(f"{net}: build / plain script {build.cpu / plain.cpu:.2f} x CPU seconds", flush=True)


if __name__ == "__main__":
    main()
