"""From a completion in the course to the badge in a wallet: the demo's Moodle, its worker, and a client of others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from lti_tool.demo.robot import Robot
from lti_tool.store.models import Award, AwardRule, Delivery
from tests.interop.conftest import OtherLibraries, running_program
from tests.running_demo import rows, run_demo, wait

COURSE, BADGE = "Data Literacy", "Data literacy"


@pytest.fixture(scope="module")
def wallets() -> Iterator[OtherLibraries]:
    yield from running_program("wallets.mjs")


def test_a_badge_goes_from_the_course_into_a_wallet(tmp_path, wallets):
    with run_demo(tmp_path, poll_seconds=3600) as demo:
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        activity = robot.place_badge(COURSE, BADGE)
        robot.open_activity("Zane", activity)
        wait(lambda: [rule for rule in rows(demo.tool, AwardRule) if rule.checked_at])
        robot.give_grades(COURSE, complete=5)
        robot.press(robot.open_activity("Zane", activity), "/check")
        wait(lambda: len([each for each in rows(demo.tool, Award) if each.status == "issued"]) == 5)
        own = robot.open_activity("Anna", activity)
        keep = robot.press(own, "/wallet")
        offer = robot.press(keep, "/wallet/offer", {"form": "ob3-sdjwt", "where": "here"})
        (link,) = set(re.findall(r'"(openid-credential-offer:[^"]*)"', offer.html))
        answer = wallets("openid4vc", link=unescape(link), binding="jwk", isDemo=True)
        (badge,) = answer.get("credentials", [None])
        assert badge is not None, answer
        report = demo.tool.verify(badge.encode())
        assert report.verdict == "verified"
        assert "Anna" in json.dumps(report.shown, ensure_ascii=False)
        (taken,) = [each for each in rows(demo.tool, Delivery) if each.channel == "wallet"]
        assert taken.status == "sent"
        # She sees it on her page, and so does her teacher in the list of the course.
        assert "A wallet took it" in robot.open_activity("Anna", activity).text
        everybody = robot.press(robot.open_activity("Zane", activity), "/people")
        hers = robot.press(everybody, "/people", {"roster_find": "Anna"})
        assert "Wallet: taken by the learner" in hers.text
