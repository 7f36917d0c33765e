"""An SVG as the picture of a badge: written anew, said what is missing in it, served so that it can do nothing."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image

from badges.svg import unbake
from lti_tool.store.models import CredentialRow, TemplateVersion
from lti_tool.templates import versions
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.templates.files import export_json, import_json
from lti_tool.templates.own_pictures import read_picture
from tests.fixtures import template_data
from tests.lti_tool.templates.test_files import ISSUER
from tests.lti_tool.web.editor.test_editor import rows, zane  # noqa: F401

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><metadata>secret</metadata>'
    b'<rect width="9" height="9" fill="teal"/><text>Hello</text></svg>'
)


def upload(editor, file: bytes, name: str = "own.svg"):
    return editor.post(f"{editor.version_path}/picture", picture=(BytesIO(file), name))


def test_an_svg_is_used_and_the_page_says_what_is_missing(zane, web_tool):  # noqa: F811
    upload(zane, SVG)
    assert "<code>text</code>" in zane.page.text and "Turn it into paths" in zane.text
    with web_tool.store.read() as session:
        row = session.query(TemplateVersion).order_by(TemplateVersion.id.desc()).first()
        assert row.own_picture and row.picture.startswith(b"\x89PNG")
        assert row.drawing.startswith(b"<svg ") and b"#008080" in row.drawing
        assert b"secret" not in row.drawing and b"Hello" not in row.drawing
    upload(zane, SVG.replace(b"<text>Hello</text>", b""))
    assert "without these parts" not in zane.text


def test_a_png_after_an_svg_leaves_nothing_of_it(zane, web_tool):  # noqa: F811
    upload(zane, SVG)
    zane.post(f"{zane.version_path}/picture", drawn="yes")
    with web_tool.store.read() as session:
        row = session.query(TemplateVersion).order_by(TemplateVersion.id.desc()).first()
        assert (row.picture, row.drawing, row.own_picture) == (b"", b"", False)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SVG.replace(b"<text>", b"<script/><text>"), "contains a program"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "brings definitions of its own"),
        (b"<svg><g></svg>", "cannot be read"),
        (SVG.replace(b'viewBox="0 0 9 9"', b""), "how large it is"),
        (SVG.replace(b"<rect", b"<rec"), "Nothing in this SVG"),
        (SVG.replace(b"<text>", b"<g>" * 99), "too many parts"),
    ],
)
def test_an_svg_that_is_refused_changes_nothing_and_says_why(zane, web_tool, file, words):  # noqa: F811
    upload(zane, file)
    assert words in zane.text
    assert not rows(web_tool)[-1].own_picture


def test_it_is_published_with_its_title_copied_exported_and_imported(tool, clock):
    own = read_picture(SVG)
    with tool.store.begin() as session:
        row = versions.add(session, template_data(), clock())
        before = draft_hash(row)
        versions.set_picture(row, own, clock())
        seen = draft_hash(row)
        assert seen != before
        row.drawing = row.drawing.replace(b"#008080", b"#008081")
        assert draft_hash(row) != seen
        row.drawing = own.svg
        versions.publish(row, tool.issuer.profile, clock())
        assert row.drawing.count(f"<title>{row.name}</title>".encode()) == 1
        copied = versions.copy(session, row, clock())
        assert (copied.picture, copied.drawing) == (row.picture, row.drawing)
        found = import_json(export_json(row).encode(), ISSUER, clock().date()).picture
        assert found and found.png == own.png and found.svg.startswith(b"<svg ")


def test_a_badge_with_it_can_do_nothing_where_it_is_opened(browser, web_tool, annas_badge):
    with web_tool.store.begin() as session:
        version = session.get_one(CredentialRow, annas_badge).template_version
        own = read_picture(SVG)
        version.picture, version.drawing = own.png, own.svg
    answer = browser.get(f"/badges/{annas_badge}.svg")
    assert unbake(answer.data).text and b"#008080" in answer.data
    directives = answer.headers["Content-Security-Policy"].split("; ")
    assert directives[0] == "default-src 'none'" and "sandbox" in directives
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_mark_of_an_own_picture_is_that_picture_and_of_others_their_sign(browser, web_tool, annas_badge):
    with web_tool.store.begin() as session:
        version = session.get_one(CredentialRow, annas_badge).template_version
        address = f"/achievements/{version.template_id}/{version.version}/mark.png"
        version.picture, version.own_picture = read_picture(SVG).png, False
    drawn = browser.get(address)
    assert (drawn.status_code, drawn.mimetype) == (200, "image/png")
    with web_tool.store.begin() as session:
        session.get_one(CredentialRow, annas_badge).template_version.own_picture = True
    own = browser.get(address)
    with Image.open(BytesIO(own.data)) as image:
        assert (image.size, image.convert("RGB").getpixel((70, 70))) == ((144, 144), (0, 128, 128))
    assert own.data != drawn.data


def test_the_list_shows_the_mark_of_each_badge(zane):  # noqa: F811
    upload(zane, SVG)
    zane.post("/lti/app/templates")
    marks = re.findall(r'<h2[^>]* class="with-mark"[^>]*><img class="mark" src="([^"]+)"', zane.page.text)
    assert marks[0].startswith("data:image/png;base64,")
    zane.post("/lti/app/templates/new")
    zane.post("/lti/app/templates")
    assert "data:image/svg+xml;base64," in zane.page.text


def test_a_draft_has_no_mark_for_strangers(zane):  # noqa: F811
    address = zane.version_path.replace("/lti/app/templates", "/achievements")
    assert zane.browser.get(f"{address}/mark.png").status_code == 404
