"""Statistics on the pages of operators, as files for an authority, and for everybody."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from lti_tool.store import queries
from lti_tool.store.models import Award, Event, StatisticsReport
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, browser_of, text_of
from tests.many_awards import add_kind, add_people, award

HOME = "/operator/issuers/riga-college/statistics"
YEAR = f"{HOME}/2025"
PUBLIC = "/issuers/riga-college/statistics"
LAST_YEAR = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def filled(web_tool):
    """33 badges of 2025: 17 at level 4, 13 at level 5, 3 at level 6; fields and settings are told by none."""
    people = add_people(web_tool, 33)
    for level, whose in ((4, people[:17]), (5, people[17:30]), (6, people[30:])):
        kind = add_kind(
            web_tool,
            level={"framework": "EQF", "value": level},
            lki_level=None,
            isced_f="0613" if level == 4 else "0413",
            learning_setting=None,
        )
        award(web_tool, kind, whose, LAST_YEAR)
    return people


def files(page):
    with zipfile.ZipFile(io.BytesIO(page.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_one_press_gives_the_report_for_an_authority(join, filled, web_tool):
    ieva = join("manager")
    text = text_of(ieva.get(HOME))
    assert "Report of 2025 Not counted yet." in text and "33" not in text
    page = ieva.press(HOME, f"{YEAR}/report")
    assert page.mimetype == "application/zip" and page.headers["Cache-Control"] == "private, no-store"
    found = files(page)
    name = "statistics-riga-college-2025"
    assert found.keys() == {f"{name}{ending}" for ending in (".csv", ".json", "-en.pdf", "-lv.pdf")}
    told = json.loads(found[f"{name}.json"])
    assert (told["total"], told["prepared_by"]) == (33, "Ieva Kalniņa")
    assert told["tables"]["level"] == {"rows": [["5", 13]], "together": 20}
    # Only level 4 is of field 06, so 20 - 17 would tell of level 6.
    assert told["tables"]["field"] is None
    heading, every, *lines = table(found[f"{name}.csv"].decode())
    assert heading[-1] == "Badges" and every[-1] == "33"
    assert [
        "2025",
        "level",
        "5",
        "Level (EQF, LKI)",
        "Level 5",
        "Līmenis (EKI, LKI)",
        "5. līmenis",
        "13",
    ] in lines
    pdf = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(found[f"{name}-lv.pdf"])).pages)
    assert "2025. gadā piešķirtās nozīmītes" in pdf and "Sagatavoja" in pdf and "Ieva Kalniņa" in pdf
    assert "Iestāde" in pdf and web_tool.issuer.profile.registration in pdf
    acts = [(row.what, row.actor, row.about, row.why) for row in rows(web_tool, Event)]
    assert ("statistics_made", "account:1", "2025", "") in acts
    assert ("exported", "account:1", "2025", "statistics") in acts


def test_a_page_shows_what_was_counted_and_not_what_is(join, filled, web_tool):
    ieva = join()
    assert ieva.get(YEAR).status_code == 404
    ieva.press(HOME, f"{YEAR}/report")
    with web_tool.store.begin() as session:
        session.query(Award).filter_by(person_id=filled[0]).delete()
    page = ieva.get(YEAR)
    text = text_of(page)
    assert "33 badges were awarded." in text and "Level 5 13" in text and "Others, put together 20" in text
    assert "Level 6" not in text and "Level 4" not in text
    assert "Not shown: from these numbers somebody could be counted out." in text
    assert page.text.count('<rect class="bar" width="100.0"') >= 1
    assert "2025 33" in text_of(ieva.get(HOME))
    again = files(ieva.press(YEAR, f"{YEAR}/report", prepared_by="  Juris \n Bērziņš "))
    told = json.loads(again["statistics-riga-college-2025.json"])
    assert (told["total"], told["prepared_by"]) == (33, "Juris Bērziņš")


def test_a_name_that_would_be_a_formula_is_in_no_table(join, filled):
    ieva = join()
    found = files(ieva.press(HOME, f"{YEAR}/report"))
    assert "Ieva" not in found["statistics-riga-college-2025.csv"].decode()
    page = ieva.press(YEAR, f"{YEAR}/csv")
    assert page.mimetype == "text/csv"
    assert table(page.text) == table(found["statistics-riga-college-2025.csv"].decode())


@pytest.mark.parametrize("name", ["x" * 10_000, "\x1b[31m\u202e", "=1+1", "אבג"])
def test_any_name_of_who_prepared_it_makes_a_report(join, filled, name):
    ieva = join()
    found = files(ieva.press(HOME, f"{YEAR}/report", prepared_by=name))
    for language in ("en", "lv"):
        assert PdfReader(io.BytesIO(found[f"statistics-riga-college-2025-{language}.pdf"])).pages
    assert len(json.loads(found["statistics-riga-college-2025.json"])["prepared_by"]) <= 200


@pytest.mark.parametrize("year", ["2026", "2024", "0", "99999999999999999999"])
def test_of_another_year_there_is_none(join, filled, year, web_tool):
    ieva = join()
    page = ieva.get(HOME)
    assert ieva.press(HOME, f"{HOME}/{year}/report").status_code == 404
    assert ieva.get(f"{HOME}/{year}").status_code == 404
    assert page.status_code == 200 and rows(web_tool, StatisticsReport) == []


def test_everybody_reads_what_was_published_rounded(join, filled, app, web_tool):
    ieva, visitor = join(), browser_of(app)
    ieva.press(HOME, f"{YEAR}/report")
    assert visitor.get(PUBLIC).status_code == 404
    assert PUBLIC not in visitor.get("/issuers/riga-college", headers={"Accept": "text/html"}).text
    assert ieva.press(YEAR, f"{YEAR}/publish").location == YEAR
    ieva.press(YEAR, f"{YEAR}/publish")
    text = text_of(visitor.get(PUBLIC))
    assert (
        "35 badges were awarded." in text and "Level 5 15" in text and "33" not in text and "13" not in text
    )
    assert PUBLIC in visitor.get("/issuers/riga-college", headers={"Accept": "text/html"}).text
    ieva.press(YEAR, f"{YEAR}/withdraw")
    assert visitor.get(PUBLIC).status_code == 404
    acts = [row.what for row in rows(web_tool, Event) if row.what.startswith("statistics_")]
    assert acts == ["statistics_made", "statistics_published", "statistics_unpublished"]


def test_of_too_few_people_the_pages_say_so(join, web_tool):
    award(web_tool, add_kind(web_tool), add_people(web_tool, 4), LAST_YEAR)
    ieva = join()
    found = files(ieva.press(HOME, f"{YEAR}/report"))
    assert "Fewer than 5 people" in text_of(ieva.get(YEAR))
    assert len(table(found["statistics-riga-college-2025.csv"].decode())) == 1
    assert json.loads(found["statistics-riga-college-2025.json"])["total"] is None


def test_before_a_year_has_ended_there_is_nothing(join, web_tool):
    assert "There is no report yet" in text_of(join().get(HOME))


def test_nothing_of_one_issuer_is_seen_or_counted_from_another(join, filled, web_tool, app):
    other = add_another_issuer(web_tool)
    juris = join(issuer_id=other.id)
    award(web_tool, add_kind(web_tool, other.id), filled[:6], LAST_YEAR)
    assert juris.get(HOME).status_code == juris.get(YEAR).status_code == 404
    there = "/operator/issuers/daugava-school/statistics"
    found = files(juris.press(there, f"{there}/2025/report"))
    assert json.loads(found["statistics-daugava-school-2025.json"])["total"] == 6
    assert juris.press(there, f"{YEAR}/report").status_code == 404
    with web_tool.store.read() as session:
        assert queries.statistics.report(session, web_tool.issuer.id, 2025) is None


def test_an_auditor_reads_and_makes_nothing(join, filled, web_tool):
    auditor = join("auditor")
    assert "Count and download" not in auditor.get(HOME).text
    assert auditor.press(HOME, f"{YEAR}/report").status_code == 403
    assert rows(web_tool, StatisticsReport) == []


def test_another_site_makes_no_report(join, filled, web_tool):
    ieva = join()
    assert ieva.browser.post(f"{YEAR}/report", headers=FROM_ELSEWHERE).status_code == 403
    assert rows(web_tool, StatisticsReport) == []
