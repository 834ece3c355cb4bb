"""The runtimes that the camera program is installed with, pinned for each architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class PinnedRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """A runtime that was run on this architecture (benchmarks/arm_parity.py): the Debian architecture, the
    oldest and the newest Python with a wheel, and the exact distributions. numpy comes from Debian."""

    architecture: str
    python: tuple[str, str]
    runtime: str
    platform: str
    requirements: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of its requirements file."""
        return f"requirements-{self.architecture}.txt"


_LITERT: Final = (
    "ai-edge-litert==2.1.6",
    "backports.strenum==1.2.8",
    "flatbuffers==25.12.19",
    "protobuf==7.36.2",
    "tqdm==4.70.1",
    "typing-extensions==4.16.0",
)
RUNTIMES: Final[Mapping[str, PinnedRuntime]] = {
    row.architecture: row
    for row in (
        PinnedRuntime(
            architecture="arm64",
            python=("3.10", "3.14"),
            runtime="ai-edge-litert 2.1.6",
            platform="--platform manylinux_2_27_aarch64 --platform manylinux2014_aarch64",
            requirements=_LITERT,
        ),
        PinnedRuntime(
            architecture="armhf",
            python=("3.9", "3.11"),
            runtime="tflite-runtime 2.14.0",
            platform="--platform manylinux_2_34_armv7l",
            requirements=("tflite-runtime==2.14.0", "numpy<2"),
        ),
        PinnedRuntime(
            architecture="amd64",
            python=("3.10", "3.14"),
            runtime="ai-edge-litert 2.1.6",
            platform="--platform manylinux_2_27_x86_64 --platform manylinux2014_x86_64",
            requirements=_LITERT,
        ),
    )
}
"""Wheel tags and dependencies as the package index had them in November 2026. amd64 is for trying the
package."""


def requirements_text(row: PinnedRuntime) -> bytes:
    """The pinned distributions, as pip reads them."""
    head = f"# {row.runtime} for {row.architecture}, Python {row.python[0]} to {row.python[1]}\n"
    return (head + "".join(f"{line}\n" for line in row.requirements)).encode()
