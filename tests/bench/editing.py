"""The editor's requests over a complete template, as the institution's session makes them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

from flask.testing import FlaskClient

from lti_tool.people import operator_sessions
from lti_tool.templates import versions
from lti_tool.web import create_app
from lti_tool.web.editor.fields import STEPS
from lti_tool.wiring import build_tool
from tests.fixtures import Clock, settings_for, template_data

FORM = "application/x-www-form-urlencoded"


@contextmanager
def requests() -> Iterator[dict[str, Callable[[], bytes]]]:
    """Each request by its name; to publish there is a new draft each time."""
    with tempfile.TemporaryDirectory() as folder:
        tool = build_tool(settings_for(f"sqlite:///{folder}/nozimite.sqlite", Path(folder)), Clock())
        client = create_app(tool).test_client()
        token = operator_sessions.start_operator_session(
            tool.expiring_values, operator_sessions.invite_operator(tool.expiring_values)
        )

        def draft() -> str:
            with tool.store.begin() as session:
                row = versions.add(session, template_data(), tool.clock())
                return f"/lti/app/templates/{row.template_id}/{row.version}"

        way = draft()
        asked = {
            "the list": _post(client, "/lti/app/templates", token),
            "the report": _post(client, f"{way}/report", token, framework="all"),
            "publishing": lambda: _post(client, f"{draft()}/publish", token)(),
            "a search": _post(
                client, "/lti/app/search", token, vocabulary="esco", words="data", pointer="/x"
            ),
        }
        for step in STEPS:
            opened = _post(client, f"{way}/edit", token, step=step.code)
            asked[f"opening {step.code}"] = opened
            asked[f"saving {step.code}"] = _sent(client, f"{way}/save", _Form(opened().decode()).fields)
        yield asked
        tool.store.close()


def _post(client: FlaskClient, path: str, token: str, **fields: str) -> Callable[[], bytes]:
    return _sent(client, path, [("_launch", token), *fields.items()])


def _sent(client: FlaskClient, path: str, fields: list[tuple[str, str]]) -> Callable[[], bytes]:
    body = urlencode(fields)

    def request() -> bytes:
        answer = client.post(path, data=body, content_type=FORM)
        assert answer.status_code == 200, (
            path,
            answer.status_code,
            re.sub(r"<[^>]+>", " ", answer.text)[:500],
        )
        return answer.data

    return request


class _Form(HTMLParser):
    """What a browser would send of the page's form as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._inside = False
        self._name: str | None = None
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        name, value = told.get("name"), told.get("value") or ""
        match tag:
            case "form":
                self._inside = (told.get("action") or "").endswith("/save")
            case "input" if self._inside and name and told.get("type") not in ("file", "submit"):
                if told.get("type") not in ("checkbox", "radio") or "checked" in told:
                    self.fields.append((name, value))
            case "select" | "textarea" if self._inside:
                self._name, self._text = name, ""
            case "option" if self._inside and self._name and "selected" in told:
                self.fields.append((self._name, value))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._inside and self._name:
            self.fields.append((self._name, self._text.removeprefix("\n")))
        if tag in ("textarea", "select"):
            self._name = None
        if tag == "form":
            self._inside = False
