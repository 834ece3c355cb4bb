"""`check` says in a second what cannot fit a microcontroller, and never claims it of what a build may make fit."""

from __future__ import annotations

import pytest

from espalier.recipe import Deploy, InputContract
from espalier.stages.check_fit import judge_fit
from espalier.target import load_target

M4 = load_target("cortex-m4")
FLASH = 524_288
IMAGE = InputContract(size=(96, 96))


@pytest.mark.parametrize(
    ("parameters", "impossible", "doubt"),
    [
        (FLASH, False, False),
        (FLASH + 1, False, True),
        (8 * FLASH, False, True),
        (8 * FLASH + 1, True, False),
    ],
)
def test_parameters_are_held_against_the_flash(parameters: int, impossible: bool, doubt: bool) -> None:
    fit = judge_fit(M4, Deploy(target="cortex-m4"), IMAGE, parameters)
    assert (bool(fit.impossible), bool(fit.doubt)) == (impossible, doubt)


def test_the_application_s_reserve_is_taken_off() -> None:
    deploy = Deploy(target="cortex-m4", reserve_flash=FLASH - 100, reserve_ram=131_072 - 27_647)
    fit = judge_fit(M4, deploy, IMAGE, 150)
    assert "150 parameters against 100 bytes of flash on cortex-m4" in fit.doubt
    assert "the image alone takes 27,648 bytes, cortex-m4 leaves 27,647 of RAM" in fit.doubt


def test_phones_have_no_such_limits() -> None:
    phone = load_target("android-arm64")
    fit = judge_fit(phone, Deploy(target="android-arm64"), IMAGE, 10**9)
    assert not fit.impossible and not fit.doubt
