"""A small network of every decode: cut at its heads and quantized; its int8 bytes, decoded as on a device, find the squares."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_detector import CELL, FAMILIES, Scene, family, levels, scenes

from espalier.errors import RecipeError
from espalier.image_facts import ImageFacts, TrueObject
from espalier.load.cut_heads import cut_heads
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import float_answers, int8_answers
from espalier.quantizer.convert import convert_model
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize
from espalier.recipe import InputContract
from espalier.recipe_detect import Detect
from espalier.tables import parse_table
from espalier.task import detect
from espalier.task.boxes.decisions import at_threshold
from espalier.task.boxes.judge import found_in, truths
from espalier.task.boxes.measured import device_boxes
from espalier.task.boxes.plan import names_of, plan_of
from espalier.task.types import Task

CONTRACT = InputContract(size=(64, 64), std=(255.0,))
LABELS = ("red", "green")


def facts(scene: Scene, number: int) -> ImageFacts:
    objects = tuple(TrueObject(label=LABELS[k], x1=a, y1=b, x2=c, y2=d) for a, b, c, d, k in scene.objects)
    size = {"width": 64, "height": 64, "mode": "RGB"}
    return ImageFacts(path=f"{number}.png", label=None, sha256="", pixels_sha256="", objects=objects, **size)  # type: ignore[arg-type]


def test_levels_that_share_one_head_keep_their_own_scales_and_int8_finds_what_float_finds() -> None:
    text = 'decode = "retinanet"\nboxes = ["boxes"]\nscores = ["scores"]\nanchors = { scale = 2.0, octaves = 1, ratios = [1.0] }'
    table = parse_table(text.encode(), Detect, error=RecipeError, where="[detect]")
    cut = cut_heads(levels(), names_of(table, 2))
    converted = convert_model(cut.model, CONTRACT, "values")
    plan = plan_of(table, CONTRACT, 2, tuple(head.shape for head in converted.heads), cut.levels)
    task = Task(kind="detect", heads=converted.heads, labels=LABELS, boxes=plan)
    done = quantize(converted.float_model, np.stack([s.pixels for s in scenes(40, 6)]), CONTRACT, task=task)
    heads = audit_model(done.int8_model, CONTRACT, task=task).heads
    assert [head.shape[1:3] for head in heads] == [(8, 8), (8, 8), (4, 4), (4, 4)]
    assert len({head.name for head in heads}) == 4
    pixels = np.stack([scene.pixels for scene in scenes(24, 5)])
    wanted = detect.results(float_answers(enter_pixels(converted.float_model, CONTRACT, task), pixels).values, task)
    _, device = device_boxes(int8_answers(done.int8_model, pixels).values, heads, plan)
    assert detect.same(device, wanted, task).mean() > 0.9


@pytest.mark.parametrize("decode", FAMILIES)
def test_int8_bytes_decode_to_the_squares_of_every_scene(decode: str) -> None:
    model, text = family(decode)
    table = parse_table(text.encode(), Detect, error=RecipeError, where="[detect]")
    cut = cut_heads(model, names_of(table, 2))
    converted = convert_model(cut.model, CONTRACT, "values")
    plan = plan_of(table, CONTRACT, 2, tuple(head.shape for head in converted.heads), cut.levels)
    task = Task(kind="detect", heads=converted.heads, labels=LABELS, boxes=plan)
    shown = scenes(24, 5)
    pixels = np.stack([scene.pixels for scene in shown])
    done = quantize(converted.float_model, np.stack([s.pixels for s in scenes(40, 6)]), CONTRACT, task=task)
    audit = audit_model(done.int8_model, CONTRACT, task=task)
    assert not audit.errors
    known = detect.truth([facts(scene, number) for number, scene in enumerate(shown)], task)
    assert known is not None
    entered = enter_pixels(converted.float_model, CONTRACT, task)
    float_found = detect.results(float_answers(entered, pixels).values, task)
    _, device = device_boxes(int8_answers(done.int8_model, pixels).values, audit.heads, plan)
    for found in (float_found, device):
        boxes = [one.above(plan.reading.threshold) for one in found_in(found, known, plan)]
        felt = at_threshold(truths(known, plan), boxes, 2)
        assert felt.recall is not None and felt.recall > 0.97 and felt.false_alarms_per_image < 0.1
        if not plan.cells:
            off = [
                float(np.abs(corners - one.corners[one.labels == label]).max(axis=1).min())
                for box, one in zip(boxes, truths(known, plan), strict=True)
                for corners, label in zip(box.corners, box.labels, strict=True)
                if (one.labels == label).any()
            ]
            assert np.quantile(off, 0.9) < CELL / 2 and np.median(off) < 1.5
    assert detect.same(device, float_found, task).mean() > 0.9
