"""Long runs that count: boxes of int8 heads in numpy, C, Java and Python; and against a decode in floating point.

    python tests/golden/sweep_detectors.py exact --count 100000    numpy, C of this machine, Java, Python of the Pi
    python tests/golden/sweep_detectors.py cores --count 14000     C on every emulated core (the Cortex-M55 under QEMU)
    python tests/golden/sweep_detectors.py float --count 4200      error in pixels of 260, share of scenes with the same boxes
    python tests/golden/sweep_detectors.py cost                    instructions and memory of 5,972 anchors x 2 classes

A difference is printed and counted; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from detector_cases import KINDS, Case, float_detect, float_objects, random_case, random_heads, scene
from detector_programs import (
    Heads,
    Native,
    OnCore,
    by_java,
    by_numpy,
    by_plain_python,
    compile_detector_java,
    on_board,
)
from detector_ties import directed

from espalier.emulate.cross import CORES
from espalier.errors import RecipeError
from espalier.task.boxes.decode import detect

MAPS = {"fomo": (33,), "centernet": (65,)}
AIZOO = (33, 17, 9, 5, 3)
"""The maps of a published face mask detector: 5,972 anchors."""


def made(kind: str, random: np.random.Generator, **options: object) -> Case:
    """A case whose random scales let some score reach the threshold."""
    while True:
        try:
            return random_case(kind, random, **options)  # type: ignore[arg-type]
        except RecipeError:
            continue


def batch(random: np.random.Generator, each: int, kinds: tuple[str, ...] = KINDS) -> list[tuple[Case, list[Heads]]]:
    """A new detector of each kind, with heads of every style and scenes."""
    cases = [made(kind, random) for kind in kinds]
    return [
        (case, [scene(case, random) if n % 5 == 4 else random_heads(case, random, n) for n in range(each)]) for case in cases
    ]


def exact(count: int) -> int:
    """Batches of heads of one detector in which numpy and another language differ; the first ones are ties on purpose."""
    random, wrong, ran, boxes = np.random.default_rng(0), 0, 0, 0
    each = max(1, min(250, count // len(KINDS)))
    with tempfile.TemporaryDirectory() as folder:
        jar = compile_detector_java(Path(folder))
        while ran < count:
            asked = batch(random, each) if ran else [*batch(random, each), *directed(0.1, 0.25, 0.5, 0.6, 0.9)]
            wanted = [by_numpy(case, images) for case, images in asked]
            with tempfile.TemporaryDirectory() as built:
                native = Native([case for case, _ in asked], Path(built), "-O1")
                answers = {"C": [native.run(number, images) for number, (_, images) in enumerate(asked)]}
            answers["Python"] = [by_plain_python(case, images) for case, images in asked]
            java, at = by_java(jar, asked), 0
            answers["Java"] = [java[(at := at + len(part)) - len(part) : at] for part in wanted]
            for language, found in answers.items():
                for (case, _), got, want in zip(asked, found, wanted, strict=True):
                    if got != want:
                        wrong += 1
                        print(f"{language}: {case.kind} differs: {case.reading}", flush=True)
            ran += each * len(KINDS)
            boxes += sum((len(part) - 4 * len(images)) // 28 for part, (_, images) in zip(wanted, asked, strict=True))
            print(f"{ran} heads, {boxes} boxes, {wrong} differ", flush=True)
    return wrong


def cores(count: int) -> int:
    """Heads that differ on an emulated core."""
    random, wrong = np.random.default_rng(1), 0
    for name, core in CORES.items():
        ran = 0
        while ran < count:
            each = max(1, min(100, count // len(KINDS)))
            asked = batch(random, each if core.unicorn else min(each, 25))
            asked += directed(0.5) if not ran else []
            with tempfile.TemporaryDirectory() as folder:
                here = OnCore([case for case, _ in asked], core, Path(folder)) if core.unicorn else None
                for number, (case, images) in enumerate(asked):
                    if here is None:
                        with tempfile.TemporaryDirectory() as board:
                            on_board(case, images, core, Path(board))  # raises for a difference
                    elif here.run(number, images) != by_numpy(case, images):
                        wrong += len(images)
                        print(f"{name}: {case.kind} differs: {case.reading}", flush=True)
                    ran += len(images)
            if here is None:
                break
        print(f"{name}: {ran} heads, {wrong} differ so far", flush=True)
    return wrong


def floating(count: int) -> int:
    """Kinds that break a rule: 0.1 pixel of 260, the same boxes in 97 % of the scenes."""
    random, broken = np.random.default_rng(2), 0
    for kind in KINDS:
        worst, same, kept, scenes = 0.0, 0, 0, count // len(KINDS)
        for _ in range(scenes):
            case = made(kind, random, side=260, maps=MAPS.get(kind, (33, 17, 9)))
            heads = scene(case, random)
            found, (corners, wanted) = detect(case.detector, heads), float_detect(case, heads)
            pixels = found.corners / (1 << case.detector.bits)
            if kind == "fomo":
                near = np.round(100 * pixels).astype(int).tolist()
                objects = {(label, *edges) for label, edges in zip(found.labels.tolist(), near, strict=True)}
                same += alike(objects, float_objects(case, heads))
            else:
                distance = np.abs(corners[found.anchors] - pixels)
                worst = max(worst, float(distance.max(initial=0)))
                same += set(zip(found.anchors.tolist(), found.labels.tolist(), strict=True)) == set(wanted)
            kept += len(found)
        good = worst <= 0.1 and same >= 0.97 * scenes
        broken += not good
        print(f"{kind:15} {worst:.4f} px of 260, the same boxes in {same} of {scenes} scenes, {kept} boxes", flush=True)
    return broken


def alike(some: set[tuple[int, ...]], others: set[tuple[int, ...]]) -> bool:
    """Whether objects are the same within a hundredth of a pixel or two."""
    near = zip(sorted(some), sorted(others), strict=False)
    return len(some) == len(others) and all(max(map(abs, np.subtract(a, b))) <= 2 for a, b in near)


def cost() -> int:
    """Instructions and memory; how many kinds and cores have more than 4,096 bytes, or on the Cortex-M4 more than five
    instructions per anchor and class."""
    broken = 0
    for kind in ("ssd", "ssd background", "ssd softmax", "retinanet", "yolo-v3", "dfl"):
        random = np.random.default_rng(5)
        while (case := made(kind, random, side=260, maps=AIZOO)).reading.classes != 2:
            pass
        full, values = scene(case, random), case.detector.anchors * case.detector.classes
        quiet = [np.full_like(head, -128) for head in full]
        for level in case.detector.levels:
            if level.background is not None:
                flat = quiet[level.background.output].reshape(-1)
                flat[level.background.start + level.background.step * np.arange(level.count)] = 100
        for name in ("cortex-m0plus", "cortex-m4", "cortex-m7", "rv32imc"):
            with tempfile.TemporaryDirectory() as folder:
                core = OnCore([case], CORES[name], Path(folder))
                _, nothing, _ = core.counted(0, [quiet])
                answer, busy, stack = core.counted(0, [full])
            broken += stack > 4096 or (name == "cortex-m4" and nothing > 5 * values)
            print(
                f"{kind:15} {name:14} {case.detector.anchors} anchors x 2 classes: {nothing / values:.2f} instructions per "
                f"anchor and class, {busy} for a scene of {(len(answer) - 4) // 28} boxes; {stack} bytes of RAM, "
                f"{core.code_bytes} of code",
                flush=True,
            )
    return broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("exact", "cores", "float", "cost"))
    parser.add_argument("--count", type=int, default=0)
    given = parser.parse_args()
    if given.what == "cost":
        sys.exit(bool(cost()))
    run, usual = {"exact": (exact, 100_000), "cores": (cores, 14_000), "float": (floating, 4_200)}[given.what]
    sys.exit(bool(run(given.count or usual)))


if __name__ == "__main__":
    main()
