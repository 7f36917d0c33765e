"""A key whose press is not acknowledged holds up no test, and is pressed again where nothing came of it."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from playwright.sync_api import Locator

from tests.browser import people as persons
from tests.browser.people import press_key_until

#: The first key waits for the server, and its press is acknowledged no sooner; keys before the %d-th do nothing.
PAGE = """<button>Go on</button><script>
  let keys = 0;
  addEventListener("keydown", event => {
    keys += 1;
    if (keys < %d) event.preventDefault();
    if (keys > 1) return;
    const request = new XMLHttpRequest();
    request.open("GET", "wait", false);
    request.send();
  });
  document.querySelector("button").onclick = event => event.target.outerHTML = `<p>${keys}</p>`;
</script>"""


@pytest.fixture
def given_up() -> Event:
    return Event()


@pytest.fixture
def site(given_up) -> Iterator[str]:
    """Answers `wait` once the press is given up."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/wait":
                given_up.wait()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.path.strip("/").isdigit():
                self.wfile.write((PAGE % int(self.path.strip("/"))).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        given_up.set()
        server.shutdown()


@pytest.mark.parametrize("heeded", [1, 2])
def test_a_press_that_is_not_acknowledged_is_given_up(people, site, given_up, monkeypatch, heeded):
    press = Locator.press

    def noted(*arguments, **options):
        try:
            press(*arguments, **options)
        finally:
            given_up.set()

    monkeypatch.setattr(Locator, "press", noted)
    monkeypatch.setattr(persons, "LOST", 500)
    with people() as zane:
        zane.page.goto(f"{site}/{heeded}")
        button = zane.page.get_by_role("button", name="Go on")
        button.focus()
        press_key_until(button, "Enter", zane.page.locator("p"))
        assert zane.page.locator("p").inner_text() == str(heeded)
