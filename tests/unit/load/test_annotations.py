"""COCO, VOC and YOLO boxes as untrusted data: read exactly, and what is broken or hostile refused in words."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from espalier.errors import AnnotationsRefusedError
from espalier.limits import LIMITS
from espalier.load.annotations import Annotations, TrueBox, read_annotations

IMAGES = {"a.jpg": (100, 50), "day/b.jpg": (64, 64), "c.png": (10, 20)}
LABELS = ("cat", "dog")

COCO: dict[str, Any] = {
    "info": {"year": 2026},
    "images": [
        {"id": 7, "file_name": "a.jpg", "width": 100, "height": 50},
        {"id": 9, "file_name": "day/b.jpg", "width": 64, "height": 64, "license": 3},
    ],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 5.5, 20, 30], "area": 401.5, "segmentation": [[1, 2]]},
        {"id": 2, "image_id": 7, "category_id": 90, "bbox": [0, 0, 100, 50], "iscrowd": 1},
    ],
    "categories": [{"id": 3, "name": "cat", "supercategory": "animal"}, {"id": 90, "name": "dog"}],
}


def voc(objects: str, size: str = "<size><width>100</width><height>50</height><depth>3</depth></size>") -> str:
    return f"<annotation><folder>x</folder><filename>a.jpg</filename>{size}{objects}</annotation>"


def voc_object(edges: tuple[object, ...] = (11, 6, 30, 36), name: str = "cat", more: str = "") -> str:
    box = "".join(f"<{key}>{value}</{key}>" for key, value in zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=True))
    return f"<object><name>{name}</name>{more}<bndbox>{box}</bndbox></object>"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def boxes(read: Annotations, path: str) -> tuple[TrueBox, ...]:
    return next(picture.boxes for picture in read.pictures if picture.path == path)


def test_a_coco_file_gives_edges_labels_crowds_sizes_and_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_text(json.dumps(COCO))
    read = read_annotations(tmp_path / "coco.json", IMAGES)
    assert boxes(read, "a.jpg") == (
        TrueBox(label="cat", x1=10, y1=5.5, x2=30, y2=35.5, area=401.5),
        TrueBox(label="dog", x1=0, y1=0, x2=100, y2=50, ignored=True),
    )
    assert boxes(read, "day/b.jpg") == ()
    assert (read.kind, read.labels, read.missing, read.bare) == ("COCO", LABELS, (), ("c.png",))
    assert read_annotations(tmp_path, IMAGES) == read  # the folder with only this file


def test_an_image_is_found_by_its_name_where_only_one_has_it(tmp_path: Path) -> None:
    changed = COCO | {"images": [COCO["images"][0], {"id": 9, "file_name": "C:\\photos\\b.jpg"}, {"id": 1, "file_name": "z.jpg"}]}
    (tmp_path / "coco.json").write_text(json.dumps(changed))
    read = read_annotations(tmp_path / "coco.json", IMAGES)
    assert [picture.path for picture in read.pictures] == ["a.jpg", "day/b.jpg"]
    assert read.missing == ("z.jpg",)


def test_voc_pixels_count_from_one_unless_a_zero_says_otherwise(tmp_path: Path) -> None:
    write(tmp_path, {"a.xml": voc(voc_object() + voc_object((1, 1, 100, 50), "dog", "<difficult>1</difficult>"))})
    read = read_annotations(tmp_path, IMAGES)
    assert boxes(read, "a.jpg") == (
        TrueBox(label="cat", x1=10, y1=5, x2=30, y2=36),
        TrueBox(label="dog", x1=0, y1=0, x2=100, y2=50, ignored=True),
    )
    write(tmp_path, {"day/b.xml": voc(voc_object((0, 3, 9, 9)), "")})
    read = read_annotations(tmp_path, IMAGES)
    assert boxes(read, "a.jpg")[0] == TrueBox(label="cat", x1=11, y1=6, x2=30, y2=36)
    assert boxes(read, "day/b.jpg")[0].x1 == 0
    assert read.labels == ("cat", "dog") and read.bare == ("c.png",)


@pytest.mark.parametrize(
    "names",
    [
        {"classes.txt": "cat\ndog\n"},
        {"obj.names": "cat\ndog"},
        {"../data.yaml": "train: images\nnc: 2\nnames: ['cat', \"dog\"]\n"},
        {"data.yaml": "names:\n  0: cat\n  1: dog\nnc: 2\n"},
        {"data.yaml": "names:\n- cat\n- dog\n"},
    ],
)
def test_yolo_lines_are_shares_of_the_image_and_names_stand_beside_them(names: dict[str, str | bytes], tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    write(folder, {"a.txt": "1 0.5 0.5 0.2 0.4\r\n0 .25 0.5 5e-1 1.0\r\n", "day/b.txt": "", **names})
    read = read_annotations(folder, IMAGES)
    assert boxes(read, "a.jpg") == (
        TrueBox(label="dog", x1=40, y1=15, x2=60, y2=35),
        TrueBox(label="cat", x1=0, y1=0, x2=50, y2=50),
    )
    assert boxes(read, "c.png") == ()  # no file: no objects
    assert read.labels == LABELS


def test_yolo_labels_of_the_recipe_come_first_and_labels_folders_stand_for_images_folders(tmp_path: Path) -> None:
    images = {"train/images/a.jpg": (10, 10), "val/images/a.jpg": (20, 20)}
    write(tmp_path, {"train/labels/a.txt": "0 .5 .5 1 1", "val/labels/a.txt": "1 .5 .5 1 1", "classes.txt": "x\ny"})
    read = read_annotations(tmp_path, images, LABELS)
    assert [(p.path, p.boxes[0].label, p.boxes[0].x2) for p in read.pictures] == [
        ("train/images/a.jpg", "cat", 10),
        ("val/images/a.jpg", "dog", 20),
    ]


def changed(**changes: object) -> str:
    return json.dumps(COCO | changes)


def annotation(**changes: object) -> str:
    return changed(annotations=[COCO["annotations"][0] | changes])


BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><annotation>&y;</annotation>'
FETCH = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>'
REMOTE = '<!DOCTYPE annotation SYSTEM "http://127.0.0.1:9/a.dtd"><annotation/>'

HOSTILE: dict[str, tuple[dict[str, str | bytes], str]] = {
    "json: empty": ({"a.json": ""}, "no JSON"),
    "json: not json": ({"a.json": "{images"}, "no JSON"),
    "json: cut off": ({"a.json": changed()[:-30]}, "no JSON"),
    "json: not utf-8": ({"a.json": b'{"images": "\xff\xfe"}'}, "no"),
    "json: a list": ({"a.json": "[]"}, "no COCO file: Expected `object`, got `array`"),
    "json: nested deep": ({"a.json": '{"x": ' + "[" * 200_000}, "nested too deep"),
    "json: no annotations": ({"a.json": '{"images": [], "categories": []}'}, "missing required field `annotations`"),
    "json: nan": ({"a.json": annotation(bbox=[0, 0, float("nan"), 1])}, "no JSON"),
    "json: infinite": ({"a.json": annotation(bbox=[0, 7, 7, 7]).replace("[0, 7,", "[1e999, 7,")}, "Number out of range"),
    "json: huge": ({"a.json": annotation(bbox=[0, 0, 10**15, 1])}, "beyond a million"),
    "json: huge integer": ({"a.json": annotation(bbox=[0, 0, 10**40, 1])}, "beyond a million"),
    "json: box of text": ({"a.json": annotation(bbox=["0", 0, 1, 1])}, "Expected `int | float`, got `str`"),
    "json: box of three": ({"a.json": annotation(bbox=[1, 2, 3])}, "has 3 numbers"),
    "json: negative area": ({"a.json": annotation(area=-5)}, "the area of annotation 0 is -5"),
    "json: null": ({"a.json": annotation(bbox=None)}, "got `null`"),
    "json: unknown image": ({"a.json": annotation(image_id=8)}, "belongs to the image 8"),
    "json: unknown category": ({"a.json": annotation(category_id=1)}, "has the category 1"),
    "json: image twice": ({"a.json": changed(images=[COCO["images"][0]] * 2)}, "two images have the same id"),
    "json: name twice": (
        {"a.json": changed(images=[COCO["images"][0], COCO["images"][0] | {"id": 9}])}, "a.jpg is described twice"
    ),
    "json: category twice": ({"a.json": changed(categories=[{"id": 3, "name": "a"}] * 2)}, "categories have the same id"),
    "json: one name twice": (
        {"a.json": changed(categories=[{"id": 3, "name": "a"}, {"id": 90, "name": "a"}])}, "have the same name"
    ),
    "json: bidi name": ({"a.json": changed(categories=[{"id": 3, "name": "c\u202eat"}, COCO["categories"][1]])}, "U+202E"),
    "json: long name": ({"a.json": changed(categories=[{"id": 3, "name": "c" * 999}, COCO["categories"][1]])}, "999 characters"),
    "json: other images": (
        {"a.json": changed(images=[{"id": 7, "file_name": "../../etc/passwd"}], annotations=[])}, "none of the 3 images"
    ),
    "json: crowded": ({"a.json": changed(annotations=[COCO["annotations"][0]] * 2001)}, "a.jpg has 2,001 boxes"),
    "json: fractional id": ({"a.json": annotation(image_id=7.5)}, "Expected `int`, got `float`"),
    "xml: empty": ({"a.xml": ""}, "no XML"),
    "xml: not xml": ({"a.xml": "cat 1 2 3 4"}, "no XML"),
    "xml: cut off": ({"a.xml": voc(voc_object())[:-20]}, "no XML"),
    "xml: entities in entities": ({"a.xml": BOMB}, "DOCTYPE"),
    "xml: a file as entity": ({"a.xml": FETCH}, "DOCTYPE"),
    "xml: a type from the net": ({"a.xml": REMOTE}, "DOCTYPE"),
    "xml: unknown entity": ({"a.xml": "<annotation>&lol;</annotation>"}, "no XML"),
    "xml: unknown encoding": ({"a.xml": '<?xml version="1.0" encoding="ebcdic-odd"?><annotation/>'}, "no XML"),
    "xml: another root": ({"a.xml": "<html><object/></html>"}, "its root is <html>"),
    "xml: nested deep": ({"a.xml": "<annotation>" * 5000}, "nested deeper"),
    "xml: no box": ({"a.xml": voc("<object><name>cat</name></object>")}, "xmin of a cat is missing"),
    "xml: no name": ({"a.xml": voc("<object><bndbox/></object>")}, "a class has a name of 0 characters"),
    "xml: words for numbers": ({"a.xml": voc(voc_object(("ten", 1, 2, 3)))}, "xmin of a cat is 'ten'"),
    "xml: nan": ({"a.xml": voc(voc_object(("nan", 1, 2, 3)))}, "'nan'"),
    "xml: huge": ({"a.xml": voc(voc_object(("1e99", 1, 2, 3)))}, "1e99"),
    "xml: underscores": ({"a.xml": voc(voc_object(("1_0", 1, 2, 3)))}, "'1_0'"),
    "xml: a control character": ({"a.xml": voc(voc_object(name="c&#x202E;t"))}, "U+202E"),
    "xml: large": ({"a.xml": voc(" " * (1 << 20))}, "larger than"),
    "xml: image twice": ({"a.xml": voc(""), "n/x.xml": voc("")}, "a.jpg is described twice"),
    "xml: other images": ({"q.xml": voc("").replace("a.jpg", "q.jpg")}, "none of the 3 images"),
    "txt: polygon": ({"a.txt": "0 .1 .1 .2 .1 .2 .2 .1 .2", "classes.txt": "cat"}, "has 9 numbers: a polygon"),
    "txt: four numbers": ({"a.txt": "0 .1 .1 .2", "classes.txt": "cat"}, "has 4 numbers"),
    "txt: nan": ({"a.txt": "0 nan .1 .2 .2", "classes.txt": "cat"}, "line 1 holds 'nan"),
    "txt: infinite": ({"a.txt": "0 1e999 .1 .2 .2", "classes.txt": "cat"}, "line 1 holds"),
    "txt: pixels": ({"a.txt": "0 320 240 64 64", "classes.txt": "cat"}, "pixels, not shares"),
    "txt: unknown class": ({"a.txt": "0 .1 .1 .2 .2\n2 .1 .1 .2 .2", "classes.txt": "cat\ndog"}, "line 2 has the class 2"),
    "txt: negative class": ({"a.txt": "-1 .1 .1 .2 .2", "classes.txt": "cat"}, "begins with '-1'"),
    "txt: a name as class": ({"a.txt": "cat .1 .1 .2 .2", "classes.txt": "cat"}, "begins with 'cat'"),
    "txt: bytes": ({"a.txt": b"0 .1 .1 \xff\xfe", "classes.txt": "cat"}, "no text in UTF-8"),
    "txt: no names": ({"a.txt": "0 .1 .1 .2 .2"}, "nothing says what its class numbers mean"),
    "txt: names twice": ({"a.txt": "", "classes.txt": "cat\ncat"}, "two classes have the same name"),
    "txt: yaml with code": ({"a.txt": "", "data.yaml": "names: !!python/object/apply:os.system ['id']"}, "plain list"),
    "txt: yaml with a gap": ({"a.txt": "", "data.yaml": "names:\n  0: cat\n  2: dog"}, "1 is missing"),
    "txt: other images": ({"q.txt": "0 .1 .1 .2 .2", "classes.txt": "cat"}, "none of its files has the name of an image"),
    "txt: crowded": ({"a.txt": "0 .1 .1 .2 .2\n" * 2001, "classes.txt": "cat"}, "2,001 boxes"),
    "folder: nothing": ({"readme.md": ""}, "holds 0 .json files, no .xml and no .txt"),
    "folder: two tables": ({"a.json": "{}", "b.json": "{}"}, "holds 2 .json files"),
}  # fmt: skip


@pytest.mark.parametrize("files, words", HOSTILE.values(), ids=HOSTILE)
def test_a_broken_or_hostile_file_is_refused_in_words(files: dict[str, str | bytes], words: str, tmp_path: Path) -> None:
    with pytest.raises(AnnotationsRefusedError) as found:
        read_annotations(write(tmp_path, files), IMAGES)
    assert words in str(found.value)
    assert found.value.exit_code == 3
    assert len(str(found.value)) < 700
    assert str(found.value).replace("\n", "").isprintable()


def _pipe(path: Path) -> None:
    os.mkfifo(path / "a.json")


def _link(path: Path) -> None:
    (path / "in").mkdir()
    (path / "secret.txt").write_text("0 .1 .1 .1 .1")
    (path / "in" / "a.txt").symlink_to(path / "secret.txt")


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (_pipe, "a.json", "pipe or a device"),
        (_link, "in", "link that leads out"),
        (lambda path: None, "none.json", "does not exist"),
        (lambda path: None, "a\0b", "cannot be read"),
    ],
)
def test_what_is_no_plain_file_is_refused_without_waiting(
    make: Callable[[Path], None], name: str, words: str, tmp_path: Path
) -> None:
    make(tmp_path)
    with pytest.raises(AnnotationsRefusedError, match=words):
        read_annotations(tmp_path / name, IMAGES, LABELS)


def test_more_boxes_or_bytes_than_the_limits_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_text(json.dumps(COCO))
    monkeypatch.setattr("espalier.load.annotations.LIMITS", type(LIMITS)(annotation_boxes=1))
    with pytest.raises(AnnotationsRefusedError, match="more than 1 boxes"):
        read_annotations(tmp_path, IMAGES)
    monkeypatch.setattr("espalier.load.annotation_coco.LIMITS", type(LIMITS)(annotations_bytes=99))
    with pytest.raises(AnnotationsRefusedError, match="larger than 99 bytes"):
        read_annotations(tmp_path, IMAGES)


@pytest.mark.parametrize("name", ["a.json", "a.xml", "a.txt"])
def test_a_damaged_file_is_read_or_refused_but_never_a_traceback(name: str, tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    sound = {"a.json": json.dumps(COCO), "a.xml": voc(voc_object() * 2), "a.txt": "1 0.5 0.5 0.2 0.4\n0 .25 0.5 5e-1 1.0\n"}[name]
    refused = 0
    for _ in range(400):
        data = bytearray(sound.encode())
        for _ in range(int(random.integers(1, 5))):
            at, how = int(random.integers(len(data))), int(random.integers(4))
            if how == 0:
                data[at] = int(random.integers(256))
            elif how == 1:
                del data[at : at + int(random.integers(1, 9))]
            elif how == 2:
                data[at:at] = data[: int(random.integers(1, 30))]
            else:
                data[at:at] = [b"-1", b"1e308", b"\x00", b"null", b"&a;", b"\xed\xa0\x80"][int(random.integers(6))]
            data = data or bytearray(b"0")
        (tmp_path / name).write_bytes(data)
        try:
            read_annotations(tmp_path, IMAGES, LABELS)
        except AnnotationsRefusedError:
            refused += 1
    assert refused > 100
