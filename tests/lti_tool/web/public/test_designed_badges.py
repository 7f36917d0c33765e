"""A badge whose template was designed: its SVG is drawn, proves itself, and can do nothing in a browser."""

from __future__ import annotations

from badges.artwork import template_drawing, template_picture
from badges.template.model import read_template
from badges.verify import verify
from lti_tool.store.models import CredentialRow, TemplateVersion
from lti_tool.templates import versions
from tests.fixtures import NOW, drawn, give_look, publish, template_data

DESIGN = {"shape": "gate", "colours": "night", "sign": "chart-line", "level_mark": "diamonds"}


def version_of(tool, template_id: str) -> TemplateVersion:
    with tool.store.read() as session:
        row = versions.find(session, template_id)
        return TemplateVersion(picture=row.picture, drawing=row.drawing)


def test_publishing_draws_what_was_designed_as_png_and_as_svg(web_tool):
    designed = version_of(web_tool, publish(web_tool, **DESIGN))
    template, issuer = read_template(template_data() | DESIGN), web_tool.issuer.profile.name
    assert designed.picture == template_picture(template, issuer, template.in_language)
    assert designed.drawing == template_drawing(template, issuer, template.in_language)
    assert designed.drawing.startswith(b"<svg ")
    assert version_of(web_tool, publish(web_tool)).drawing == b""


def designed_svg(browser, tool, badge: str):
    """The SVG of the badge, as if its template had been designed."""
    with tool.store.begin() as session:
        version = session.get_one(CredentialRow, badge).template_version
        version.drawing = template_drawing(read_template(template_data() | DESIGN), "Riga College", "en")
    return browser.get(f"/badges/{badge}.svg")


def test_the_svg_of_a_designed_badge_is_drawn_and_genuine(browser, web_tool, annas_badge):
    assert b"<image " in browser.get(f"/badges/{annas_badge}.svg").data
    answer = designed_svg(browser, web_tool, annas_badge)
    assert b"<image" not in answer.data and answer.data.count(b"<path") > 40
    report = verify(answer.data, web_tool.find_key, web_tool.find_status, NOW.replace(hour=12))
    assert report.verdict == "verified", report.checks


def test_an_svg_that_is_opened_by_itself_can_do_nothing(browser, web_tool, annas_badge):
    policy = designed_svg(browser, web_tool, annas_badge).headers["Content-Security-Policy"]
    directives = policy.split("; ")
    assert directives[0] == "default-src 'none'" and "sandbox" in directives
    assert "script" not in policy and "'self'" not in policy


def test_the_logo_of_the_issuer_is_drawn_into_the_picture_where_it_was_chosen(web_tool):
    give_look(web_tool, logo=drawn())
    with_logo = version_of(web_tool, publish(web_tool, **DESIGN, logo_mark="shown"))
    without = version_of(web_tool, publish(web_tool, **DESIGN))
    assert with_logo.drawing.count(b"<image ") == 1 and b"<image" not in without.drawing
    assert with_logo.picture != without.picture
