"""Boxes of int8 heads in JavaScript: the integers of numpy, for every decode."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from detector_cases import Case
from detector_programs import Heads, by_numpy, told
from detector_ties import directed
from sweep_detectors import batch

from espalier.bundle.npm import TEMPLATE
from espalier.detector import words

ASK = """
import {readFileSync} from 'node:fs';
import {detect, readDetector} from './boxes.js';
const asked = JSON.parse(readFileSync(0));
console.log(JSON.stringify(asked.map(({words, images}) => {
  const detector = readDetector(words);
  return images.map((image) => detect(detector, image.map((output) => Int8Array.from(output))));
})));
"""


def by_javascript(asked: list[tuple[Case, list[Heads]]], folder: Path) -> list[bytes]:
    """What the package's own module gives."""
    for name in ("boxes.js", "prepare.js", "retouch.js"):
        shutil.copy(TEMPLATE / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "ask.js").write_text(ASK)
    given = [
        {"words": words(case.detector), "images": [[np.ravel(head).tolist() for head in image] for image in images]}
        for case, images in asked
    ]
    done = subprocess.run(
        ["node", "ask.js"], cwd=folder, input=json.dumps(given).encode(), capture_output=True, timeout=300, check=True
    )
    return [told([np.array(rows, np.int32).reshape(-1, 7) for rows in images]) for images in json.loads(done.stdout)]


def assert_equal(asked: list[tuple[Case, list[Heads]]], folder: Path) -> None:
    found = by_javascript(asked, folder)
    wrong = [case.kind for (case, images), one in zip(asked, found, strict=True) if one != by_numpy(case, images)]
    assert not wrong


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_javascript_finds_the_boxes_that_numpy_finds(tmp_path: Path) -> None:
    assert_equal([*batch(np.random.default_rng(20), 10), *directed(0.25, 0.6)], tmp_path)


@pytest.mark.sweep
@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_javascript_finds_the_boxes_of_ten_thousand_answers(tmp_path: Path) -> None:
    for seed in range(20):
        assert_equal(batch(np.random.default_rng(300 + seed), 40), tmp_path)
