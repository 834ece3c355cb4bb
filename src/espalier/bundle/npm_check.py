"""Check the browser bundle with the tools that its consumers use: Node, npm, TypeScript, LiteRT.js, Chromium."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from ..facts import BundleSource, Check
from ..scratch import Scratch
from .browser import ask_page, find_browser
from .optional_tools import excused, run_tool, words

SECONDS: Final = 120.0
LITERT: Final = "@litertjs/core@^2.5.0"
OLDEST_NODE: Final = 18
SLOW: Final = "takes seconds; part of the thorough checks"
_SHIM: Final = Path(__file__).parent / "web" / "litert.node.js"


class _Work(msgspec.Struct, frozen=True, kw_only=True):
    """`folder`: the bundle; `app`: a copy of it with LiteRT.js beside, or `why` there is none."""

    folder: Path
    source: BundleSource
    app: Path | None = None
    why: str = ""


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """Run every check on the browser bundle in `folder`; `thorough` adds npm, TypeScript and the model itself in LiteRT.js,
    which npm fetches into a scratch folder."""
    rows = [_files(folder, source), _device(folder, source)]
    if not thorough:
        rows += [_not_run(name, tool, SLOW) for name, tool, _ in _SLOW]
    else:
        with Scratch() as scratch:
            work = _with_runtime(folder, source, scratch)
            rows += [run(work) for _, _, run in _SLOW]
    rows += [
        _not_run("golden vectors on WebGPU and WebNN", "LiteRT.js", "they round in their own way; needs a GPU or an NPU"),
        _not_run("golden vectors in Firefox and Safari", "LiteRT.js", "runs the same WebAssembly; not tried"),
    ]
    return tuple(rows)


def _files(folder: Path, source: BundleSource) -> Check:
    """What package.json names is there, and is what was built."""
    package = json.loads((folder / "package.json").read_text("utf-8"))
    named = [path for entry in package["exports"].values() for path in ([entry] if isinstance(entry, str) else entry.values())]
    problems = [f"no {path}" for path in named if path != "./package.json" and not (folder / path).is_file()]
    patterns = [pattern for pattern in package["files"] if pattern != "manifest.json"]
    problems += [f"nothing is {pattern}" for pattern in patterns if not any(folder.glob(pattern))]
    if (folder / "model.tflite").read_bytes() != source.uint8_model:
        problems.append("another model")
    if tuple(json.loads((folder / "labels.json").read_text("utf-8"))) != source.labels:
        problems.append("other labels")
    return _row("package.json names what is there", "espalier", "", problems)


def _device(folder: Path, source: BundleSource) -> Check:
    name = f"JavaScript preprocessing and decision equal the build's, {len(source.contract_cases)} cases"
    version = _version("node")
    if not version:
        return _absent(name, "node")
    if int(version.split(".")[0]) < OLDEST_NODE:
        return _not_run(name, "node", f"node does not work here: it is {version}, and {OLDEST_NODE} or later is needed")
    done = run_tool(["node", "selftest.node.js"], seconds=SECONDS, cwd=folder)
    passed = done.returncode == 0 and done.stdout.startswith(f"passed: {len(source.contract_cases)} ".encode())
    return excused(_row(name, "node", version, [] if passed else [words(done)]), _node_works)


def _node_works() -> str:
    done = run_tool(["node", "--input-type=module", "--eval", "console.log(6n * 7n)"], seconds=SECONDS)
    return "" if done.stdout.strip() == b"42n" or done.stdout.strip() == b"42" else words(done)


def _with_runtime(folder: Path, source: BundleSource, scratch: Path) -> _Work:
    """A copy of the package in which npm has put LiteRT.js."""
    if shutil.which("npm") is None:
        return _Work(folder=folder, source=source, why="npm is not installed")
    app = scratch / "app"
    shutil.copytree(folder, app)
    wanted = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", LITERT]
    done = run_tool(wanted, seconds=SECONDS, cwd=app)
    if done.returncode != 0 or not (app / "node_modules/@litertjs/core/package.json").is_file():
        return _Work(folder=folder, source=source, why=f"npm cannot fetch {LITERT}: {words(done)}"[:300])
    return _Work(folder=folder, source=source, app=app)


def _litert_version(app: Path) -> str:
    return str(json.loads((app / "node_modules/@litertjs/core/package.json").read_text("utf-8"))["version"])


def _packed(work: _Work) -> Check:
    """npm packs every file that the package needs, and nothing that is not in the bundle."""
    name = "npm packs the whole package"
    version = _version("npm")
    if not version:
        return _absent(name, "npm")
    done = run_tool(["npm", "pack", "--dry-run", "--json", "--ignore-scripts"], seconds=SECONDS, cwd=work.folder)
    try:
        told = json.loads(done.stdout)
        packed = told[0] if isinstance(told, list) else next(iter(told.values()))
        paths = {row["path"] for row in packed["files"]}
    except (ValueError, KeyError, IndexError, TypeError, StopIteration):
        return excused(_row(name, "npm", version, [words(done)]), _npm_works)
    there = {path.relative_to(work.folder).as_posix() for path in work.folder.rglob("*") if path.is_file()}
    return _row(name, "npm", version, [f"{path} is left out" for path in sorted(there - paths)])


def _npm_works() -> str:
    with Scratch() as scratch:
        (scratch / "package.json").write_text('{"name": "probe", "version": "1.0.0"}')
        done = run_tool(["npm", "pack", "--dry-run", "--json", "--ignore-scripts"], seconds=SECONDS, cwd=scratch)
    return "" if done.returncode == 0 and b"package.json" in done.stdout else words(done)


def _types(work: _Work) -> Check:
    """The declarations fit each other, in TypeScript's strictest mode."""
    name = "TypeScript declarations"
    version = _version("tsc")
    if not version:
        return _absent(name, "tsc")
    command = ["tsc", "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom"]
    done = run_tool([*command, "index.d.ts", "litert.d.ts", "facts.d.ts"], seconds=SECONDS, cwd=work.folder)
    return excused(_row(name, "tsc", version, [words(done)] if done.returncode else []), _tsc_works)


def _tsc_works() -> str:
    with Scratch() as scratch:
        (scratch / "probe.ts").write_text("export const number: number = 1;\n")
        done = run_tool(["tsc", "--noEmit", "--strict", "probe.ts"], seconds=SECONDS, cwd=scratch)
    return words(done) if done.returncode else ""


def _in_node(work: _Work) -> Check:
    name = f"golden vectors equal in LiteRT.js under Node, {len(work.source.golden)} vectors"
    if work.app is None:
        return _not_run(name, "LiteRT.js", work.why)
    shutil.copy(_SHIM, work.app / "litert.node.js")
    done = run_tool(["node", "litert.node.js"], seconds=SECONDS, cwd=work.app)
    if not done.stdout.startswith((b"passed: ", b"failed: ")):
        return _not_run(name, "LiteRT.js", f"it does not start under Node, which it is not made for: {words(done)}")
    problems = [] if done.returncode == 0 else done.stderr.decode(errors="replace").splitlines()
    return _row(name, "LiteRT.js", _litert_version(work.app), problems)


def _in_browser(work: _Work) -> Check:
    name = f"everything that was recorded, in headless Chromium, {len(work.source.golden)} vectors"
    if work.app is None:
        return _not_run(name, "Chromium", work.why)
    if find_browser() is None:
        return _not_run(name, "Chromium", "not installed")
    told = ask_page(work.app, "selftest.html", "return until(() => frame.contentWindow.RESULT);", seconds=SECONDS)
    failures = list(map(str, told.get("failures", [told.get("problem", "it answers something else")])))
    if not failures and told.get("vectors") != len(work.source.golden):
        failures = [f"it replayed {told.get('vectors')} vectors"]
    return excused(_row(name, "Chromium", _version(find_browser() or ""), failures), _chromium_works)


def _chromium_works() -> str:
    """Whether it runs a page that needs what LiteRT.js needs."""
    with Scratch() as scratch:
        (scratch / "probe.html").write_text("<!doctype html>")
        told = ask_page(scratch, "probe.html", "return {kind: typeof WebAssembly.compileStreaming};", seconds=SECONDS)
    return "" if told == {"kind": "function"} else str(told.get("problem", "it runs no WebAssembly"))


_SLOW: Final[tuple[tuple[str, str, Callable[[_Work], Check]], ...]] = (
    ("npm packs the whole package", "npm", _packed),
    ("TypeScript declarations", "tsc", _types),
    ("golden vectors equal in LiteRT.js under Node", "LiteRT.js", _in_node),
    ("everything that was recorded, in headless Chromium", "Chromium", _in_browser),
)


def _version(tool: str) -> str:
    """The first version number that a tool prints; "" where it is not there or prints none."""
    if not tool or shutil.which(tool) is None:
        return ""
    found = re.search(rb"\d+(\.\d+)+", run_tool([tool, "--version"], seconds=SECONDS).stdout)
    return found.group().decode() if found else ""


def _absent(name: str, tool: str) -> Check:
    there = shutil.which(tool) is not None
    return _not_run(name, tool, f"{tool} does not work here: it does not say its version" if there else "not installed")


def _row(name: str, tool: str, version: str, problems: list[str]) -> Check:
    return Check(
        name=name, tool=tool, version=version, result="failed" if problems else "passed", why="; ".join(problems)[:600]
    )


def _not_run(name: str, tool: str, why: str) -> Check:
    return Check(name=name, tool=tool, result="not run", why=why)
