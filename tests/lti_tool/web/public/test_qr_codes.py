"""The pictures of a camera, read for the verifier's page."""

from __future__ import annotations

import pytest

from lti_tool import bounded_process
from lti_tool.web.public import qr_codes
from tests.badges.verify.test_handed_in import photo_of

ADDRESS = "https://badges.example.org/badges/1"
NOTHING = {"address": None, "code": None}


@pytest.fixture
def show(browser):
    """A function that sends a picture."""

    def show(picture, **options):
        return browser.post("/verify/qr-code", data=picture, **{"content_type": "image/jpeg"} | options)

    return show


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ((ADDRESS.replace("https", "HTTPS"),), {"address": ADDRESS, "code": None}),
        ((ADDRESS, "Anna Bērziņa"), {"address": ADDRESS, "code": None}),
        (("Anna Bērziņa",), {"address": None, "code": "qr_code_without_address"}),
        ((ADDRESS, f"{ADDRESS}/2"), {"address": None, "code": "several_qr_codes"}),
        ((), NOTHING),
    ],
)
def test_an_address_is_told_and_no_other_text(show, texts, told):
    assert show(photo_of(*texts)).json == told


def test_nobody_is_asked_what_is_at_the_address_and_nothing_is_kept(show, services, caplog):
    answer = show(photo_of(ADDRESS))
    assert answer.json["address"] == ADDRESS
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert ADDRESS not in caplog.text


def test_what_is_no_picture_starts_no_process(show, monkeypatch):
    monkeypatch.setattr(bounded_process, "texts_in_picture", lambda _picture: pytest.fail("started"))
    for body in (b"", b"x", b"%PDF-1.7", b'{"address": 1}'):
        assert show(body).json == NOTHING
    assert show(b"a=1", content_type="application/x-www-form-urlencoded").json == NOTHING


def test_a_large_picture_is_refused(show):
    answer = show(b"\xff\xd8\xff" + bytes(qr_codes.MAX_BYTES), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]) == (413, "http_413")


def test_few_are_read_at_once_and_others_told_at_once(show):
    for _ in range(qr_codes.AT_ONCE):
        qr_codes._running.acquire()
    try:
        assert show(photo_of(ADDRESS)).status_code == 503
    finally:
        qr_codes._running.release(qr_codes.AT_ONCE)


def test_the_page_of_the_verifier_alone_may_use_the_camera(browser, annas_badge):
    def camera(answer):
        return answer.headers["Permissions-Policy"].split(", ")[0]

    page = browser.get("/verify")
    assert camera(page) == "camera=(self)"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    others = [
        browser.get(path) for path in ("/", "/lti/launch", f"/badges/{annas_badge}", "/verify/qr-code", "/my")
    ]
    others.append(browser.post("/verify", data={"text": "x"}))
    assert {camera(answer) for answer in others} == {"camera=()"}
