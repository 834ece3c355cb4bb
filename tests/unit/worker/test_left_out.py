"""The tensorflow process imports what it uses: a build waits for its imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from espalier.worker import left_out

SCRIPT = """
import sys
from espalier.worker import tensorflow_side
tensorflow_side.prepare()
import keras
found = [name for name in ("sklearn", "pandas", "espalier.ladder.climb") if sys.modules.get(name)]
print(found, keras.Sequential([keras.layers.Dense(2)]).__class__.__name__)
"""


def test_tensorflow_starts_without_the_packages_that_keras_wraps_for_others() -> None:
    """scikit-learn alone was a quarter of TensorFlow's start, for two Keras classes that no build uses."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] Sequential"


def test_a_package_that_is_imported_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_out, "LEFT_OUT", ("json", "a_package_that_nobody_has"))
    monkeypatch.setitem(sys.modules, "a_package_that_nobody_has", sys)
    left_out.leave_out()
    import json

    assert json.loads("1") == 1 and sys.modules["a_package_that_nobody_has"] is sys
