"""What systemd is told: ready, reloading, stopping, still alive."""

from __future__ import annotations

import os
import socket


def notify(*lines: str) -> None:
    """Send a state to the service manager; nothing where there is none (sd_notify(3))."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.sendto("\n".join(lines).encode(), "\0" + where[1:] if where.startswith("@") else where)
    except OSError:
        return


def watchdog_seconds() -> float | None:
    """How often the manager wants a sign of life; half of what it waits."""
    wanted, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not wanted.isdigit() or (process and process != str(os.getpid())):
        return None
    return int(wanted) / 2e6
