"""What the Debian package of a model has beside that of a classifier, where it answers with no single label."""

from __future__ import annotations

import subprocess
from typing import Final

import msgspec
import numpy as np

from ..facts import BundleSource, Check, Decision
from ..task.anomaly import ALERT, GOOD, Q8, decide
from ..task.embed import ONE, unit
from .answers import answer_of
from .optional_tools import words
from .pi_consumers import package_name

MODULES: Final = frozenset({"answers.py", "decisions.py"})
"""Of the folder `device`, what only such a program needs."""
LEAST_COSINE: Final = 0.99
"""Of two vectors that only the rounding of kernels parts."""
MOST_GREY: Final = 1.0
"""By how much the root of a score may differ, in steps of the output, that only the rounding of kernels parts."""
LAUNCHER: Final = (("device.commands", "device.answers"),)
"""What classify.py says -> what this program says."""


def names(source: BundleSource) -> tuple[str, ...]:
    """The labels of which an answer is one; none where it is something else."""
    answer = answer_of(source)
    return source.labels if answer is None or answer.like_a_classifier else ()


def decided(source: BundleSource) -> dict[str, object]:
    """What device/decisions.py decides with, where the answer is not a classifier's."""
    if source.parts:
        return {"decision": {"source": "several", "heads": [_alone(source.alone(part)) for part in source.parts]}}
    made = source.decision
    if made is None or made.source == "classify" or answer_of(source) is None:
        return {}
    tables = {name: list(values) for name, values in made.tables.items()}
    return {"decision": {"source": made.source, **made.numbers, **tables, "labels": list(made.labels)}}


def painted_facts(source: BundleSource) -> dict[str, object]:
    """What model.json says of maps and pictures; bytes are the uint8 model's."""
    if source.map is not None:
        facts: dict[str, object] = msgspec.to_builtins(source.map)
        return {"map": facts | {"least": source.map.least + 128}}
    return {} if source.picture is None else {"picture": msgspec.to_builtins(source.picture)}


def vector_words(source: BundleSource, stream: str) -> dict[str, str]:
    """What the README says about vectors that are compared with enrolled ones. `stream`: options of an endless source."""
    package = package_name(source)
    return {
        "ACTIONS": f"sudo {package} enroll anna photos-of-anna/         # every image becomes a reference of that name\n"
        f"{package} {stream} --hold 3 --on anna --exec /usr/local/bin/act {{label}} {{confidence}}\n"
        "```\n\nOne line per image: image, the name of the nearest reference or `unknown (NAME)`, cosine, action, separated by "
        "tabs;\n`--json` gives one object per line, with the vector. `--on` takes an enrolled name, or unknown.",
        "ANSWER": "References lie in `/var/lib/" + package + "/references.json` (`--references FILE`); a cosine below "
        "`--threshold` (the build's) is unknown.",
        "STARTED": "Commands are started without a shell. ",
        "SERVED": " --on unknown --exec /usr/local/bin/act {label}",
        "EQUAL": "",
    }


def alert_words(source: BundleSource, stream: str) -> dict[str, str]:
    """What the README says about good images and others. `stream`: options of an endless source."""
    act = f"--on {ALERT} --exec /usr/local/bin/act {{label}}"
    return {
        "ACTIONS": f"{package_name(source)} {stream} --hold 3 {act}\n"
        "```\n\nOne line per image: image, good or alert, score, action, separated by tabs; `--json` gives one object per "
        "line.\nThe score is the mean square of the difference between the image and what the network makes of it, about in "
        "grey levels.",
        "ANSWER": "From the build's threshold on a score is an alert.",
        "STARTED": "Commands are started without a shell. ",
        "SERVED": f" {act}",
        "EQUAL": "",
    }


def alert_check(name: str, done: subprocess.CompletedProcess[bytes], source: BundleSource, made: Decision) -> Check:
    """The score that the program prints of the first golden vector is, but for rounding, a kernel set's; what it says is what
    the score says."""
    numbers = made.numbers
    known = [
        decide(np.frombuffer(given, np.int8), numbers["DECIDE_ZERO_POINT"], numbers["ALERT_Q8"])[0]
        for given in source.golden[0].outputs.values()
    ]
    try:
        row = msgspec.json.decode(done.stdout)
        score, said = int(row["score_q8"]), str(row["decision"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return Check(name=name, tool="classify.py", result="failed", why=words(done))
    apart = min(abs((score / Q8) ** 0.5 - (one / Q8) ** 0.5) for one in known)
    if not (apart <= MOST_GREY or source.contract.retouches):
        why = f"the root of the score is {apart:.2f} steps from the nearest kernel set's"
        return Check(name=name, tool="classify.py", result="failed", why=why)
    if said != (ALERT if score >= numbers["ALERT_Q8"] else GOOD):
        return Check(name=name, tool="classify.py", result="failed", why=f"a score of {score} is called {said}")
    return Check(name=name, tool="classify.py", version=source.recipe.version, result="passed")


def _alone(source: BundleSource) -> dict[str, object]:
    """What the program knows of one of several outputs, as model.json does of a model with it only."""
    numbers = source.recipe.regress.names if source.recipe.regress is not None else ()
    return {
        "labels": list(source.labels),
        "threshold": source.recipe.decision.threshold,
        **({"numbers": list(numbers)} if numbers else {}),
        **decided(source),
        **painted_facts(source),
    }


def head_words(source: BundleSource) -> dict[str, str]:
    """What the README says about several outputs, each with an answer of its own."""
    heads = [(name, alone.labels[-1]) for name, alone in source.deciding() if alone.labels]
    act = "".join(f" --on '{name}={label}' --exec /usr/local/bin/act {{label}}" for name, label in heads[:1])
    acts = f"{package_name(source)} part.jpg{act}\n```" if act else "```"
    drawn = any(alone.paints for _, alone in source.deciding())
    known = any(alone.task == "embed" for _, alone in source.deciding())
    more = f"{package_name(source)} frames/ --draw painted       # what an output paints\n" if drawn else ""
    more += f"sudo {package_name(source)} enroll anna photos-of-anna/   # references of that name\n" if known else ""
    return {
        "ACTIONS": f"{more}{acts}\n\nOne line per image: image, then each output's name with its answer and confidence, or its "
        "values, and the action,\nseparated by tabs; `--json` gives one object per line."
        + (" `--on` takes OUTPUT=ANSWER." if act else ""),
        "ANSWER": f"Outputs: {source.heads_text}.",
        "STARTED": "Commands are started without a shell. " if act else "",
        "SERVED": act,
        "EQUAL": "",
    }


def label_words(source: BundleSource, stream: str, example: str) -> dict[str, str]:
    """What the README says about several labels of an image. `stream`: options of an endless source."""
    act = f"--on '{example}' --exec /usr/local/bin/act {{label}}"
    return {
        "ACTIONS": f"{package_name(source)} {stream} --hold 3 {act} {{confidence}}\n"
        "```\n\nOne line per image: image, the labels it has (joined by +, or none), their confidences, action, separated by "
        "tabs;\n`--json` gives one object per line. `--on` starts when the label is among them.",
        "ANSWER": "`--threshold` sets one threshold for all labels in the place of the build's.",
        "STARTED": "Commands are started without a shell. ",
        "SERVED": f" {act}",
        "EQUAL": "",
    }


def vector_check(name: str, done: subprocess.CompletedProcess[bytes], source: BundleSource, made: Decision) -> Check:
    """The vector that the program prints of the first golden vector has, but for rounding, the direction of a kernel set's."""
    zero = made.numbers["DECIDE_ZERO_POINT"]
    known = [unit(np.frombuffer(given, np.int8), zero).astype(np.int64) for given in source.golden[0].outputs.values()]
    try:
        printed = np.array(msgspec.json.decode(done.stdout)["vector"], np.int64)
        nearest = max(int(printed @ one) for one in known) / ONE**2
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return Check(name=name, tool="classify.py", result="failed", why=words(done))
    if not (nearest >= LEAST_COSINE or source.contract.retouches):
        why = f"the vector's cosine to the nearest kernel set's is {nearest:.4f}"
        return Check(name=name, tool="classify.py", result="failed", why=why)
    return Check(name=name, tool="classify.py", version=source.recipe.version, result="passed")
