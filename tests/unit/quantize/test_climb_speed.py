"""benchmarks/climb_speed.py: its verdict, and that each side of it does what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def test_every_figure_must_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from climb_speed import summary

    seconds = {"peer": [2.0, 2.0, 4.0], "first": [1.0, 1.2, 4.2], "climb": [16.0, 12.0, 20.0]}
    found = summary(seconds, [0.95, 0.91, 0.5])
    assert found["ratio"] == {"first": 0.6, "climb": 6.0}
    assert found["evaluation_of_the_interpreter_alone"] == 0.91
    assert found["reached"]
    assert not summary(seconds, [0.89])["reached"]
    assert not summary(seconds | {"climb": [21.0, 21.0, 41.0]}, [0.95])["reached"]
    assert not summary(seconds | {"first": [2.1, 2.1, 4.1]}, [0.95])["reached"]


def test_evaluation_images_keep_the_classes_of_their_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from climb_speed import _evaluation

    (tmp_path / "labels.txt").write_text("dog\ncat\n")
    for value, name in enumerate(("dog", "cat")):
        place = tmp_path / "evaluation" / name
        place.mkdir(parents=True)
        for number in range(3):
            Image.fromarray(np.full((4, 4, 3), value, np.uint8)).save(place / f"{number}.png")
    with np.load(_evaluation(str(tmp_path / "evaluation"), tmp_path)) as held:
        assert held["labels"].tolist() == [0, 0, 0, 1, 1, 1]
        assert (held["pixels"][:, 0, 0, 0] == held["labels"]).all()
