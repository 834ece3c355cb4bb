"""The C files of maps and pictures in a firmware bundle: hand-written, with the model's name and numbers in them."""

from __future__ import annotations

from ..emit import c_text as c
from ..facts import BundleSource
from . import firmware_text as text


def painted_parts(source: BundleSource) -> tuple[str, ...]:
    """What the umbrella header includes beside the rest."""
    return ("map",) if source.map else ("picture",) if source.picture else ()


def painted_files(source: BundleSource) -> dict[str, str]:
    """File name -> text."""
    name = text.prefix(source)
    if source.map is not None:
        names = "\n".join([c.include(f"{name}_map.h"), "", c.strings(f"{name}_map_names", source.map.names), ""])
        return {
            f"{name}_map.h": _numbered(source, "map", {**_sides(source), **_classes(source)}),
            f"{name}_map.c": text.template(source, "xmodel_map.c"),
            f"{name}_map_names.c": names,
        }
    if source.picture is None:
        return {}
    rows = [source.picture.table[i : i + 16] for i in range(0, 256, 16)]
    table = ",\n".join("    " + ", ".join(map(str, row)) for row in rows)
    return {
        f"{name}_picture.h": _numbered(source, "picture", _sides(source)),
        f"{name}_picture.c": text.template(source, "xmodel_picture.c").replace("@TABLE@", table),
    }


def _sides(source: BundleSource) -> dict[str, int]:
    painted = source.map or source.picture
    assert painted is not None
    return {"ROWS": painted.rows, "COLUMNS": painted.columns, "CHANNELS": painted.channels}


def _classes(source: BundleSource) -> dict[str, int]:
    assert source.map is not None
    return {
        "CLASSES": len(source.map.names),
        "LEAST": source.map.least,
        "ALERT": source.map.alert,
        "ALERT_PIXELS": source.map.alert_pixels,
    }


def _numbered(source: BundleSource, part: str, numbers: dict[str, int]) -> str:
    macro = f"{text.prefix(source).upper()}_{part.upper()}"
    lines = [c.define(f"{macro}_{key}", c.Name(c.literal_in_sum(value))) for key, value in numbers.items()]
    return text.template(source, f"xmodel_{part}.h").replace("@NUMBERS@", "\n".join(lines))


def use_lines(source: BundleSource) -> str:
    """How a program reads the answer, for the README; "" where nothing is painted."""
    name, macro = text.prefix(source), text.prefix(source).upper()
    if source.map is not None:
        return (
            f"{name}_map_areas areas;\n"
            f"{name}_map_paint(output, (uint8_t *)output); /* in place */\n"
            f"{name}_map_measure((const uint8_t *)output, &areas);\n"
            f"if (areas.alert) act(areas.pixels, {macro}_MAP_CLASSES);\n"
        )
    if source.picture is not None:
        return f"{name}_picture_paint(output, (uint8_t *)output); /* in place: rows of bytes */\n"
    return ""


def memory_words(source: BundleSource) -> str:
    """What lies beside the arena; "" where nothing is painted."""
    if not source.paints:
        return ""
    height, width, channels = source.contract.shape
    return (
        f"\nBeside it the caller holds the output, {source.values:,} bytes, in which the answer is painted, and the prepared "
        f"input, {height * width * channels:,} bytes."
    )


def answer_words(source: BundleSource) -> str:
    """What that is, in a sentence; "" where nothing is painted."""
    if source.map is not None:
        painted = source.map
        text_ = (
            f"`map_paint` gives a class for each pixel of {painted.rows} x {painted.columns} ({', '.join(painted.names[:12])}), "
            "`map_measure` the pixels of each, `map_at` the class at a pixel of a picture of any size"
        )
        if painted.alert >= 0:
            text_ += f"; an alert is {painted.alert_pixels} pixels of {painted.names[painted.alert]} or more"
        return text_
    if source.picture is not None:
        sides = f"{source.picture.rows} x {source.picture.columns} x {source.picture.channels}"
        return f"`picture_paint` gives the picture, {sides} bytes, through a table of 256 bytes"
    return ""
