"""Thirty likely mistakes: each answer says what was found, what would be right or why, and what to do; the nearest right word
where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from sound_project import write_project

from espalier import cli

ROOT = Path(__file__).parents[3]

MISTAKES: dict[str, tuple[tuple[str, ...], int, str]] = {
    # what is typed -> (arguments, exit code, a word of the answer)
    "a command with swapped letters": (("biuld", "recipe.toml"), 2, "espalier build"),
    "a command inside a group": (("calibrate", "chek", "recipe.toml"), 2, "espalier calibrate check"),
    "a command of another tool": (("train", "recipe.toml"), 2, "espalier --help"),
    "help of a command that is none": (("help", "biuld"), 2, "espalier build"),
    "no recipe": (("build",), 2, "RECIPE"),
    "one argument too many": (("inspect", "model.keras", "model.keras"), 2, "espalier inspect [OPTIONS] MODEL"),
    "an option with a letter too many": (("build", "recipe.toml", "--fresch"), 2, "--fresh"),
    "an option of another command": (("check", "recipe.toml", "--out", "x"), 2, "espalier help check"),
    "an option without its value": (("build", "recipe.toml", "--out"), 2, "espalier help build"),
    "a word that an option does not have": (("build", "recipe.toml", "--tools", "fats"), 2, "fast"),
    "a number that is none": (("explain", "recipe.toml", "--count", "many"), 2, "espalier help explain"),
    "a colour that is none": (("--color", "sometimes", "targets"), 2, "always"),
    "a recipe's name with a letter too few": (("check", "recipe.tml"), 2, "recipe.toml"),
    "a folder as the recipe": (("check", "."), 2, "next:"),
    "a target with a digit too many": (("targets", "cortex-m44"), 2, "cortex-m4"),
    "a target without its dash": (
        ("compile", "m.tflite", "--target", "esp32c3", "--out", "x"),
        2,
        "esp32-c3",
    ),
    "a phone as a microcontroller": (
        ("compile", "m.tflite", "--target", "android-arm64", "--out", "x"),
        4,
        "microcontroller",
    ),
    "a model's name with swapped letters": (("inspect", "modle.keras"), 3, "model.keras"),
    "a text file as the model": (("inspect", "labels.txt"), 3, ".keras"),
    "a picture as the model": (("estimate", "photo.png"), 3, ".keras"),
    "a .tflite's name with a letter too few": (
        ("compile", "m.tflit", "--target", "cortex-m4", "--out", "x"),
        3,
        "m.tflite",
    ),
    "an interface that has no schema": (("schema", "recpie"), 2, "recipe"),
    "a folder that is no bundle": (("verify", "."), 2, "next:"),
    "a build that is not there": (("explain", "nowhere"), 2, "next:"),
    "a sweep that is not there": (("sweep", "swep.toml"), 2, "next:"),
    "a size of the store in no unit": (("cache", "--prune", "2 QB"), 2, "next:"),
    "a shell without completion": (("completion", "csh"), 2, "bash, zsh, fish"),
}
RECIPES: dict[str, tuple[str, str, int, str]] = {
    # what is in the recipe -> (what stands there, what is written instead, exit code, a word of the answer)
    "a table with swapped letters": ("[model]", "[modle]", 2, "model"),
    "a key with a letter too few": ("[calibration]\nimages", "[calibration]\nimgaes", 2, "images"),
    "a target that is none": ('target = "raspberry-pi-4"', 'target = "raspberry-pi4"', 2, "did you mean raspberry-pi-4?"),
    "British grey": ("[input]\n", '[input]\ncolor = "grey"\n', 2, "gray"),
    "a text that has no end": ('path = "', 'path = "un"closed', 2, "next:"),
    "images elsewhere": ('images = "calibration"', 'images = "calibraton"', 3, "calibration"),
}


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["espalier", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return int(stopped.value.code or 0)


def test_there_are_thirty_of_them() -> None:
    assert len(MISTAKES) + len(RECIPES) >= 30


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_on_the_command_line_is_answered(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("recipe.toml", "model.keras", "labels.txt"):
        (tmp_path / name).write_text("cat\ndog\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (tmp_path / "m.tflite").write_bytes((ROOT / "tests/models/resnet8_int8.tflite").read_bytes())
    monkeypatch.chdir(tmp_path)
    arguments, code, word = MISTAKES[mistake]
    assert ended(monkeypatch, *arguments) == code
    answered(capsys.readouterr(), word)


@pytest.mark.parametrize("mistake", RECIPES)
def test_a_mistake_in_a_recipe_is_answered(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = write_project(tmp_path / "project") / "recipe.toml"
    wanted, written, code, word = RECIPES[mistake]
    text = recipe.read_text()
    assert wanted in text
    recipe.write_text(text.replace(wanted, written, 1))
    assert ended(monkeypatch, "check", str(recipe)) == code
    answered(capsys.readouterr(), word)


def answered(seen: pytest.CaptureResult[str], word: str) -> None:
    """What, why and next, and no word of ours that is for programmers."""
    what, *rest = seen.err.splitlines()
    assert what.startswith("error: ") and len(what) > 15, seen.err
    assert any(line.startswith("  next: ") for line in rest), seen.err
    assert word in seen.err, seen.err
    assert "Traceback" not in seen.err and "Errno" not in seen.err
