"""The report as JUnit XML: gates and checks as test cases, so that any CI shows them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ..rows import Report
from .gates import describe, not_shown


def junit(report: Report) -> bytes:
    """JUnit XML (UTF-8): one suite of gates, one of checks. A check that did not run is a skipped case."""
    root = ET.Element("testsuites", name=f"espalier {report.name} {report.version}")
    gates = ET.SubElement(
        root,
        "testsuite",
        name="gates",
        tests=str(len(report.gates)),
        failures=str(sum(not gate.passed for gate in report.gates)),
    )
    for gate in report.gates:
        case = ET.SubElement(gates, "testcase", classname="gates", name=gate.name)
        if not gate.passed:
            text = describe(gate)
            ET.SubElement(case, "failure", message=text).text = "\n".join((text, *gate.layers))
        elif not gate.shown:
            ET.SubElement(case, "system-out").text = "; ".join(not_shown([gate]))
    checks = ET.SubElement(
        root,
        "testsuite",
        name="checks",
        tests=str(len(report.checks)),
        failures=str(sum(check.result == "failed" for check in report.checks)),
        skipped=str(sum(check.result == "not run" for check in report.checks)),
    )
    for check in report.checks:
        case = ET.SubElement(
            checks, "testcase", classname="checks", name=f"{check.name} ({check.tool} {check.version})"
        )
        if check.result == "failed":
            ET.SubElement(case, "failure", message=check.why or "failed").text = check.why
        elif check.result == "not run":
            ET.SubElement(case, "skipped", message=check.why or "not run")
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"
