"""The Python modules that the camera program is made of, as they are shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .. import contract as sizes
from .. import retouch
from ..errors import BugError
from ..recipe import InputContract

PI: Final = Path(__file__).parent / "pi"

_DEVICE_IMPORTS: Final = (
    ("from .errors import BugError", "from .model import Contract as InputContract"),
    ("from .recipe import InputContract", "from .problem import Problem as BugError"),
)
"""Line of the build's contract.py -> line of the device's; in this order, as imports are sorted."""


def modules(contract: InputContract) -> dict[str, bytes]:
    """File name -> bytes of the folder `device`. A contract that smooths or balances is the build's retouch.py after the
    build's contract.py, which then is called resizing.py."""
    files = {path.name: device_file(path) for path in sorted((PI / "device").glob("*.py"))}
    if contract.retouches:
        whole = (PI / "package" / "contract.txt").read_text("utf-8")
        whole = whole.replace("@SMOOTH@", contract.smooth).replace("@BALANCE@", contract.balance)
        files |= {
            "resizing.py": files["contract.py"],
            "retouch.py": Path(retouch.__file__).read_bytes(),
            "contract.py": whole.encode(),
        }
    return dict(sorted(files.items()))


def device_file(path: Path) -> bytes:
    """A module of the device as it is shipped: the contract is the build's own, with the device's types in its imports."""
    if path.name != "contract.py":
        return path.read_bytes()
    text = Path(sizes.__file__).read_text(encoding="utf-8")
    for ours, theirs in _DEVICE_IMPORTS:
        if ours not in text:
            raise BugError(f"contract.py does not say {ours!r}")
        text = text.replace(ours, theirs)
    return text.encode()
