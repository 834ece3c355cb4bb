"""Where things are in the phone bundle and in its library: Maven coordinates, Java package, assets."""

from __future__ import annotations

from typing import Final

from ..facts import BundleSource
from .java.specialise import package_part

GROUP: Final = "dev.espalier.models"
"""Maven group of every library; the artifact is the recipe's name."""


def maven_base(source: BundleSource) -> str:
    """The library's folder in the bundle, above its versions."""
    return f"maven/{GROUP.replace('.', '/')}/{source.recipe.name}"


def java_package(source: BundleSource) -> str:
    """The Java package, the library's namespace: one per model, so that two models in one app do not meet."""
    return f"{GROUP}.{package_part(source.identifier)}"


def asset_path(source: BundleSource) -> str:
    """The model below assets/: all libraries of an app share that folder, hence the model's name in it."""
    return f"models/{source.identifier}.tflite"


def labels_path(source: BundleSource) -> str:
    """The label file below assets/."""
    return f"models/{source.identifier}_labels.txt"


def library_path(source: BundleSource, ending: str) -> str:
    """A file of this version in the repository: `.aar`, `.pom`, `-sources.jar` or `-selftest.jar`."""
    return (
        f"{maven_base(source)}/{source.recipe.version}/{source.recipe.name}-{source.recipe.version}{ending}"
    )
