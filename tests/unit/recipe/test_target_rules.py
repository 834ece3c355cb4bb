"""A target file is data: nothing in it runs, its name is a name, its numbers are numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from espalier.errors import TargetError
from espalier.target import load_target, load_targets, target_names, targets_folder
from espalier.target_rules import GCC_FLAGS


def changed(tmp_path: Path, shipped: str, old: str, new: str) -> Path:
    text = (targets_folder() / f"{shipped}.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "board.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def refusal(path: Path) -> TargetError:
    with pytest.raises(TargetError) as caught:
        load_target(str(path))
    assert caught.value.exit_code == 2
    return caught.value


@pytest.mark.parametrize(
    "flag",
    [
        "-wrapper",
        "/bin/sh,-c,touch PWNED",
        "-fplugin=./evil.so",
        "-specs=./evil.specs",
        "-B.",
        "@flags",
        "-include/etc/passwd",
        "-o/tmp/x",
        "-Wl,-T,x",
        "-Xassembler",
        "-mcpu=cortex-m4 -wrapper",
        "-mcpu=../x",
        "-mthumb\n-wrapper",
        "-I/etc",
        "-save-temps",
        "-dumpdir",
        "x.c",
        "",
    ],
)
def test_a_compiler_flag_that_runs_or_names_anything_is_refused(tmp_path: Path, flag: str) -> None:
    quoted = '"' + flag.replace("\n", "\\n") + '"'
    problem = refusal(changed(tmp_path, "cortex-m4", '"-mthumb"', quoted))
    assert "gcc-flags" in problem.found
    assert "-mcpu=CPU" in problem.supported and problem.next_step


def test_every_flag_of_the_table_is_allowed_as_it_is_written(tmp_path: Path) -> None:
    written = [
        flag.replace("[no-]", "no-").partition("|")[0].replace("=CPU", "=cortex-m4").replace("=ISA", "=rv32imc_zba")
        .replace("=ABI", "=ilp32").replace("=FPU", "=fpv4-sp-d16")
        for flag in GCC_FLAGS
    ]  # fmt: skip
    path = changed(tmp_path, "cortex-m4", '"-mthumb"', ", ".join(f'"{flag}"' for flag in written))
    target = load_target(str(path))
    assert target.compiler is not None and set(written) <= set(target.compiler.gcc_flags)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../..", "/abs", "model", "a\\u0000b", "a\\nb", "<b>", "Board", "report.json", "a" * 65, "-x"]
)
def test_a_target_name_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    problem = refusal(changed(tmp_path, "raspberry-pi-4", 'name = "raspberry-pi-4"', f'name = "{name}"'))
    assert "`name`" in problem.found and problem.supported and problem.next_step


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e300"])
def test_a_fact_that_is_no_quantity_is_refused(tmp_path: Path, value: str) -> None:
    table = f'[facts.odd]\nvalue = {value}\nsource = "nowhere"\n\n[compiler]\n'
    path = changed(tmp_path, "cortex-m4", "[compiler]\n", table)
    assert "`facts.odd`" in refusal(path).found


@pytest.mark.parametrize(
    ("shipped", "old", "new", "words"),
    [
        ("raspberry-pi-4", 'architecture = "aarch64"', 'architecture = "sparc"', "`architecture` 'sparc'"),
        ("cortex-m4", 'architecture = "thumbv7em"', 'architecture = "thumb; touch x"', "`architecture`"),
        ("raspberry-pi-4", 'python = ["3.11"', 'python = ["3.11; touch PWNED"', "`python`"),
        ("raspberry-pi-3", 'python = ["3.11"]', "", "`python` is missing"),
        ("raspberry-pi-4", 'bundle = "deb"', 'bundle = "firmware"', "a camera with a bundle"),
        ("android-arm64", "min-sdk", "max-sdk", "`facts.min-sdk` is missing"),
        ("cortex-m4", 'zig-cpu = "cortex_m4"', 'zig-cpu = "@x"', "`compiler.zig-cpu`"),
        ("cortex-m4", 'zig-target = "thumb', 'zig-target = "@thumb', "`compiler.zig-target`"),
        ("cortex-m4", 'version = "2.21.0"', 'version = "newest"', "`runtimes.version`"),
        ("cortex-m4", 'title = "Arm', 'title = "\\u202eArm', "`title` holds the control character U+202E"),
    ],
)
def test_each_other_rule_names_its_key(tmp_path: Path, shipped: str, old: str, new: str, words: str) -> None:
    problem = refusal(changed(tmp_path, shipped, old, new))
    assert words in problem.found and problem.supported and problem.next_step


@pytest.mark.parametrize("shipped", target_names())
def test_a_copy_of_every_shipped_target_under_another_name_loads(tmp_path: Path, shipped: str) -> None:
    path = changed(tmp_path, shipped, f'name = "{shipped}"', 'name = "my_board-2"')
    assert load_target(str(path)).name == "my_board-2"


def test_two_files_with_one_name_are_refused_because_their_bundles_would_share_a_folder(tmp_path: Path) -> None:
    path = changed(tmp_path, "cortex-m4", "STM32F446RE", "STM32F4x")
    with pytest.raises(TargetError, match="both named 'cortex-m4'"):
        load_targets(["cortex-m4", str(path)])


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 2000, "x = " + "{a=" * 2000, "a" + ".a" * 5000 + " = 1", "facts" + ".a" * 900 + " = 1"]
)
def test_a_thousand_brackets_are_an_error_about_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "board.toml"
    path.write_text(text)
    assert refusal(path).exit_code == 2


@pytest.mark.parametrize("name", ["a" * 300 + ".toml", "a\0b.toml", "/" + "a/" * 3000 + "b.toml"])
def test_a_path_that_no_file_can_have_is_an_error_about_the_path(name: str) -> None:
    with pytest.raises(TargetError, match="cannot be read"):
        load_target(name)
