"""The report as JUnit XML: gates, checks and stages as test cases, so that any CI shows them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ..rows import Report
from .gates import amount, describe, not_shown


def junit(report: Report) -> bytes:
    """JUnit XML (UTF-8): one suite of gates, one of checks, one of stages with their seconds. A check that did not run is a
    skipped case; what was built is in the properties, and each gate's figure and limit in its own."""
    seconds = sum(stage.seconds for stage in report.stages)
    root = ET.Element("testsuites", name=f"espalier {report.name} {report.version}", time=f"{seconds:.3f}")
    gates = _suite(root, "gates", len(report.gates), sum(not gate.passed for gate in report.gates))
    _properties(gates, _about(report))
    for gate in report.gates:
        case = ET.SubElement(gates, "testcase", classname="gates", name=gate.name, time="0")
        value = "no figure" if gate.value is None else amount(gate.value, gate.unit)
        _properties(case, {"value": value, "limit": amount(gate.limit, gate.unit), "unit": gate.unit})
        if not gate.passed:
            text = describe(gate)
            ET.SubElement(case, "failure", message=text).text = "\n".join((text, *gate.layers))
        elif not gate.shown:
            ET.SubElement(case, "system-out").text = "; ".join(not_shown([gate]))
    failed = sum(check.result == "failed" for check in report.checks)
    checks = _suite(root, "checks", len(report.checks), failed)
    checks.set("skipped", str(sum(check.result == "not run" for check in report.checks)))
    for check in report.checks:
        case = ET.SubElement(
            checks, "testcase", classname="checks", name=f"{check.name} ({check.tool} {check.version})", time="0"
        )
        if check.result == "failed":
            ET.SubElement(case, "failure", message=check.why or "failed").text = check.why
        elif check.result == "not run":
            ET.SubElement(case, "skipped", message=check.why or "not run")
    stages = _suite(root, "stages", len(report.stages), 0)
    stages.set("time", f"{seconds:.3f}")
    for stage in report.stages:
        case = ET.SubElement(stages, "testcase", classname="stages", name=stage.name, time=f"{stage.seconds:.3f}")
        _properties(case, {"reused": "yes" if stage.reused else "no"})
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _suite(root: ET.Element, name: str, tests: int, failures: int) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=name, tests=str(tests), failures=str(failures))


def _properties(of: ET.Element, values: dict[str, str]) -> None:
    group = ET.SubElement(of, "properties")
    for name, value in values.items():
        ET.SubElement(group, "property", name=name, value=value)


def _about(report: Report) -> dict[str, str]:
    return {
        "status": report.status,
        "model.sha256": report.model.source_sha256,
        "model.macs": str(report.model.macs),
        "model.parameters": str(report.model.parameters),
        "quantize.scheme": report.quantize.scheme,
        **{f"bundle.{row.target}.bytes": str(row.bytes) for row in report.bundles},
        **{f"arena.{target}.bytes": str(count) for target, count in sorted(report.memory.arena_bytes.items())},
    }
