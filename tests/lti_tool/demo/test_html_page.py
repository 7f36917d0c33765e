"""HTML is read as a person would see it."""

from __future__ import annotations

from typing import Any

import pytest

from lti_tool.demo.html_page import UnexpectedPageError, read_page
from lti_tool.demo.localhost_names import is_localhost_name

PAGE_URL = "http://tool.localhost:8000/lti/launch"


def test_a_form_sends_its_values() -> None:
    page = read_page(
        PAGE_URL,
        200,
        """<form method="post" action="/x"><input name=a value="1 &amp; 2"><input type=checkbox name=b checked>
        <input type=checkbox name=c><input type=radio name=r value=1><input type=radio name=r value=2 checked>
        <select name=s><option value=x>X<option value=y selected>Y</select><textarea name=t>words</textarea>
        <input type=submit name=go value=Go><input name=off value=1 disabled></form>""",
    )
    (form,) = page.forms
    assert (form.method, form.action) == ("POST", "http://tool.localhost:8000/x")
    assert form.data() == {"a": "1 & 2", "b": "on", "r": "2", "s": "y", "t": "words"}
    assert not form.is_automatic


@pytest.mark.parametrize(
    "html",
    [
        "<form data-auto-submit><input type=hidden name=a></form>",
        "<form data-submit><input type=hidden name=a></form>",
        "<body onload='document.forms[0].submit()'><form><input type=hidden name=a></form>",
        "<form><input type=hidden name=a><button>Go</button></form><script>document.forms[0].submit()</script>",
    ],
)
def test_a_page_that_submits_itself_is_recognized(html: str) -> None:
    assert read_page(PAGE_URL, 200, html).forms[0].is_automatic


def test_a_page_that_scripts_leave_is_recognized() -> None:
    html = "<div id=storage data-location='/next?a=1&amp;b=2'></div>"
    assert read_page(PAGE_URL, 200, html).continues_at == "/next?a=1&b=2"


def test_a_form_to_fill_in_does_not_submit_itself() -> None:
    html = "<form><input name=a></form><script>x.submit()</script>"
    assert not read_page(PAGE_URL, 200, html).forms[0].is_automatic


def test_radio_buttons_are_called_what_their_label_says() -> None:
    html = "<form><label><input type=radio name=badge value=7> Data <b>Literacy</b></label></form>"
    (field,) = read_page(PAGE_URL, 200, html).forms[0].fields_named("badge")
    assert field.options == (("Data Literacy", "7"),)


def test_radio_buttons_are_called_by_labels_for_them_too() -> None:
    html = "<form><input type=radio id=b7 name=badge value=7><label for=b7>Data Literacy</label></form>"
    (field,) = read_page(PAGE_URL, 200, html).forms[0].fields_named("badge")
    assert field.options == (("Data Literacy", "7"),)


def test_a_page_without_the_form_says_so_and_quotes_the_page() -> None:
    with pytest.raises(UnexpectedPageError, match="Sorry, closed"):
        read_page(PAGE_URL, 503, "<p>Sorry, closed").form("register")


def test_the_robot_confirms_a_launch_that_asks_for_it(moodle: Any) -> None:
    activity = moodle.place_badge(minimum_percent=None)
    moodle.tool.asks_to_confirm = True
    assert moodle.robot.open_activity("Anna", activity).text == "Confirmed 1"


def test_localhost_names_mean_this_machine() -> None:
    assert is_localhost_name("tool.localhost")
    assert is_localhost_name("localhost")
    assert not is_localhost_name("localhost.example.org")
    assert not is_localhost_name(None)
