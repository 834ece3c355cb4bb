"""The table of bundle kinds and the modules that make them."""

from __future__ import annotations

from espalier.bundle.kinds import MAKERS
from espalier.bundle_kinds import KINDS
from espalier.target import load_target, target_names
from espalier.target_rules import NEEDED


def test_every_kind_has_a_maker_and_every_key_that_it_needs_has_words() -> None:
    assert set(MAKERS) == set(KINDS)
    assert {key for kind in KINDS.values() for key in kind.keys} <= set(NEEDED)


def test_every_kind_has_a_shipped_target() -> None:
    assert {load_target(name).bundle for name in target_names()} == set(KINDS)
