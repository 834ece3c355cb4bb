"""The decode in floating point that a build measures with: that of the papers, and the device's but for its rounding."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from detector_cases import KINDS, Case, float_detect, float_objects, random_case, scene

from espalier.facts import TensorFacts
from espalier.task.boxes.measured import device_boxes
from espalier.task.boxes.plan import Map, Plan
from espalier.task.boxes.real import boxes_of, levels_of


def plan_of(case: Case) -> Plan:
    maps = tuple(
        Map(rows=g.rows, columns=g.columns, step_x=g.step_x, step_y=g.step_y, boxes=tuple(map(tuple, g.boxes.tolist())))
        for g in case.grids
    )
    shapes = tuple(output.shape for output in case.outputs)
    return Plan(reading=case.reading, size=case.size, fit="stretch", maps=maps, heads=tuple(case.heads), shapes=shapes)


@pytest.mark.parametrize("kind", KINDS)
def test_boxes_are_those_of_the_papers_and_of_the_device(kind: str) -> None:
    random = np.random.default_rng(7)
    near = boxes = 0
    for number in range(12):
        case = random_case(kind, random)
        case = type(case)(**{**{name: getattr(case, name) for name in case.__dataclass_fields__},
                             "reading": msgspec.structs.replace(case.reading, room=1024, most=100)})  # fmt: skip
        plan, heads = plan_of(case), scene(case, random)
        facts = [
            TensorFacts(name=str(place), shape=(1, *output.shape), dtype="int8", scale=output.scale, zero_point=output.zero_point)
            for place, output in enumerate(case.outputs)
        ]
        values = np.concatenate(
            [(head.astype(np.float64).reshape(-1) - o.zero_point) * o.scale for head, o in zip(heads, case.outputs, strict=True)]
        )[None]
        found = boxes_of(values, plan)[0]
        found = found[(found[:, 4] >= 0) & (found[:, 5] >= case.reading.threshold)]
        if case.reading.decode == "fomo":
            assert {(int(row[4]), *np.round(100 * row[:4]).astype(int).tolist()) for row in found} == float_objects(case, heads)
        else:
            corners, kept = float_detect(case, heads)
            assert [int(row[4]) for row in found] == [label for _, label in kept][:100], number
            wanted = corners[[anchor for anchor, _ in kept][:100]]
            assert np.abs(found[:, :4] - wanted).max(initial=0) < 1e-6
        _, device = device_boxes(values, facts, plan)
        device = device[0][device[0][:, 4] >= 0]
        boxes += 1
        near += len(device) == len(found) and bool(np.abs(device[:, :4] - found[:, :4]).max(initial=0) < 0.2)
    assert near >= 0.75 * boxes, (near, boxes)  # the others are ties of scores or overlaps


def test_where_a_level_s_numbers_stand_is_found_once() -> None:
    case = random_case("yolo-v3", np.random.default_rng(3))
    assert levels_of(plan_of(case)) is levels_of(plan_of(case))
