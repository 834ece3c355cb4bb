"""Packages that TensorFlow and Keras import where they happen to be installed, and that nothing here uses."""

from __future__ import annotations

import sys

LEFT_OUT = ("sklearn", "pandas")
"""Keras wraps models for scikit-learn and takes pandas' tables: a quarter of the time that TensorFlow's import takes."""


def leave_out() -> None:
    """Make importing them in this process fail as if they were not installed, unless they are imported already."""
    for name in LEFT_OUT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
