"""What cannot fit a microcontroller, known in a second from the model's configuration: parameters against flash, the
image against RAM. What a build makes of the rest (removed channels, compressed weights, streamed rows) it measures."""

from __future__ import annotations

from dataclasses import dataclass

from ..recipe import Deploy, InputContract
from ..target import Target

LEAST_BITS = 1
"""Bits that a weight takes at least, however well it is compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`impossible`: what no build can make fit; `doubt`: what fits only if much of it goes; both "" where all is well."""

    impossible: str = ""
    doubt: str = ""


def judge_fit(target: Target, deploy: Deploy, contract: InputContract, parameters: int) -> Fit:
    """Hold a model with so many parameters and its input image against what the application leaves of a target."""
    if not target.in_arena:
        return Fit()
    impossible, doubt = [], []
    flash, ram = target.number("flash-bytes"), target.number("ram-bytes")
    if flash is not None:
        left = int(flash) - deploy.reserve_flash
        said = f"{parameters:,} parameters against {left:,} bytes of flash on {target.name}"
        if parameters * LEAST_BITS / 8 > left:
            impossible.append(f"{said}: too many even at {LEAST_BITS} bit each")
        elif parameters > left:
            doubt.append(f"{said}: int8 takes a byte each; {1 - left / parameters:.0%} of them must go")
    if ram is not None:
        left = int(ram) - deploy.reserve_ram
        height, width, channels = contract.shape
        image = height * width * channels
        if image > left:
            doubt.append(
                f"the image alone takes {image:,} bytes, {target.name} leaves {left:,} of RAM: it must lie in other memory"
            )
    return Fit(impossible="; ".join(impossible), doubt="; ".join(doubt))
