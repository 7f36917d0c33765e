"""Requests of the template editor about a complete template, as an operator's browser makes them."""

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
from lti_tool.web import create_app, rate_limits
from lti_tool.web.editor.fields import STEPS
from lti_tool.wiring import build_tool
from tests.fixtures import Clock, settings_for, template_data

FORM = "application/x-www-form-urlencoded"
#: More drafts than the request that publishes one is measured.
PUBLISHED = 60


@contextmanager
def requests() -> Iterator[dict[str, Callable[[], bytes]]]:
    """Functions that each make one request, by its name, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        tool = build_tool(settings_for(f"sqlite:///{folder}/nozimite.sqlite", Path(folder)), Clock())
        app = create_app(tool)
        rate_limits.switch_off(app)
        client = app.test_client()
        token = operator_sessions.start_operator_session(
            tool.expiring_values, operator_sessions.invite_operator(tool.expiring_values)
        )

        def new_draft() -> str:
            """The path of a new template."""
            with tool.store.begin() as session:
                row = versions.add(session, template_data(), tool.clock())
                return f"/lti/app/templates/{row.template_id}/{row.version}"

        def publishing() -> Callable[[], bytes]:
            """The button of the page that shows what will be signed, of another draft each."""
            path = new_draft()
            shown = _post(client, f"{path}/publish", token)()
            return _request(client, f"{path}/publish", _Form(shown.decode(), "/publish").fields)

        def publish() -> bytes:
            if not drafts:  # made by the first call, which only warms up; before it they would fill the list
                drafts.extend(publishing() for _ in range(PUBLISHED))
            return drafts.pop()()

        path = new_draft()
        drafts: list[Callable[[], bytes]] = []
        requests_by_name = {
            "the list": _post(client, "/lti/app/templates", token),
            "the report": _post(client, f"{path}/report", token, framework="all"),
            "what will be signed": _post(client, f"{path}/publish", token),
            "publishing": publish,
            "a search": _post(
                client, "/lti/app/search", token, vocabulary="esco", words="data", pointer="/x"
            ),
        }
        for step in STEPS:
            open_step = _post(client, f"{path}/edit", token, step=step.code)
            requests_by_name[f"opening {step.code}"] = open_step
            requests_by_name[f"saving {step.code}"] = _request(
                client, f"{path}/save", _Form(open_step().decode()).fields
            )
        yield requests_by_name
        tool.store.close()


def _post(client: FlaskClient, path: str, token: str, **fields: str) -> Callable[[], bytes]:
    return _request(client, path, [("_launch", token), *fields.items()])


def _request(client: FlaskClient, path: str, fields: list[tuple[str, str]]) -> Callable[[], bytes]:
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
    """The fields that a browser sends of the form with that action, as it stands in the page."""

    def __init__(self, page: str, action: str = "/save") -> None:
        super().__init__()
        self._action = action
        self.fields: list[tuple[str, str]] = []
        self._inside = False
        self._name: str | None = None
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name, value = given.get("name"), given.get("value") or ""
        match tag:
            case "form":
                self._inside = (given.get("action") or "").endswith(self._action)
            case "input" if self._inside and name and given.get("type") not in ("file", "submit"):
                if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                    self.fields.append((name, value))
            case "select" | "textarea" if self._inside:
                self._name, self._text = name, ""
            case "option" if self._inside and self._name and "selected" in given:
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
