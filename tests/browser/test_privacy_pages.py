"""What is kept of a learner: the page about their data inside a platform, and the issuer's notice, at each width."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.page_checks import find_faults
from tests.browser.test_my_badges import activity, demo

__all__ = ["activity", "demo"]

LANGUAGES = ("en", "lv")


@pytest.mark.parametrize("language", LANGUAGES)
def test_your_data_and_the_privacy_notice(people, demo, activity, language):
    found = []
    with people() as anna, people(locale=language) as darbs:
        anna.open_activity(activity, "Anna", language)
        anna.frame.locator("form[action$='/mine'] button").click()
        expect(anna.frame.locator("form[action$='/mine/data']")).to_have_count(1)
        found += find_faults(anna, f"mine-with-data-{language}")
        anna.frame.locator("form[action$='/mine/data'] button").click()
        expect(anna.frame.locator("#withhold")).to_be_visible()
        found += find_faults(anna, f"own-data-{language}")
        with anna.page.expect_download() as download:
            anna.frame.locator("form[action$='/file'] button").click()
        assert download.value.suggested_filename == "my-data.zip"
        anna.frame.locator("[name=withheld][value=email]").check()
        anna.frame.locator("form[action$='/withhold'] button").click()
        expect(anna.frame.locator(".notice.yes")).to_be_visible()
        found += find_faults(anna, f"own-data-saved-{language}")
        darbs.page.goto(f"{demo.tool_url}/issuers/{demo.tool.issuer.profile.slug}/privacy?lang={language}")
        expect(darbs.page.locator("#rights")).to_be_visible()
        found += find_faults(darbs, f"privacy-notice-{language}")
    assert found == []
