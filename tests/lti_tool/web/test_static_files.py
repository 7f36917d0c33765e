"""Styles, scripts and fonts: at addresses that change with their content, and for as long as a browser likes."""

from __future__ import annotations

import re

import pytest

from badges.font_runs import FOLDER, letters_of_scripts
from lti_tool.web import create_app, rate_limits
from lti_tool.web.font_faces import FAMILY, unicode_range
from tests.lti_tool.web.conftest import browser_of, policy

LASTING = "public, max-age=31536000, immutable"


@pytest.fixture
def style_sheet(browser):
    """The style sheet of fonts, at the address that pages have."""
    address = re.search(r'href="(/static/fonts/fonts\.css\?v=[0-9a-f]+)"', browser.get("/").text)[1]
    return browser.get(address)


@pytest.mark.parametrize("name", ["nozimite.css", "fonts/fonts.css"])
def test_they_are_cacheable_without_limit_at_an_address_with_a_hash(browser, name):
    address = re.search(rf'href="(/static/{name}\?v=[0-9a-f]+)"', browser.get("/").text)[1]
    with browser.get(address) as answer:
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/css", LASTING)


@pytest.mark.parametrize("address", ["/static/nothing.css?v=1", "/static/fonts/nothing.ttf?v=1"])
def test_an_error_is_not_cacheable(browser, address):
    answer = browser.get(address)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_the_style_sheet_has_every_font_of_a_script_once(browser, style_sheet):
    addresses = re.findall(r'url\("([^"?]+)(\?v=[0-9a-f]+)"\)', style_sheet.text)
    files = {file.name for font in letters_of_scripts() for file in (font.medium, font.bold)}
    assert sorted(name for name, _ in addresses) == sorted(files)
    for name, version in addresses:
        with browser.get(f"/static/fonts/{name}{version}") as font:
            assert (font.status_code, font.mimetype) == (200, "font/ttf")
            assert font.headers["Cache-Control"] == LASTING
            assert font.data == (FOLDER / name).read_bytes()


def test_the_style_sheet_names_the_licence_of_the_fonts(browser, style_sheet):
    name = re.search(r"SIL Open Font License 1\.1: (\S+)", style_sheet.text)[1]
    with browser.get(f"/static/fonts/{name}") as licence:
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.text


def test_each_list_of_fonts_ends_with_ours(browser, style_sheet):
    assert f'font-family: "{FAMILY}"' in style_sheet.text
    with browser.get("/static/nozimite.css") as sheet:
        lists = re.findall(r"--(?:sans|serif): (.*);", sheet.text)
        assert len(lists) == 2 and all(each.endswith(f'serif, "{FAMILY}"') for each in lists)


def test_a_page_may_load_fonts_of_this_site_alone(browser):
    assert policy(browser.get("/"))["font-src"] == ["'self'"]


def test_fonts_are_not_counted(web_tool, monkeypatch):
    monkeypatch.setattr(rate_limits, "READING", 1)
    browser = browser_of(create_app(web_tool))
    address = "/static/fonts/NotoSansThai-Bold.ttf"
    assert [browser.get(address, buffered=True).status_code for _ in range(3)] == [200] * 3


def test_a_file_outside_the_folder_of_fonts_is_not_served(browser):
    for name in ("..%2Ffont_runs.py", "../font_runs.py", "..%5Cfont_runs.py"):
        assert browser.get(f"/static/fonts/{name}").status_code == 404


def test_characters_are_written_as_ranges():
    assert unicode_range([0x902, 0x900, 0x901, 0x1CD0]) == "U+900-902,U+1CD0"
