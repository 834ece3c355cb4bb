"""Espalier: an on-device model compiler. `build(recipe)` is the product; the rest is its parts.

    import espalier

    outcome = espalier.build("recipe.toml")                     # every bundle of a recipe
    small = espalier.quantize(model, images, input=espalier.Input(size=(96, 96), mean=(127.5,), std=(127.5,)))
    program = espalier.compile(small, target="cortex-m4")       # C, its arena, its instructions, whether it is exact

Models and images may be files or what a program holds in memory; both go through the same checks, and raise the same
errors: children of `EspalierError`, each with `found`, `supported`, `next_step` and `exit_code`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .command.build import build
    from .command.check import Checked
    from .command.check import check_recipe as check
    from .command.compare import compare
    from .command.compile import Compilation
    from .command.compile import compile_model as compile
    from .command.estimate import Estimated
    from .command.estimate import estimate_model as estimate
    from .command.explain import Explained, explain
    from .command.inspect import Inspected
    from .command.inspect import inspect_file as inspect
    from .command.quantize import Evaluated, Small
    from .command.quantize import quantize_model as quantize
    from .command.verify import Verified
    from .command.verify import verify_bundle as verify
    from .compare_rows import Comparison
    from .errors import (
        AnnotationsRefusedError,
        BugError,
        EspalierError,
        GateError,
        ImagesRefusedError,
        InputRefusedError,
        LabelsRefusedError,
        MachineError,
        ModelRefusedError,
        RecipeError,
        TargetError,
        ToolMissingError,
        UnsupportedModelError,
        UsageError,
        VerificationError,
        WorkerError,
    )
    from .recipe import (
        Augment,
        CalibrationSource,
        Deploy,
        Distill,
        EvaluationSource,
        FineTune,
        ModelSource,
        Prune,
        Quantize,
        Recipe,
        ReportWish,
    )
    from .recipe import InputContract as Input
    from .recipe_answers import Decision
    from .recipe_budgets import Budgets, LatencyBudget
    from .recipe_file import load_recipe
    from .rows import Report
    from .stages.outcome import Outcome
    from .target import Target, load_target

_RECIPE = (
    "Augment", "CalibrationSource", "Deploy", "Distill", "EvaluationSource", "FineTune", "ModelSource", "Prune", "Quantize",
    "Recipe", "ReportWish",
)  # fmt: skip
_ERRORS = (
    "AnnotationsRefusedError", "BugError", "EspalierError", "GateError", "ImagesRefusedError", "InputRefusedError",
    "LabelsRefusedError", "MachineError", "ModelRefusedError", "RecipeError", "TargetError", "ToolMissingError",
    "UnsupportedModelError", "UsageError", "VerificationError", "WorkerError",
)  # fmt: skip
_HOME = {
    "build": ("command.build", "build"),
    "check": ("command.check", "check_recipe"),
    "compare": ("command.compare", "compare"),
    "compile": ("command.compile", "compile_model"),
    "estimate": ("command.estimate", "estimate_model"),
    "explain": ("command.explain", "explain"),
    "inspect": ("command.inspect", "inspect_file"),
    "quantize": ("command.quantize", "quantize_model"),
    "verify": ("command.verify", "verify_bundle"),
    "Checked": ("command.check", "Checked"),
    "Comparison": ("compare_rows", "Comparison"),
    "Compilation": ("command.compile", "Compilation"),
    "Estimated": ("command.estimate", "Estimated"),
    "Evaluated": ("command.quantize", "Evaluated"),
    "Explained": ("command.explain", "Explained"),
    "Input": ("recipe", "InputContract"),
    "Inspected": ("command.inspect", "Inspected"),
    "Outcome": ("stages.outcome", "Outcome"),
    "Report": ("rows", "Report"),
    "Small": ("command.quantize", "Small"),
    "Target": ("target", "Target"),
    "Verified": ("command.verify", "Verified"),
    "load_target": ("target", "load_target"),
    "Budgets": ("recipe_budgets", "Budgets"),
    "Decision": ("recipe_answers", "Decision"),
    "LatencyBudget": ("recipe_budgets", "LatencyBudget"),
    "load_recipe": ("recipe_file", "load_recipe"),
    **{name: ("recipe", name) for name in _RECIPE},
    **{name: ("errors", name) for name in _ERRORS},
}
"""Public name -> the module that it lives in, and its name there. No module bears a public name: Python would put the
module in the name's place when it is imported."""

__all__ = [
    "AnnotationsRefusedError",
    "Augment",
    "Budgets",
    "BugError",
    "CalibrationSource",
    "Checked",
    "Comparison",
    "Compilation",
    "Decision",
    "Deploy",
    "Distill",
    "EspalierError",
    "Estimated",
    "Evaluated",
    "EvaluationSource",
    "Explained",
    "FineTune",
    "GateError",
    "ImagesRefusedError",
    "Input",
    "InputRefusedError",
    "Inspected",
    "LabelsRefusedError",
    "LatencyBudget",
    "MachineError",
    "ModelRefusedError",
    "ModelSource",
    "Outcome",
    "Prune",
    "Quantize",
    "Recipe",
    "RecipeError",
    "Report",
    "ReportWish",
    "Small",
    "Target",
    "TargetError",
    "ToolMissingError",
    "UnsupportedModelError",
    "UsageError",
    "VerificationError",
    "Verified",
    "WorkerError",
    "__version__",
    "build",
    "check",
    "compare",
    "compile",
    "estimate",
    "explain",
    "inspect",
    "load_recipe",
    "load_target",
    "quantize",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `espalier --help` must answer at once.

    Raises ToolMissingError for one that needs a package which this installation leaves out.
    """
    if name not in _HOME:
        raise AttributeError(f"module 'espalier' has no attribute {name!r}")
    from importlib import import_module

    module, inside = _HOME[name]
    try:
        value = getattr(import_module(f".{module}", __name__), inside)
    except ImportError as problem:
        from .errors import package_error

        absent = package_error(problem)
        if absent is None:
            raise
        raise absent from problem
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
