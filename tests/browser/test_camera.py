"""An employer holds a certificate, or a telephone, before the camera of their own."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.store.models import AwardRule, CredentialRow
from tests.browser.camera import WIDTH, film_of
from tests.browser.page_checks import find_faults
from tests.browser.people import Person, tab_to
from tests.fixtures import rows
from tests.running_demo import wait

START = {"en": "Scan a QR code with the camera", "lv": "Nolasīt QR kodu ar kameru"}
#: A reader of the browser's own, as Chromium has on Android and macOS; it sees what the address of the page says.
OWN_READER = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["ean_13", "qr_code"]; }
  async detect(video) {
    if (!(video instanceof HTMLVideoElement) || !video.videoWidth) throw new Error("no picture");
    return new URL(location).searchParams.getAll("seen").map((rawValue) => ({ rawValue }));
  }
};
"""
BROKEN_READER = OWN_READER.replace('throw new Error("no picture")', "0").replace(
    "return new URL", 'throw new Error("no service"); return new URL'
)
#: Keeps the camera's tracks, so that a test can ask whether they are stopped.
KEEP_TRACKS = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.tracks = [];
navigator.mediaDevices.getUserMedia = async (asked) => {
  const stream = await open(asked);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
IS_OFF = "() => window.tracks.length > 0 && window.tracks.every(one => one.readyState === 'ended')"
REFUSING = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "%s"));
"""


@pytest.fixture(scope="module")
def badge(demo):
    """The address of a badge."""
    tool, robot = demo.tool, Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=1)
    wait(lambda: rows(tool, CredentialRow))
    return f"{demo.tool_url}/badges/{rows(tool, CredentialRow)[0].id}"


@pytest.fixture(scope="module")
def browser_that_sees(chromium, chromium_arguments, playwright, tmp_path_factory):
    """A function that gives the browser whose camera sees these texts as QR codes."""
    launched = {}

    def browser_that_sees(*texts):
        if texts not in launched:
            film = film_of(list(texts), tmp_path_factory.mktemp("film") / "film.y4m")
            launched[texts] = playwright.chromium.launch(
                executable_path=str(chromium), args=[*chromium_arguments, *film]
            )
        return launched[texts]

    yield browser_that_sees
    for browser in launched.values():
        browser.close()


@pytest.fixture
def before_camera(browser_that_sees, demo, screenshots):
    """A function that opens the verifier's page at a camera which sees these texts as QR codes."""

    @contextmanager
    def before_camera(*texts, script="", query="lang=en", **options):
        context = browser_that_sees(*texts).new_context(**{"locale": "en-GB"} | options)
        person = Person(context, demo, screenshots)
        person.page.add_init_script(KEEP_TRACKS + script)
        person.page.goto(f"{demo.tool_url}/verify?{query}")
        yield person
        context.close()
        assert person.console_errors == []

    return before_camera


def start(person, language="en"):
    button = person.page.get_by_role("button", name=START[language])
    button.click()
    return button


def test_a_code_before_the_camera_is_followed_to_its_badge(before_camera, badge):
    with before_camera(badge, viewport={"width": 360, "height": 740}) as darbs:
        start(darbs)
        expect(darbs.page.locator(".verdict.yes")).to_be_visible()


def test_a_browser_that_reads_codes_itself_sends_no_picture(before_camera, badge):
    with before_camera(script=OWN_READER, query=f"lang=en&seen=WIFI:x&seen={badge}") as darbs:
        sent = []
        darbs.page.on("request", lambda request: sent.append(request.url))
        start(darbs)
        expect(darbs.page.locator(".verdict.yes")).to_be_visible()
        assert sent and [url for url in sent if "qr-code" in url] == []


def test_where_the_browsers_own_reader_fails_this_site_reads(before_camera, badge):
    with before_camera(badge, script=BROKEN_READER) as darbs:
        start(darbs)
        expect(darbs.page.locator(".verdict.yes")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_camera_is_worked_by_keyboard_and_goes_off_when_asked(before_camera, language):
    locale = "lv-LV" if language == "lv" else "en-GB"
    with before_camera(query=f"lang={language}", locale=locale) as darbs:
        page = darbs.page
        begin, off = page.locator("[data-scan-start]"), page.locator("[data-scan-stop]")
        assert find_faults(darbs, f"camera-off-{language}") == []
        for key in ("Enter", "Escape"):
            tab_to(darbs, begin)
            page.keyboard.press("Enter")
            expect(off).to_be_focused()
            expect(page.locator("[data-scan] [role=status]")).not_to_be_empty()
            expect(page.locator("video")).to_have_js_property("videoWidth", WIDTH)
            if key == "Enter":
                assert find_faults(darbs, f"camera-on-{language}") == []
                expect(off).to_be_focused()
            page.keyboard.press(key)
            expect(begin).to_be_focused()
            expect(page.locator("[data-scan-view]")).to_be_hidden()
            assert page.evaluate(IS_OFF)


def test_a_code_that_leads_nowhere_is_told_as_for_a_photo_while_the_camera_looks_on(before_camera):
    with before_camera("WIFI:S:school;;") as darbs:
        start(darbs)
        said = darbs.page.get_by_role("status")
        expect(said).to_contain_text("This QR code does not lead to a badge: there is no web address in it.")
        expect(darbs.page.get_by_role("button", name="Turn the camera off")).to_be_visible()
    with before_camera("https://a.example/1", "https://a.example/2") as darbs:
        start(darbs)
        expect(darbs.page.get_by_role("status")).to_contain_text("several QR codes")
        # What ends it: the page is behind another one.
        darbs.page.evaluate(
            """() => {
                 Object.defineProperty(document, "hidden", {value: true});
                 document.dispatchEvent(new Event("visibilitychange"));
               }"""
        )
        expect(darbs.page.get_by_role("status")).to_have_text(re.compile("The camera is off"))
        assert darbs.page.evaluate(IS_OFF)


def test_after_a_minute_without_a_code_the_camera_goes_off_and_a_photo_is_offered(before_camera):
    with before_camera() as darbs:
        page = darbs.page
        page.clock.install()
        page.reload()
        start(darbs)
        expect(page.locator("video")).to_have_js_property("videoWidth", WIDTH)
        with page.expect_response("**/verify/qr-code") as answering:
            pass
        assert answering.value.json() == {"address": None, "code": None}
        page.clock.fast_forward(61_000)
        expect(page.get_by_role("status")).to_contain_text("No QR code was read within a minute")
        expect(page.get_by_label("Photo of the QR code")).to_be_visible()
        expect(page.get_by_role("button", name=START["en"])).to_be_focused()
        assert page.evaluate(IS_OFF)


@pytest.mark.parametrize(
    ("error", "told"),
    [("NotAllowedError", "did not allow the camera"), ("NotFoundError", "No camera could be opened")],
)
def test_who_has_or_gives_no_camera_is_offered_a_photo(people, demo, error, told):
    with people() as darbs:
        darbs.page.add_init_script(REFUSING % error)
        darbs.page.goto(f"{demo.tool_url}/verify?lang=en")
        button = start(darbs)
        expect(darbs.page.get_by_role("status")).to_contain_text(told)
        expect(darbs.page.get_by_label("Photo of the QR code")).to_be_visible()
        expect(button).to_be_visible()
        assert find_faults(darbs, f"camera-{error}-en") == []


def test_where_the_site_cannot_read_the_camera_goes_off(before_camera, badge):
    with before_camera(badge) as darbs:
        darbs.expects_http_errors = True
        darbs.page.clock.install()
        darbs.page.reload()
        darbs.page.route("**/verify/qr-code", lambda route: route.fulfill(status=429))
        start(darbs)
        for _ in range(8):
            darbs.page.wait_for_timeout(100)
            darbs.page.clock.run_for(700)
        expect(darbs.page.get_by_role("status")).to_contain_text("could not be read just now")
        assert darbs.page.evaluate(IS_OFF)


def test_without_a_camera_api_there_is_no_button(people, demo):
    with people() as darbs:
        darbs.page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
        darbs.page.goto(f"{demo.tool_url}/verify?lang=en")
        expect(darbs.page.get_by_role("button", name="Check the badge")).to_be_visible()
        expect(darbs.page.get_by_role("button", name=START["en"])).to_be_hidden()
