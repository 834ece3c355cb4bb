"""Where answers go: a broker (MQTT), a web hook, a command. None makes a request wait, none fails with its receiver."""

from __future__ import annotations

import contextlib
import importlib
import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from ..actions import Action
from ..model import Decision
from ..problem import MISSING, Problem, say
from .metrics import Metrics

HELD = 1_000
"""Answers that wait for a receiver that is away; then the oldest (web hook) or the newest (MQTT) is dropped, and counted."""
LONGEST_PAUSE = 30.0
CLOSING = 5.0


class Mqtt:
    """`<topic>/result` with QoS 1, `<topic>/state` online or offline (last will), `<topic>/drift`; Home Assistant's discovery."""

    def __init__(self, url: str, password: str, name: str, metrics: Metrics) -> None:
        given = _checked(url, ("mqtt", "mqtts"), "--mqtt", "mqtt://HOST:1883/site/line/station")
        self.topic, self._metrics = given.path.strip("/"), metrics
        if not self.topic or set(self.topic) & set("+#"):
            raise Problem("--mqtt: name the topic too, such as mqtt://HOST:1883/site/line/station")
        try:
            mqtt = importlib.import_module("paho.mqtt.client")
        except ImportError:
            raise Problem("paho-mqtt is missing; next: sudo apt install python3-paho-mqtt", MISSING) from None
        identity = f"{name}-{self.topic.replace('/', '-')}"
        # paho 2 wants to be told which callbacks are meant, paho 1 (Debian 12) does not know the word.
        kinds = getattr(mqtt, "CallbackAPIVersion", None)
        self._client = mqtt.Client(kinds.VERSION2, identity) if kinds else mqtt.Client(identity)
        self._client.on_connect = self._connected
        self._client.max_queued_messages_set(HELD)
        self._client.reconnect_delay_set(1, int(LONGEST_PAUSE))
        self._client.will_set(f"{self.topic}/state", "offline", qos=1, retain=True)
        if given.username:
            self._client.username_pw_set(unquote(given.username), password or unquote(given.password or "") or None)
        if given.scheme == "mqtts":
            self._client.tls_set()
        self._discovery = _discovery(name, identity, self.topic)
        self._client.connect_async(given.hostname, given.port or (8883 if given.scheme == "mqtts" else 1883))
        self._client.loop_start()

    def _connected(self, client: Any, userdata: Any, flags: Any, code: Any, *more: Any) -> None:
        if getattr(code, "is_failure", code != 0):
            say(f"the broker refuses: {code}")
            return
        client.publish(f"homeassistant/sensor/{self._discovery['unique_id']}/config", json.dumps(self._discovery), 1, True)
        client.publish(f"{self.topic}/state", "online", 1, True)

    def put(self, row: dict[str, Any]) -> None:
        """Publish; while the broker is away the library holds HELD of them."""
        done = self._client.publish(f"{self.topic}/result", json.dumps(row), qos=1)
        # 4 is "not connected": held until it is.
        result = "sent" if done.rc == 0 else "held" if done.rc == 4 else "dropped"
        self._metrics.add("outlet_messages_total", outlet="mqtt", result=result)

    def state(self, text: str, detail: dict[str, Any]) -> None:
        """An alarm, or its end."""
        self._client.publish(f"{self.topic}/drift", json.dumps({"state": text, **detail}), 1, True)

    def close(self) -> None:
        """Say goodbye, after what is left."""
        last = self._client.publish(f"{self.topic}/state", "offline", 1, True)
        # Raises where the broker never was there.
        with contextlib.suppress(ValueError, RuntimeError):
            last.wait_for_publish(CLOSING)
        self._client.disconnect()
        self._client.loop_stop()


def _discovery(name: str, identity: str, topic: str) -> dict[str, Any]:
    shown = "{{ value_json.label if value_json.label is defined else value_json.decision }}"
    return {
        "name": name,
        "unique_id": identity,
        "state_topic": f"{topic}/result",
        "value_template": shown,
        "json_attributes_topic": f"{topic}/result",
        "availability_topic": f"{topic}/state",
        "device": {"identifiers": [identity], "name": name, "manufacturer": "Espalier"},
    }


class WebHook:
    """POST of every answer as JSON, one after the other, again and again until the receiver has it."""

    def __init__(self, url: str, metrics: Metrics) -> None:
        self._url = _checked(url, ("http", "https"), "--webhook", "https://HOST/path").geturl()
        self._metrics = metrics
        self._waiting: queue.Queue[bytes | None] = queue.Queue(HELD)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def put(self, row: dict[str, Any]) -> None:
        """Queue it."""
        self._put(json.dumps(row).encode())

    def _put(self, data: bytes | None) -> None:
        while True:
            try:
                self._waiting.put_nowait(data)
                return
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self._waiting.get_nowait()
                    self._metrics.add("outlet_messages_total", outlet="webhook", result="dropped")

    def state(self, text: str, detail: dict[str, Any]) -> None:
        """An alarm, or its end."""
        self.put({"state": text, **detail})

    def close(self) -> None:
        """Hand on what is left, for CLOSING seconds at most."""
        self._put(None)
        self._thread.join(CLOSING)
        self._closing.set()

    def _work(self) -> None:
        while (data := self._waiting.get()) is not None:
            pause = 0.5
            while not self._closing.is_set():
                result = self._post(data)
                if result != "again":
                    self._metrics.add("outlet_messages_total", outlet="webhook", result=result)
                    break
                self._closing.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def _post(self, data: bytes) -> str:
        request = urllib.request.Request(self._url, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10):
                return "sent"
        except urllib.error.HTTPError as problem:
            problem.close()
            return "again" if problem.code >= 500 or problem.code == 429 else "refused"
        except (OSError, ValueError):
            return "again"


class Commands:
    """`--on ANSWER --exec COMMAND ...`: without a shell, never twice at the same time."""

    def __init__(self, actions: Sequence[Action], answers: Sequence[str], metrics: Metrics) -> None:
        self._actions, self._metrics = actions, metrics
        self._lock = threading.Lock()
        for action in actions:
            if action.answer not in answers:
                raise Problem(f"--on {action.answer}: the answers are {', '.join(answers) or 'none'}")
            if any("{image}" in part for part in action.command):
                raise Problem("--exec: a service keeps no image, so {image} has no value; next: leave it out")

    def put(self, row: dict[str, Any]) -> None:
        """Start what the answer asks for."""
        said = answers_in(row)
        with self._lock:
            for action in self._actions:
                if action.answer in said:
                    started = action.start(Decision(action.answer, action.answer, said[action.answer]), "", wait=False)
                    self._metrics.add("outlet_messages_total", outlet="exec", result="sent" if started else "dropped")

    def state(self, text: str, detail: dict[str, Any]) -> None:
        """No command starts on an alarm."""

    def close(self) -> None:
        """Wait for those that run."""
        with self._lock:
            for action in self._actions:
                action.finish()


def answers_in(row: dict[str, Any]) -> dict[str, float]:
    """What `--on` may be told of in an answer, with its confidence."""
    if "heads" in row:
        return {f"{name}={one}": share for name, head in row["heads"].items() for one, share in answers_in(head).items()}
    if "boxes" in row:
        best: dict[str, float] = {}
        for box in row["boxes"]:
            best[box["label"]] = max(best.get(box["label"], 0.0), float(box["confidence"]))
        return best
    if "labels" in row:
        return dict(row["labels"]) or {"none": 1.0}
    share = float(row.get("confidence", row.get("share", 1.0)))
    label = str(row.get("label", ""))
    if row["decision"] == "review":
        return {"review": share, **({label: share} if label in ("alert", "unknown") else {})}
    return {label: share} if label else {}


def secret(path: Path | None) -> str:
    """The one line of a file that holds a password or a token; "" for none."""
    if path is None:
        return ""
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, ValueError) as problem:
        raise Problem(f"{path} cannot be read ({problem})") from None
    if len(text) < 8 or not text.isascii() or any(letter.isspace() for letter in text):
        raise Problem(f"{path} must hold one word of at least 8 ASCII characters")
    return text


def _checked(url: str, schemes: Sequence[str], option: str, example: str) -> SplitResult:
    try:
        given = urlsplit(url)
        right = given.scheme in schemes and bool(given.hostname) and given.port != 0
    except ValueError:
        right = False
    if not right:
        raise Problem(f"{option} {url[:80]}: not understood; give {example}")
    return given
