"""What bundles say and check of each way to decide on a device, by the source of its C (task/device/): one table.

A classifier's own words stand where they are used; here is what the others say instead of them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..facts import BundleSource, Decision
from ..task import anomaly, binary, classify, embed, multi_label

Output = NDArray[np.int8]
UINT8 = 128
"""What a byte of the uint8 model has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a decision looks in each language. C names bear `xmodel` for the model's."""

    reader: str
    """The Java class that reads it."""
    answer: Callable[[Output, Decision], tuple[int, ...]]
    """What the C driver prints of an output, as int32."""
    java: Callable[[Decision], tuple[dict[str, int], dict[str, tuple[int, ...]]]] = lambda decision: ({}, {})
    """Whole numbers of the Java class by their names in specialise.DECISION_KEYS, and tables by theirs; of uint8 bytes."""
    labels: bool = True
    """Whether the C of it names labels."""
    like_a_classifier: bool = False
    """Whether C programs use it as they use a classifier's."""
    tflm: bool = False
    """Whether the bundle around TensorFlow Lite Micro packs it."""
    driver: str = ""
    """C of the check: reads `output`, fills `answer`."""
    words: Callable[[Decision], int] = lambda decision: 3
    """How many numbers `answer` holds."""
    example: str = ""
    """C of the examples: what is said of `output`, with SAY("text") and LINE, a char array."""
    said: Callable[[Output, Decision], str] = lambda output, decision: ""
    """The line that the example prints."""
    use: str = ""
    """README of the firmware: the lines after the network ran."""
    told: str = ""
    """README of the firmware: about the answer."""
    android: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """README of the phone bundle: see android_readme._DECIDE."""


def _binary_java(decision: Decision) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    numbers = decision.numbers
    return {
        "POSITIVE": numbers["POSITIVE"] + UINT8,
        "REVIEW": numbers["THRESHOLD"] + UINT8,
        "ZERO_POINT": numbers["DECIDE_ZERO_POINT"] + UINT8,
        "PERMILLE_Q16": numbers["PERMILLE_Q16"],
    }, {}


def _labels_java(decision: Decision) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    numbers = decision.numbers
    least = tuple(value + UINT8 for value in decision.tables["LEAST"])
    return {"ZERO_POINT": numbers["DECIDE_ZERO_POINT"] + UINT8, "PERMILLE_Q16": numbers["PERMILLE_Q16"]}, {"least": least}


def _labels_answer(output: Output, decision: Decision) -> tuple[int, ...]:
    said = multi_label.decide(output, decision)
    rest = [0] * (len(output) - len(said))
    return (len(said), *(i for i, _ in said), *rest, *(confidence for _, confidence in said), *rest)


def _labels_said(output: Output, decision: Decision) -> str:
    said = multi_label.decide(output, decision)
    return "".join(f"{decision.labels[i]} {confidence}/1000, " for i, confidence in said) + f"{len(said)} labels"


_LABELS_DRIVER: Final = """\
        xmodel_decision decision;
        int32_t i;
        xmodel_decide(output, &decision);
        answer[0] = decision.count;
        for (i = 0; i < XMODEL_LABELS; i++) {
          answer[1 + i] = i < decision.count ? decision.index[i] : 0;
          answer[1 + XMODEL_LABELS + i] = i < decision.count ? decision.confidence[i] : 0;
        }
"""
_LABELS_EXAMPLE: Final = """\
    static xmodel_decision decision;
    int32_t i;
    xmodel_decide(output, &decision);
    for (i = 0; i < decision.count; i++) {
      SAY(xmodel_labels[decision.index[i]]);
      snprintf(line, sizeof(line), " %ld/1000, ", (long)decision.confidence[i]);
      SAY(line);
    }
    snprintf(line, sizeof(line), "%ld labels\\n", (long)decision.count);
    SAY(line);
"""

_EMBED_DRIVER: Final = """\
        static int16_t unit[XMODEL_VALUES];
        int32_t i;
        xmodel_embed(output, unit);
        for (i = 0; i < XMODEL_VALUES; i++) answer[i] = unit[i];
"""
_EMBED_EXAMPLE: Final = """\
    static int16_t unit[XMODEL_VALUES];
    xmodel_match match;
    xmodel_embed(output, unit);
    match = xmodel_nearest(unit, unit, 1); /* the picture is enrolled, and so it is known */
    snprintf(line, sizeof(line), "%s %ld, cosine %ld/16384\\n", match.known ? "known" : "unknown", (long)match.index,
             (long)match.cosine);
    SAY(line);
"""


_ANOMALY_DRIVER: Final = """\
        const xmodel_decision decision = xmodel_decide(output);
        answer[0] = decision.score;
        answer[1] = decision.alert;
"""
_ANOMALY_EXAMPLE: Final = """\
    const xmodel_decision decision = xmodel_decide(output);
    snprintf(line, sizeof(line), "%s %ld/256\\n", decision.alert ? "alert" : "good", (long)decision.score);
    SAY(line);
"""


def _anomaly_answer(output: Output, decision: Decision) -> tuple[int, ...]:
    score, alert = anomaly.decide(output, decision.numbers["DECIDE_ZERO_POINT"], decision.numbers["ALERT_Q8"])
    return score, int(alert)


def _anomaly_said(output: Output, decision: Decision) -> str:
    score, alert = _anomaly_answer(output, decision)
    return f"{anomaly.ALERT if alert else anomaly.GOOD} {score}/{anomaly.Q8}"


def _embed_said(output: Output, decision: Decision) -> str:
    vector = embed.unit(output, decision.numbers["DECIDE_ZERO_POINT"])
    index, cosine, known = embed.nearest(vector, vector[None], decision.numbers["KNOWN_Q14"])
    return f"{'known' if known else 'unknown'} {index}, cosine {cosine}/16384"


ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        "classify": Answer(
            reader="Decision",
            answer=lambda output, decision: classify.decide(output, decision.numbers),
            like_a_classifier=True,
            tflm=True,
        ),
        "binary": Answer(
            reader="BinaryDecision",
            answer=lambda output, decision: binary.decide(output, decision.numbers),
            java=_binary_java,
            like_a_classifier=True,
            tflm=True,
            told="`decide` says the second label from the recipe's threshold on, as an integer; confidence is in thousandths, "
            "and `review` is 1 where neither\n  label reaches {threshold:g}.",
            android={
                "reader": "BinaryDecision",
                "answer": "val output = Array(1) { ByteArray(Model.CLASSES) }\n"
                "interpreter.run(Preprocessor.prepareBuffer(@GIVEN@), output)\n"
                "val decision = BinaryDecision.decide(output[0])\n"
                "if (decision.review) askAPerson() else show(decision.label, decision.confidence)",
                "said": "- `BinaryDecision.confidence` is in thousandths; `review` is true where neither label reaches "
                "@THRESHOLD@.",
            },
        ),
        "multi_label": Answer(
            reader="LabelsDecision",
            answer=_labels_answer,
            java=_labels_java,
            driver=_LABELS_DRIVER,
            words=lambda decision: 1 + 2 * decision.numbers["LABELS"],
            example=_LABELS_EXAMPLE,
            said=_labels_said,
            use="xmodel_decision decision;\nxmodel_decide(output, &decision);\n"
            "for (i = 0; i < decision.count; i++) act(xmodel_labels[decision.index[i]], decision.confidence[i]);\n",
            told="`decide` lists every label whose int8 output reaches its own threshold, as an integer; confidences are in "
            "thousandths.",
            android={
                "reader": "LabelsDecision",
                "answer": "val output = Array(1) { ByteArray(Model.CLASSES) }\n"
                "interpreter.run(Preprocessor.prepareBuffer(@GIVEN@), output)\n"
                "for (said in LabelsDecision.decide(output[0])) show(said.label, said.confidence)",
                "said": "- `LabelsDecision.decide` lists every label that reaches its own threshold; confidences are in "
                "thousandths.",
            },
        ),
        "embed": Answer(
            reader="Embedding",
            answer=lambda output, decision: tuple(embed.unit(output, decision.numbers["DECIDE_ZERO_POINT"]).tolist()),
            java=lambda decision: (
                {
                    "ZERO_POINT": decision.numbers["DECIDE_ZERO_POINT"] + UINT8,
                    "KNOWN_Q14": decision.numbers["KNOWN_Q14"],
                },
                {},
            ),
            driver=_EMBED_DRIVER,
            words=lambda decision: decision.numbers["VALUES"],
            example=_EMBED_EXAMPLE,
            said=_embed_said,
            use="static int16_t unit[XMODEL_VALUES];   /* enrolled vectors are such arrays, one behind the other */\n"
            "xmodel_embed(output, unit);\nxmodel_match match = xmodel_nearest(unit, references, count);\n"
            "if (match.known) greet(match.index, match.cosine);\n",
            told="`embed` divides the int8 output by its length, in integers; `nearest` compares it with enrolled vectors. "
            "Cosines are\n  times 16384.",
            android={
                "said": "- `Embedding.unit(bytes)` divides the output by its length, in integers: enrol such arrays, and ask\n"
                "  `Embedding.nearest(unit, references)` for the nearest, its cosine times 16384, and whether it is known.\n"
                "- `Heads.ALL` has the output with name, shape, scale and zero point: @HEADS@.",
            },
        ),
        "anomaly": Answer(
            reader="Anomaly",
            answer=_anomaly_answer,
            java=lambda decision: (
                {
                    "ZERO_POINT": decision.numbers["DECIDE_ZERO_POINT"] + UINT8,
                    "ALERT_Q8": decision.numbers["ALERT_Q8"],
                },
                {},
            ),
            driver=_ANOMALY_DRIVER,
            words=lambda decision: 2,
            example=_ANOMALY_EXAMPLE,
            said=_anomaly_said,
            use="xmodel_decision decision = xmodel_decide(output);\nif (decision.alert) sort_out(decision.score);\n",
            told="`decide` sums the squares of the int8 output, which is the picture less the image, in integers; the score is "
            "their mean\n  times 256.",
            android={
                "said": "- `Anomaly.decide(bytes)` sums the squares of the output, which is the picture less the image, in "
                "integers:\n  `score` is their mean times 256, `alert` whether it reaches `ALERT_Q8`.\n"
                "- `Heads.ALL` has the output with name, shape, scale and zero point: @HEADS@.",
            },
        ),
    }
)
"""By the source of the C."""


def answer_of(source: BundleSource) -> Answer | None:
    """How a bundle's model decides; None where it gives values."""
    return None if source.decision is None else ANSWERS.get(source.decision.source)


def packed(answer: Answer, output: Output, decision: Decision) -> bytes:
    """What the C driver writes of an output."""
    numbers = answer.answer(output, decision)
    return struct.pack(f"<{len(numbers)}i", *map(int, numbers))
