"""The table of what may be sent, by which tests of the proxy go, is that of the tool."""

from __future__ import annotations

from werkzeug.exceptions import MethodNotAllowed

from tests.fixtures import ROOT
from tests.upload_limits import LIMITS

PAGES = ROOT / "lti_tool" / "web"


def test_every_module_that_sets_a_limit_is_in_the_table():
    texts = {str(file.relative_to(PAGES)): file.read_text(encoding="utf-8") for file in PAGES.rglob("*.py")}
    names = ("max_content_length =", "MAX_CONTENT_LENGTH=")
    assert {file for file, text in texts.items() if any(name in text for name in names)} == LIMITS.keys()


def test_each_address_is_one_of_the_module(app):
    addresses = app.url_map.bind("badges.example.org")
    for module, (path, _) in LIMITS.items():
        try:
            endpoint, _arguments = addresses.match(path, method="POST")
        except MethodNotAllowed:
            endpoint, _arguments = addresses.match(path, method="PUT")
        of = app.view_functions[endpoint].__module__.removeprefix("lti_tool.web.").replace(".", "/")
        assert module in (f"{of}.py", "__init__.py"), path
