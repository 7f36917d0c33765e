"""Styles, scripts and fonts: at addresses that change with their content, and for as long as a browser likes."""

from __future__ import annotations

import re

import pytest
import uharfbuzz

from badges.font_runs import FOLDER, letters_of_scripts
from lti_tool.web import create_app, rate_limits
from lti_tool.web.font_faces import FAMILY, PAGE_FAMILY, PAGE_FONT, unicode_range
from tests.lti_tool.web.conftest import browser_of, policy

LASTING = "public, max-age=31536000, immutable"
SHEETS = ("tokens.css", "components.css", "pages.css")
LATVIAN = "aābcčdeēfgģhiījkķlļmnņoprsštuūvzž„”–€ €"


@pytest.fixture
def style_sheet(browser):
    """The style sheet of fonts, at the address that pages have."""
    address = re.search(r'href="(/static/fonts/fonts\.css\?v=[0-9a-f]+)"', browser.get("/").text)[1]
    return browser.get(address)


@pytest.mark.parametrize("name", [*SHEETS, "fonts/fonts.css"])
def test_they_are_cacheable_without_limit_at_an_address_with_a_hash(browser, name):
    address = re.search(rf'href="(/static/{name}\?v=[0-9a-f]+)"', browser.get("/").text)[1]
    with browser.get(address) as answer:
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/css", LASTING)


@pytest.mark.parametrize("address", ["/static/nothing.css?v=1", "/static/fonts/nothing.ttf?v=1"])
def test_an_error_is_not_cacheable(browser, address):
    answer = browser.get(address)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_the_style_sheet_has_the_font_of_pages_and_every_font_of_a_script_once(browser, style_sheet):
    addresses = re.findall(r'url\("([^"?]+)(\?v=[0-9a-f]+)"\)', style_sheet.text)
    files = {file.name: file for font in letters_of_scripts() for file in (font.medium, font.bold)}
    files[PAGE_FONT.name] = PAGE_FONT
    assert sorted(name for name, _ in addresses) == sorted(files)
    for name, version in addresses:
        with browser.get(f"/static/fonts/{name}{version}") as font:
            assert (font.status_code, font.mimetype) == (200, "font/ttf")
            assert font.headers["Cache-Control"] == LASTING
            assert font.data == files[name].read_bytes()


def test_the_style_sheet_names_the_licence_of_each_font(browser, style_sheet):
    names = re.findall(r"SIL Open Font License 1\.1: (\S+)", style_sheet.text)
    assert len(names) == 2
    for name in names:
        with browser.get(f"/static/fonts/{name}") as licence:
            assert "SIL OPEN FONT LICENSE Version 1.1" in licence.text
    assert (PAGE_FONT.parent / "OFL.txt").read_bytes() == (FOLDER / "Manrope-OFL.txt").read_bytes()


def test_the_list_of_fonts_begins_with_that_of_pages_and_ends_with_those_of_scripts(browser, style_sheet):
    assert f'font-family: "{FAMILY}"' in style_sheet.text
    assert f'font-family: "{PAGE_FAMILY}"; font-weight: 200 800; font-display: swap;' in style_sheet.text
    with browser.get("/static/tokens.css") as sheet:
        (fonts,) = re.findall(r"--sans: (.*);", sheet.text)
    assert fonts.startswith(f'"{PAGE_FAMILY}", system-ui, ') and fonts.endswith(f'serif, "{FAMILY}"')


def test_the_font_of_pages_has_every_letter_of_latvian_and_every_weight():
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(PAGE_FONT))
    assert {ord(letter) for letter in LATVIAN + LATVIAN.upper()} - set(face.unicodes) == set()
    assert [(axis.tag, axis.min_value, axis.max_value) for axis in face.axis_infos] == [("wght", 200, 800)]


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


def test_the_licence_of_the_signs_is_reachable_too(browser):
    with browser.get("/static/fonts/Lucide-licence.txt") as licence:
        assert "ISC License" in licence.text and "Lucide Icons and Contributors" in licence.text
        assert "Cole Bemis" in licence.text  # of the icons that come from Feather
