"""The small files that make one source tree a library of each build system: Arduino, PlatformIO, ESP-IDF,
Zephyr, CMake, CMSIS-Pack. Formats: arduino.github.io/arduino-cli/library-specification, PlatformIO
library.json, docs.espressif.com idf_component.yml, Zephyr module.yml, Open-CMSIS-Pack PACK.xsd 1.7."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol
from xml.sax.saxutils import escape, quoteattr

import msgspec

from ..emit.kernel_names import program_prefix
from ..target import Target

TEMPLATE: Final = Path(__file__).parent / "firmware_template"
VENDOR: Final = "Espalier"
AUTHOR: Final = "Espalier model builder"
EMAIL: Final = "models@espalier.invalid"
URL: Final = "https://espalier.invalid/models"
PACK_DATE: Final = "1980-01-01"


class Library(Protocol):
    """What the files of a library say of the model in it."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def target(self) -> Target: ...
    @property
    def sentence(self) -> str:
        """What the library is, in one plain sentence without a full stop."""
        ...

    @property
    def holds(self) -> str:
        """What is in it, as the beginning of a sentence."""
        ...

    @property
    def keywords(self) -> tuple[str, ...]: ...
    @property
    def array_bytes(self) -> int:
        """Bytes of the .tflite that it holds as an array, where it does."""
        ...

    @property
    def sketch(self) -> str:
        """The Arduino example's name; empty where there is none."""
        ...

    @property
    def finds_boxes(self) -> bool:
        """Whether the model in it is a detector."""
        ...

    @property
    def gives_values(self) -> bool:
        """Whether nothing is decided on all its outputs together."""
        ...


def filled(written: str, words: Mapping[str, str]) -> str:
    """A text with its marks replaced."""
    for mark, word in words.items():
        written = written.replace(mark, word)
    return written


def prefix(source: Library) -> str:
    """The C prefix of every name; the same as the compiled program's."""
    return program_prefix(source.name)


def template(source: Library, name: str) -> str:
    """A file of firmware_template/ with the model's name in it, and the lines that its kind of answer has."""
    kind = "BOXES" if source.finds_boxes else "VALUES" if source.gives_values else "OTHERS"
    written = _chosen((TEMPLATE / name).read_text("ascii"), kind)
    return written.replace("xmodel", prefix(source)).replace("XMODEL", prefix(source).upper())


def _chosen(written: str, kind: str) -> str:
    """Without the lines of other kinds: `@BOXES@` begins those of detectors, `@VALUES@` those of outputs as they are, `@OTHERS@`
    those of whichever has none of its own, `@END@` ends."""

    def choose(found: re.Match[str]) -> str:
        words = re.split(r"^@([A-Z]+)@\n", found[0], flags=re.MULTILINE)
        lines = dict(zip(words[1::2], words[2::2], strict=True))
        return lines.get(kind, lines.get("OTHERS", ""))

    return re.sub(r"^@(?:BOXES|VALUES)@\n.*?^@END@\n", choose, written, flags=re.DOTALL | re.MULTILINE)


def library_name(source: Library) -> str:
    """Folder, library, component and CMake target: <prefix>_model."""
    return f"{prefix(source)}_model"


def header(source: Library, part: str, lines: Sequence[str]) -> str:
    """A header file of lines, guarded: <id>_<part>.h."""
    guard = f"{prefix(source).upper()}_{part.upper()}_H"
    return "\n".join([f"#ifndef {guard}", f"#define {guard}", "", *lines, "", "#endif", ""])


def library_properties(source: Library) -> str:
    """Arduino. Names longer than 63 characters are cut, as arduino-lint wants."""
    rows = {
        "name": library_name(source)[:63],
        "version": source.version,
        "author": AUTHOR,
        "maintainer": f"{AUTHOR} <{EMAIL}>",
        "sentence": source.sentence + ".",
        "paragraph": f"{source.holds}, made by Espalier.",
        "category": "Data Processing",
        "url": URL,
        "architectures": "*",
        "includes": f"{library_name(source)}.h",
    }
    return "".join(f"{key}={value}\n" for key, value in rows.items())


def library_json(source: Library) -> str:
    """PlatformIO. No `license`: its packer asks the network about that field."""
    data: dict[str, Any] = {
        "name": library_name(source),
        "version": source.version,
        "description": source.sentence + ".",
        "keywords": list(source.keywords),
        "frameworks": "*",
        "platforms": "*",
        "headers": f"{library_name(source)}.h",
        "build": {"srcDir": "src", "includeDir": "src"},
    }
    if source.sketch:
        row = {"name": source.sketch, "base": f"examples/{source.sketch}", "files": [f"{source.sketch}.ino"]}
        data["examples"] = [row]
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"


def idf_component(source: Library, needs_tflm: bool) -> str:
    """ESP-IDF component manifest."""
    text = (
        f'version: "{source.version}"\n'
        f'description: "{source.sentence}"\n'
        f'url: "{URL}"\n'
        f"tags: [{', '.join(source.keywords)}]\n"
        + ("" if needs_tflm else "examples:\n  - path: examples/esp_idf\n")
        + "dependencies:\n"
        '  idf: ">=5.1"\n'
    )
    return text + ('  espressif/esp-tflite-micro: "^1.3.4"\n' if needs_tflm else "")


def cmake_lists(source: Library, sources: Sequence[str], needs_tflm: bool) -> str:
    """One CMakeLists.txt for ESP-IDF and for plain CMake. `sources` are paths below the library folder."""
    listed = "\n".join(f"  {path}" for path in sources)
    name = library_name(source)
    requires = " REQUIRES esp-tflite-micro" if needs_tflm else ""
    return f"""cmake_minimum_required(VERSION 3.16)

set({name}_sources
{listed}
)

if(ESP_PLATFORM)
  idf_component_register(SRCS ${{{name}_sources}} INCLUDE_DIRS src{requires})
else()
  project({name} VERSION {source.version} LANGUAGES C)
  add_library({name} STATIC ${{{name}_sources}})
  target_include_directories({name} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}}/src)
  target_compile_features({name} PUBLIC c_std_99)
endif()
"""


def zephyr_module(source: Library) -> str:
    """zephyr/module.yml."""
    return f"name: {library_name(source)}\nbuild:\n  cmake: zephyr\n  kconfig: zephyr/Kconfig\n"


def zephyr_cmake(source: Library, sources: Sequence[str], needs_tflm: bool = False) -> str:
    """zephyr/CMakeLists.txt."""
    needs = (
        "  if(NOT CONFIG_TENSORFLOW_LITE_MICRO)\n"
        f'    message(FATAL_ERROR "{library_name(source)} needs the Zephyr module tflite-micro: "\n'
        '      "west config manifest.group-filter -- +optional; west update tflite-micro")\n  endif()\n'
        if needs_tflm
        else ""
    )
    listed = "\n".join(f"    ../{path}" for path in sources)
    return f"""if(CONFIG_{prefix(source).upper()}_MODEL)
{needs}  zephyr_library()
  zephyr_library_sources(
{listed}
  )
  zephyr_include_directories(../src)
endif()
"""


def zephyr_kconfig(source: Library, needs_tflm: bool) -> str:
    """zephyr/Kconfig."""
    # Selected, not depended on: an application that wants the model would silently be built without it.
    selected = ("CPP", "REQUIRES_FULL_LIBCPP", "TENSORFLOW_LITE_MICRO") if needs_tflm else ()
    depends = "".join(f"\tselect {symbol}\n" for symbol in selected)
    return (
        f'config {prefix(source).upper()}_MODEL\n\tbool "{source.sentence}"\n{depends}\thelp\n'
        f"\t  {source.holds}, made by Espalier.\n"
    )


def pack_name(source: Library) -> str:
    """File name of the CMSIS-Pack: Vendor.Name.Version.pack."""
    return f"{VENDOR}.{library_name(source)}.{source.version}.pack"


def pack_description(source: Library, files: Sequence[str], needs_tflm: bool) -> str:
    """The .pdsc. `files` are the C sources and headers below the library folder."""
    name = library_name(source)
    kinds = {".c": "source", ".cc": "source", ".h": "header"}
    rows = "\n".join(
        f'        <file category="{kinds["." + path.rsplit(".", 1)[1]]}" name={quoteattr(path)}/>'
        for path in files
    )
    condition = f"{prefix(source)}_needs"
    needs = (
        f"""  <conditions>
    <condition id="{condition}">
      <description>TensorFlow Lite Micro</description>
      <require Cclass="Machine Learning" Cgroup="TensorFlow" Csub="Kernel"/>
    </condition>
  </conditions>
"""
        if needs_tflm
        else ""
    )
    attribute = f' condition="{condition}"' if needs_tflm else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package schemaVersion="1.7.7" xmlns:xs="http://www.w3.org/2001/XMLSchema-instance" \
xs:noNamespaceSchemaLocation="PACK.xsd">
  <vendor>{VENDOR}</vendor>
  <name>{name}</name>
  <description>{escape(source.sentence)}</description>
  <url>{URL}/</url>
  <license>LICENSE</license>
  <releases>
    <release version="{source.version}" date="{PACK_DATE}">{escape(source.name)}</release>
  </releases>
  <keywords>
    <keyword>{escape(source.keywords[0].replace("-", " "))}</keyword>
  </keywords>
{needs}  <components>
    <component Cclass="Machine Learning" Cgroup="Model" Csub="{name}"
    Cversion="{source.version}"{attribute}>
      <description>{escape(source.sentence)}</description>
      <files>
{rows}
      </files>
    </component>
  </components>
</package>
"""


def license_text(source: Library) -> str:
    """LICENSE: the model is its owner's, our C is Apache-2.0."""
    return (
        f"The model {source.name}, its labels and its golden vectors are under the terms of their\n"
        "owner; this library grants no further rights to them.\n\n"
        "The C sources and build files were made by Espalier and are licensed under the Apache License,\n"
        "Version 2.0 (SPDX-License-Identifier: Apache-2.0): http://www.apache.org/licenses/LICENSE-2.0\n"
    )
