"""The colour and the logo of an issuer, changed on a page by the rules of its file."""

from __future__ import annotations

from io import BytesIO

import pytest

from lti_tool.web.operator import issuer_look
from tests.fixtures import drawn, give_look
from tests.lti_tool.web.conftest import FROM_US, hidden, text_of
from tests.lti_tool.web.operator.test_issuer_profile import HOME, versions

LOOK = f"{HOME}/look"


def choose(somebody, colour, **more):
    page = somebody.get(LOOK)
    sent = {
        "_form": hidden(page, "_form"),
        "version": hidden(page, "version"),
        "/look/accent": colour,
        **more,
    }
    return somebody.send(LOOK, **sent)


def send_logo(somebody, file):
    page = somebody.get(LOOK)
    sent = {
        "_form": hidden(page, "_form"),
        "version": hidden(page, "version"),
        "logo": (BytesIO(file), "a.png"),
    }
    return somebody.browser.post(f"{LOOK}/logo", data=sent, headers=FROM_US)


def test_a_colour_is_shown_first_and_saved_then(join, web_tool, published):
    manager = join("manager")
    shown = choose(manager, "#7a1f3d", show="yes")
    assert 'fill="#7a1f3d"' in shown.text and len(versions(web_tool)) == 1
    assert choose(manager, "#7a1f3d").status_code == 303
    assert web_tool.issuer.look.accent.colour == "#7a1f3d"
    assert choose(manager, "").status_code == 303 and web_tool.issuer.look.accent is None


@pytest.mark.parametrize(
    ("typed", "said"), [("red", "six figures"), ("#ffee00", "The nearest that carries them is #")]
)
def test_a_colour_that_cannot_be_is_refused_and_stays_typed(join, web_tool, published, typed, said):
    answer = choose(join("manager"), typed)
    assert said in text_of(answer) and f'value="{typed}"' in answer.text and len(versions(web_tool)) == 1


def test_a_logo_is_taken_and_taken_away_and_the_colour_stays(join, web_tool, published):
    give_look(web_tool, logo=drawn(colour="blue"))
    manager, before = join("manager"), web_tool.issuer.look
    assert send_logo(manager, drawn((400, 200))).status_code == 303
    assert web_tool.issuer.look.logo not in ("", before.logo) and web_tool.issuer.look.accent == before.accent
    assert choose(manager, "#1a2b3c").status_code == 303 and web_tool.issuer.look.logo
    away = manager.press(LOOK, f"{LOOK}/logo", version=hidden(manager.get(LOOK), "version"), remove="yes")
    assert away.status_code == 303 and web_tool.issuer.look.logo == ""
    assert web_tool.issuer.look.accent.colour == "#1a2b3c"


@pytest.mark.parametrize("file", [b"", b"<svg/>", drawn((8, 8))])
def test_what_is_no_logo_changes_nothing(join, web_tool, published, file):
    answer = send_logo(join("manager"), file)
    assert answer.status_code == 200 and 'id="file-wrong"' in answer.text and len(versions(web_tool)) == 1


def test_a_picture_is_opened_for_nobody_who_may_not_change_the_look(join, web_tool, published, monkeypatch):
    def fail(_file):
        raise AssertionError("it was opened")

    monkeypatch.setattr(issuer_look, "fit_logo", fail)
    auditor = join("auditor")
    sent = {"_form": hidden(auditor.get("/operator/account"), "_form"), "logo": (BytesIO(b"x"), "a.png")}
    assert auditor.browser.post(f"{LOOK}/logo", data=sent, headers=FROM_US).status_code == 403
