"""The statistics of an issuer at a browser: for operators and for everybody, in each language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import LANGUAGES, join, with_authenticator
from tests.many_awards import add_kind, add_people, award


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo with awards of two years that have ended."""
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        people = add_people(demo.tool, 150)
        fields = ("0613", "0413", "0111", "0111")
        for level, field in enumerate(fields, 3):
            kind = add_kind(
                demo.tool,
                level={"framework": "EQF", "value": level},
                lki_level=None,
                isced_f=field,
                learning_setting="formal" if level == 6 else "nonFormal",
                funding_code="ILA-7" if level == 3 else None,
            )
            award(demo.tool, kind, people[: 12 * level], datetime(2024, 6, level, tzinfo=UTC))
            award(demo.tool, kind, people[80 : 20 * level + 22], datetime(2025, 6, level, tzinfo=UTC))
        yield demo


def test_years_are_counted_read_and_shown_to_everybody(people, demo):
    with people(locale="en-GB") as ieva:
        with_authenticator(ieva)
        page, found = ieva.page, []
        join(ieva, demo, "en", name="Ieva Kalniņa")
        here = f"{demo.tool_url}/operator/issuers/riga-college/statistics"
        page.goto(f"{here}?lang=lv")
        found += find_faults(ieva, "operator-statistics-uncounted-lv")
        for year in (2025, 2024):
            page.goto(f"{here}?lang=en")
            with page.expect_download() as download:
                page.locator(f"form[action*='/{year}/report'] button").click()
            assert download.value.suggested_filename == f"statistics-riga-college-{year}.zip"
            page.goto(f"{here}/{year}?lang=en")
            page.locator("form[action*='/publish'] button").click()
            expect(page.locator("form[action*='/withdraw'] button")).to_be_visible()
        for language in LANGUAGES:
            for address, name in ((here, "statistics"), (f"{here}/2024", "year"), (f"{here}/2025", "small")):
                page.goto(f"{address}?lang={language}")
                found += find_faults(ieva, f"operator-statistics-{name}-{language}")
            page.goto(f"{demo.tool_url}/issuers/riga-college/statistics?lang={language}")
            found += find_faults(ieva, f"public-statistics-{language}")
        assert found == []
