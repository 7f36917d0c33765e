"""A stranger with several badges, and one with a paper and a telephone."""

from __future__ import annotations

import io

import pytest
import segno
from PIL import Image
from playwright.sync_api import expect

from badges.artwork import picture
from lti_tool.demo.robot import Robot
from lti_tool.issuing.baking import bake_badge
from lti_tool.publishing.recognition_packs import pack_of, packed_rows
from lti_tool.store.models import AwardRule, CredentialRow
from tests.browser.page_checks import find_faults
from tests.fixtures import rows
from tests.running_demo import wait

#: The name of a window outlives its pages.
REMEMBER_SENT_BYTES = """
document.querySelector("form").addEventListener("submit", () => {
  window.name = document.querySelector("#photo").files[0].size;
})
"""


@pytest.fixture(scope="module")
def badges(demo):
    """The ids and pictures of three badges."""
    tool, robot = demo.tool, Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=3)
    wait(lambda: len(rows(tool, CredentialRow)) == 3)
    with tool.store.read() as session:
        return [(row.id, bake_badge(tool.issuer, row).png) for row in session.query(CredentialRow)]


def files_of(badges):
    named = [(f"{'long' * 20}-{number}.png", png) for number, (_id, png) in enumerate(badges)]
    named.append(("photo.png", picture("Solar", None, "College")))
    return [{"name": name, "mimeType": "image/png", "buffer": content} for name, content in named]


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_recognition_pack_is_told_from_a_changed_one(people, demo, badges, language):
    with demo.tool.store.read() as session:
        pack = pack_of(demo.tool, session, packed_rows(session, [badges[0][0]]))
    changed = pack.signed.replace("2022/C 243/02", "2022/C 243/03", 1)
    handed_in = {"genuine.pdf": pack.as_pdf(language), "changed.json": changed.encode()}
    with people(locale="lv-LV" if language == "lv" else "en-GB") as darbs:
        found = []
        for name, content in handed_in.items():
            darbs.page.goto(f"{demo.tool_url}/verify?lang={language}")
            file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            darbs.page.locator("#file").set_input_files(file)
            darbs.page.locator("form .actions button").click()
            light = "yes" if name == "genuine.pdf" else "no"
            expect(darbs.page.locator(f"p.notice.{light}")).to_be_visible()
            expect(darbs.page.locator("tbody .tag.yes")).to_have_count(1)
            found += find_faults(darbs, f"pack-{light}-{language}")
        assert found == []


@pytest.mark.parametrize("language", ["en", "lv"])
def test_several_files_become_a_table(people, demo, badges, language):
    with people(locale="lv-LV" if language == "lv" else "en-GB") as darbs:
        page = darbs.page
        page.goto(f"{demo.tool_url}/verify?lang={language}")
        page.locator("#file").set_input_files(files_of(badges))
        page.locator("form .actions button").click()
        expect(page.locator("tbody tr")).to_have_count(4)
        expect(page.locator("tbody .tag.yes")).to_have_count(3)
        with page.expect_download() as downloading:
            page.locator("a[download]").click()
        assert downloading.value.path().read_text("utf-8-sig").count("verified") == 3
        assert find_faults(darbs, f"several-{language}") == []


def test_several_files_become_a_table_without_scripts(people, demo, badges):
    with people(java_script_enabled=False) as darbs:
        page = darbs.page
        page.goto(f"{demo.tool_url}/verify")
        page.locator("#file").set_input_files(files_of(badges))
        page.locator("form .actions button").click()
        expect(page.locator("tbody .tag.yes")).to_have_count(3)


def test_a_photographed_qr_code_is_followed(people, demo, badges):
    drawn = io.BytesIO()
    segno.make(f"{demo.tool_url}/badges/{badges[0][0]}").save(drawn, kind="png", scale=10)
    with Image.open(drawn) as code:
        photo = Image.new("RGB", (4000, 3000), "silver")
        photo.paste(code.convert("RGB").rotate(9, expand=True, fillcolor="white"), (1500, 1000))
    file = io.BytesIO()
    photo.save(file, "JPEG")
    with people(viewport={"width": 360, "height": 640}) as darbs:
        page = darbs.page
        page.goto(f"{demo.tool_url}/verify")
        page.locator("summary").last.click()
        photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
        page.evaluate(REMEMBER_SENT_BYTES)
        page.locator("#photo").set_input_files(photo)
        expect(page.locator(".verdict.yes")).to_be_visible()
        assert 0 < int(page.evaluate("window.name")) < len(file.getvalue())
