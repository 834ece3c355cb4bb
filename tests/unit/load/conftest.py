"""Hand-written Keras files are shared with the attacks."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "attacks"))
