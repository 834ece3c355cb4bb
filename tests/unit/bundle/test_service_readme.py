"""Every line that a reader may paste, of the bundle's README and of the page, runs. What needs a device is stood in for: apt
unpacks the package here, systemctl starts the program, install-runtime runs the self-test with the runtime of this Python."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from documents import ROOT
from test_service import NAME, edge_source
from test_service_http import golden_pixels, png

from espalier.bundle import service
from espalier.bundle.archive import read_deb

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

APT = """\
#!/bin/sh
[ "$1" = purge ] && [ "$2" = {name} ] && exit 0
[ "$1" = install ] && [ -f "$2" ]
"""
SYSTEMCTL = """\
#!/bin/sh
for word; do last=$word; done
[ "$last" = {name} ] || exit 1
[ -f pid ] && kill $(cat pid) && sleep 1
OPTIONS="--listen 127.0.0.1:{port}"
[ -f default ] && . ./default
{python} -B {program} serve $OPTIONS >/dev/null 2>>log & echo $! > pid
for n in $(seq 100); do curl -s -o ready http://127.0.0.1:{port}/v2/health/ready && exit 0; sleep 0.1; done
exit 1
"""
COMMAND = """\
#!/bin/sh
[ "$1" = install-runtime ] && exec {python} -B {program} selftest
exec {python} -B {program} "$@"
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    for file in service.contents(edge_source()):
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(file.data)
    return folder


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run_lines(text: str, bundle: Path, folder: Path) -> str:
    """The commands in bash, in a folder with a picture and the bundle; what they said."""
    shutil.copytree(bundle, folder, dirs_exist_ok=True)
    for path, data in read_deb((bundle / f"{NAME}_1.2.3_all.deb").read_bytes()).data.items():
        (folder / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tree" / path).write_bytes(data)
    (folder / "picture.png").write_bytes(png(golden_pixels()))
    ports = {port: str(free_port()) for port in ("8080", "8081", "8443")}
    program = folder / "tree/usr/lib" / NAME / "classify.py"
    words = {"name": NAME, "python": sys.executable, "port": ports["8080"], "program": program}
    tools = folder / "tools"
    tools.mkdir()
    for name, script in (("apt", APT), ("systemctl", SYSTEMCTL), (NAME, COMMAND), ("sudo", '#!/bin/sh\nexec "$@"\n')):
        (tools / name).write_text(script if name == "sudo" else script.format(**words))
        (tools / name).chmod(0o755)
    for port, ours in ports.items():
        text = re.sub(rf"\b{port}\b", ours, text)
    text = text.replace(f"/etc/default/{NAME}", "default")
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "ESPALIER_STATE": str(folder / "state"), "HOME": str(folder)}
    try:
        done = subprocess.run(
            ["bash", "-exc", text], cwd=folder, env=environment, capture_output=True, text=True, timeout=90, check=False
        )
    finally:
        if (folder / "pid").exists():
            subprocess.run(["kill", (folder / "pid").read_text().strip()], check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    assert "Traceback" not in said
    return said


def commands(text: str) -> str:
    return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))


def test_every_line_of_the_readme_runs(bundle: Path, tmp_path: Path) -> None:
    said = run_lines(commands((bundle / "README.md").read_text()), bundle, tmp_path / "here")
    assert '"decision":' in said
    assert '"extensions"' in said  # of the line with the token
    assert "espalier_ready 1" in said
    assert "incoming/picture.png" in said
    assert said.count("selftest passed") == 2


def test_every_line_of_the_page_runs(bundle: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs/howto/service.md").read_text().replace("parts-service_1.0.0", "toy-parts-service_1.2.3")
    page = re.sub(r"(?<!toy-)parts-service", NAME, page).replace("/v2/models/parts", "/v2/models/toy-parts")
    said = run_lines(commands(page), bundle, tmp_path / "here")
    assert '"decision":' in said
    assert "current\t1.2.3" in said


def test_the_files_for_containers_name_the_image_its_probes_and_what_prometheus_reads(bundle: Path) -> None:
    compose = yaml.safe_load((bundle / "cloud/docker-compose.yml").read_text())
    assert compose["services"]["model"]["image"] == f"{NAME}:1.2.3"
    served = yaml.safe_load((bundle / "cloud/kserve.yaml").read_text())
    container = served["spec"]["predictor"]["containers"][0]
    assert container["readinessProbe"]["httpGet"]["path"] == "/v2/health/ready"
    assert container["ports"][0]["containerPort"] == container["readinessProbe"]["httpGet"]["port"]
    rules = yaml.safe_load((bundle / "cloud/alarms.yml").read_text())["groups"][0]["rules"]
    assert {"Drift", "NotReady", "Slow"} <= {rule["alert"] for rule in rules}
    promtool = shutil.which("promtool")
    if promtool is not None:
        done = subprocess.run([promtool, "check", "config", bundle / "cloud/prometheus.yml"], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout


def test_the_readme_says_what_this_model_answers() -> None:
    text = service.readme(edge_source()).decode()
    assert "`label`, `confidence`, `top`" in text
    assert "@" not in re.sub(r"@picture\.png", "", text)
