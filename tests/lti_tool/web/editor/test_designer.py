"""How a badge looks, chosen in the last step: what is no choice is neither saved nor written into the page."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest

from lti_tool.web.editor.fields import STEPS
from tests.lti_tool.web.editor.test_editor import zane  # noqa: F401

FIELDS = ("shape", "colours", "sign", "level_mark")


def looks(editor, **chosen: str):
    """The page of the last step, saved with these choices."""
    return editor.save(STEPS[-1].code, {f"/{name}": code for name, code in chosen.items()})


def pictures(page: str) -> list[bytes]:
    """The pictures of the preview: of the page, and of each smaller size."""
    preview = page[page.index('id="looks"') : page.index('id="step"')]
    found = re.findall(r'<img[^>]* src="data:image/[a-z+]+;base64,([^"]+)"', preview)
    return [b64decode(one) for one in found]


def test_the_preview_shows_the_picture_and_a_mark_for_smaller_sizes(zane):  # noqa: F811
    zane.save(STEPS[-1].code, {})
    plain = pictures(zane.page.text)
    assert len(plain) == 4 and len({*plain}) == 1
    looks(zane, shape="gate", colours="forest", sign="sprout")
    badge, *marks = pictures(zane.page.text)
    assert badge.startswith(b"\x89PNG") and badge != plain[0]
    assert len({*marks}) == 1 and marks[0].startswith(b"<svg ")


def test_each_choice_is_a_radio_button_with_a_name(zane):  # noqa: F811
    looks(zane, sign="scale")
    for name in FIELDS:
        assert re.search(rf'<fieldset class="field" id="/{name}"', zane.page.text)
    (label,) = re.findall(
        r'<label[^>]*><input type="radio" name="/sign" value="scale" checked>.*?</label>', zane.page.text
    )
    assert "<bdi>scales</bdi></span>" in label


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("code", ["own", '"><script>alert(1)</script>', "javascript:x", "../../etc"])
def test_what_is_no_choice_is_refused(zane, name, code):  # noqa: F811
    looks(zane, shape="gate", colours="forest", sign="sprout", level_mark="none")
    before = pictures(zane.page.text)
    looks(
        zane,
        **({"shape": "gate", "colours": "forest", "sign": "sprout", "level_mark": "none"} | {name: code}),
    )
    assert list(zane.problems()) == [f"/{name}"]
    assert "<script>alert" not in zane.page.text
    assert pictures(zane.page.text) == before


def test_a_starter_design_sets_what_it_is_made_of(zane):  # noqa: F811
    zane.save(STEPS[-1].code, {"/level_mark": "none"}, design="safety")
    checked = re.findall(r'name="/([a-z_]+)" value="([a-z-]+)" checked', zane.page.text)
    assert {("shape", "shield"), ("colours", "amber"), ("sign", "hard-hat"), ("level_mark", "none")} <= {
        *checked
    }
    before = zane.page.text
    zane.save(STEPS[-1].code, dict((f"/{name}", code) for name, code in checked), design="nothing")
    assert pictures(zane.page.text) == pictures(before)
