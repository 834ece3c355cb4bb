"""The firmware bundle around TensorFlow Lite Micro: the .tflite as an array, the operator list, what it takes."""

from __future__ import annotations

from ..emit import c_text as c
from ..facts import BundleSource
from . import firmware_text as text
from .tflm_ops import INT8_REGISTRATIONS, add_methods


def model_source(source: BundleSource) -> str:
    """<id>_model_data.c: the .tflite as an array, aligned to 16 bytes."""
    name = text.prefix(source)
    data = source.int8_model
    rows = [f"    {', '.join(map(str, data[i : i + 24]))}," for i in range(0, len(data), 24)]
    return "\n".join(
        [
            c.include(f"{name}_model_data.h"),
            "",
            "#if defined(__GNUC__) || defined(__clang__) || defined(__ICCARM__)",
            "#define ALIGNED_16 __attribute__((aligned(16)))",
            "#elif defined(__cplusplus) && __cplusplus >= 201103L",
            "#define ALIGNED_16 alignas(16)",
            "#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L",
            "#define ALIGNED_16 _Alignas(16)",
            "#else",
            '#error "say here how this compiler aligns an array to 16 bytes"',
            "#endif",
            "",
            f"ALIGNED_16 const unsigned char g_{name}_model_data[] = {{",
            *rows,
            "};",
            f"const unsigned int g_{name}_model_data_len = {len(data)};",
            "",
        ]
    )


def resolver_header(source: BundleSource) -> str:
    """<id>_op_resolver.h: exactly the operators of the model; the only file that needs TFLM's headers."""
    name = text.prefix(source)
    methods = add_methods(use.name for use in source.operators)
    kind = f"tflite::MicroMutableOpResolver<{len(methods)}>"
    light = [operator for operator, _ in methods if operator in INT8_REGISTRATIONS]
    lines = [
        "#include <tensorflow/lite/micro/micro_mutable_op_resolver.h>",
        "",
        "// Define this to leave the float and int16 kernels out (tens of KB less code); recent TFLM only.",
        f"#ifdef {name.upper()}_INT8_KERNELS",
        *sorted({f"#include <{INT8_REGISTRATIONS[operator]}>" for operator in light}),
        "#define REGISTRATION(name) tflite::Register_##name##_INT8()",
        "#else",
        "#define REGISTRATION(name)",
        "#endif",
        "",
        f"inline {kind} {name}_get_resolver() {{",
        f"  {kind} resolver;",
        *(
            f"  resolver.{method}({f'REGISTRATION({operator.upper()})' if operator in light else ''});"
            for operator, method in methods
        ),
        "  return resolver;",
        "}",
        "",
        "#undef REGISTRATION",
    ]
    return text.header(source, "op_resolver", lines)


def tflm_memory(source: BundleSource) -> str:
    """README: flash and RAM with TensorFlow Lite Micro."""
    name, macro = text.prefix(source), text.prefix(source).upper()
    memory = (
        f"Flash: {len(source.int8_model)} bytes for the model, 40 to 90 KB for TensorFlow Lite Micro (the\n"
        f"low end with int8 kernels only: define `{macro}_INT8_KERNELS` before `{name}_op_resolver.h`)."
    )
    if source.arena is None:
        return memory
    return memory + (
        f"\n\nRAM: an arena of `{macro}_ARENA_BYTES` = {source.arena.arena_bytes} bytes, of which "
        f"{source.arena.margin_bytes} are margin: {source.arena.how}.\nAfter AllocateTensors(), "
        "`arena_used_bytes()` says what your version of TFLM really took; define a smaller value then."
    )
