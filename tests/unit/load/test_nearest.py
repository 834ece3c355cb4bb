from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from espalier.contract import crop_region, nearest_taps, prepare
from espalier.load import nearest
from espalier.load.decode import prepare_set, to_rgb
from espalier.load.images import scan
from espalier.load.nearest import picked
from espalier.recipe import InputContract


def numbered(height: int, width: int) -> Image.Image:
    """Every pixel another one: red and green tell the row, blue and the checker the column."""
    rows, columns = np.mgrid[:height, :width]
    values = np.stack([rows % 256, (rows // 256) * 16 + columns // 256, columns % 256], axis=2)
    return Image.fromarray(values.astype(np.uint8))


def test_what_pillow_picks_is_what_the_contract_says_or_it_is_not_asked() -> None:
    random, asked = np.random.default_rng(3), 0
    for _ in range(400):
        height, width, high, wide = (int(n) for n in random.integers(1, 400, 4))
        image, size = numbered(height, width), (high, wide)
        for region in ((0, 0, height, width), crop_region(height, width, high, wide)):
            top, left, rows, columns = region
            found = picked(image, region, size)
            if found is None:
                continue
            asked += 1
            whole = np.asarray(image)[top : top + rows, left : left + columns]
            assert np.array_equal(np.asarray(found), whole[nearest_taps(rows, high)][:, nearest_taps(columns, wide)])
    assert asked > 790


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("color", ["rgb", "bgr", "gray"])
@pytest.mark.parametrize("kind", ["RGB", "L", "RGBA"])
@pytest.mark.parametrize("asked", [True, False])
def test_nearest_files_are_prepared_as_the_contract_says(
    fit: str, color: str, kind: str, asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not asked:
        monkeypatch.setattr(nearest, "_same", lambda *_sizes: False)
    noise = np.random.default_rng(1).integers(0, 256, (75, 90, 4), np.uint8)
    image = Image.fromarray(noise, "RGBA") if kind == "RGBA" else Image.fromarray(noise[:, :, :3]).convert(kind)
    data = io.BytesIO()
    image.save(data, "PNG")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.png").write_bytes(data.getvalue())
    given: dict[str, Any] = {"size": [31, 52], "resize": "nearest", "fit": fit, "color": color}
    contract = msgspec.convert(given, InputContract)
    images = scan(tmp_path / "set")
    done = prepare_set(images.root, images.entries, contract, str(tmp_path / "out.npy"))
    assert np.array_equal(np.load(tmp_path / "out.npy")[0], prepare(to_rgb(image), contract))
    assert (done.images[0].width, done.images[0].height) == (90, 75)
