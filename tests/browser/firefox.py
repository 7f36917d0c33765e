"""Debian's Firefox, driven by Marionette, which is built into it: no other program and no package is needed.

Playwright drives only a Firefox of its own, which no registry has. Each message is a length, a colon and a JSON array:
`[0, id, command, parameters]` to the browser, `[1, id, error, result]` back. The commands are those of WebDriver.

Source: Firefox Source Docs, Marionette protocol; W3C WebDriver.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

SECONDS = 30
ENTER, SPACE = "\ue007", "\ue00d"
PREFERENCES = {
    "marionette.port": 0,
    # No cookie of another site, not even one that is kept apart for each site around it.
    "network.cookie.cookieBehavior": 1,
    "intl.accept_languages": "en-GB, en",
    # What it does at a first start, over a network that is not there.
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
#: What a page that is just being left, or a frame that is being filled, answers: the next attempt finds the new one.
PASSING = (
    "no such element",
    "no such frame",
    "no such window",
    "stale element reference",
    "detached shadow root",
)
DROP_FILE = """
const [zone, name, bytes] = arguments;
const transfer = new DataTransfer();
transfer.items.add(new File([new Uint8Array(bytes)], name));
for (const kind of ["dragenter", "dragover", "drop"]) {
  zone.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: transfer}));
}
"""


class FirefoxError(Exception):
    """What Firefox refused. `code` is one of WebDriver's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Firefox:
    """A person at Firefox. Elements are named by XPath; each is waited for, in the tool's frame while `in_frame`."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")
        self._number = 0
        self.in_frame = False
        self._read()  # it greets first
        self._ask("WebDriver:NewSession", capabilities={"alwaysMatch": {}})

    def open(self, url: str) -> None:
        self.in_frame = False
        self._ask("WebDriver:Navigate", url=url)

    def wait_for(self, path: str) -> None:
        self._until_done(lambda: self._find(path))

    def click(self, path: str) -> None:
        self._until_done(lambda: self._ask("WebDriver:ElementClick", id=self._find(path)))

    def press(self, path: str, key: str = ENTER) -> None:
        """Presses the key at the element. A click into a frame of another site is now and then lost."""
        self._until_done(lambda: self._ask("WebDriver:ElementSendKeys", id=self._find(path), text=key))

    def type(self, path: str, text: str) -> None:
        """Types the text in place of what is there."""

        def type_anew() -> None:
            element = self._find(path)
            self._ask("WebDriver:ElementClear", id=element)
            self._ask("WebDriver:ElementSendKeys", id=element, text=text)

        self._until_done(type_anew)

    def text(self, path: str) -> str:
        return str(
            self._until_done(lambda: self._ask("WebDriver:GetElementText", id=self._find(path)))["value"]
        )

    def drop_file(self, path: str, name: str, content: bytes) -> None:
        """Drops a file on the element, as from a file manager."""
        zone = {"element-6066-11e4-a52e-4f735466cecf": self._find(path)}
        self._ask("WebDriver:ExecuteScript", script=DROP_FILE, args=[zone, name, list(content)])

    @property
    def address(self) -> str:
        """The address of the page, not of the frame in it."""
        self._ask("WebDriver:SwitchToFrame", element=None)
        return str(self._ask("WebDriver:GetCurrentURL")["value"])

    def _find(self, path: str) -> str:
        self._ask("WebDriver:SwitchToFrame", element=None)
        if self.in_frame:
            self._ask("WebDriver:SwitchToFrame", element=self._element("//iframe[@id='tool']"))
        return self._element(path)

    def _element(self, path: str) -> str:
        found = self._ask("WebDriver:FindElement", using="xpath", value=path)["value"]
        (element,) = found.values()
        return str(element)

    def _until_done(self, act: Callable[[], T]) -> T:
        """What it gives once the page has what it needs. Raises FirefoxError where it has not in time."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return act()
            except FirefoxError as error:
                is_passing = error.code in (*PASSING, "element not interactable", "element click intercepted")
                if not is_passing:
                    raise
                if time.monotonic() > deadline:
                    raise FirefoxError(error.code, f"{error} at {self.address}") from error
            time.sleep(0.1)

    def _ask(self, command: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._stream.write(b"%d:%b" % (len(message), message))
        self._stream.flush()
        _kind, _number, error, result = self._read()
        if error:
            raise FirefoxError(error["error"], error["message"])
        answer: dict[str, Any] = result
        return answer

    def _read(self) -> Any:
        length = b""
        while (digit := self._stream.read(1)) != b":":
            assert digit, "Firefox has ended"
            length += digit
        return json.loads(self._stream.read(int(length)))


@contextmanager
def running_firefox(program: Path, profile: Path) -> Iterator[Firefox]:
    """A Firefox with a new profile, until the block ends."""
    profile.mkdir()
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    arguments = [str(program), "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with socket.create_connection(("127.0.0.1", _port(profile)), timeout=SECONDS * 2) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()


def _port(profile: Path) -> int:
    """The port that Firefox has taken and written into its profile."""
    file, deadline = profile / "MarionetteActivePort", time.monotonic() + SECONDS
    while not (text := file.read_text() if file.exists() else ""):
        assert time.monotonic() < deadline, "Firefox did not begin"
        time.sleep(0.05)
    return int(text)
