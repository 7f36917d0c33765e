"""A list of who has completed, as a teacher uploads it: shown row by row, taken once, and never about themselves."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.awarding import imports, looks
from lti_tool.observations import COURSE_COMPLETED, FINAL_SCORE
from lti_tool.platforms import source_access
from lti_tool.privacy import erasure
from lti_tool.sources.csv.rows import Row
from lti_tool.store import events, queries
from lti_tool.store.models import Award, Event, ExpiringValue, ObservationRow, Outbox, Person, RuleVersion
from lti_tool.values import INSTRUCTOR, Given
from lti_tool.web.teacher import list_upload
from tests.fixtures import ANNA, JANIS, NOW, PETERIS, TOMS, ZANE, learner, rows, run_due_jobs
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_changes import press

DAY = (NOW - timedelta(days=3)).date().isoformat()


@pytest.fixture
def upload(school, place, services, web_tool, clock):
    """What the page says of an uploaded file; the course has a badge for completing it, and has been looked at."""
    with web_tool.store.begin() as session:
        source_access.give(session, 1, "csv", Given(), web_tool.encrypt, clock())
    school.custom = place({"condition": "course_completed"})
    school.launch(replace(TOMS, roles=(INSTRUCTOR,)))
    page = school.launch(ZANE)
    services.everyone = [ZANE, TOMS, ANNA, JANIS]
    looks.look(web_tool.store, services, 1, clock())

    def upload(text, by=None):
        content = text if isinstance(text, bytes) else text.encode()
        token = hidden(by or page, "_launch")
        form = {"_launch": token, "file": (io.BytesIO(content), "list.csv")}
        return school.browser.post("/lti/app/course/list/rows", data=form)

    return upload


def refused(page):
    """Why rows are not taken, by their line."""
    table = page.text.partition("<summary>Cannot be taken")[2].partition("</table>")[0]
    found = re.findall(r'<th scope="row" data-of="Line">(\d+)</th><td>.*?</td><td>(.*?)</td>', table)
    return {int(line): why for line, why in found}


def taken(page, heading="<h2>Can be taken"):
    table = page.text.partition(heading)[2].partition("</table>")[0]
    return re.findall(r'<th scope="row" data-of="Line">\d+</th><td>(.*?)</td>', table)


def told(tool):
    kinds = (COURSE_COMPLETED, FINAL_SCORE)
    return [row for row in rows(tool, ObservationRow) if row.kind in kinds]


def test_nothing_happens_before_the_rows_were_seen_and_then_who_is_listed_gets_the_badge(
    school, upload, web_tool
):
    page = upload(f"email,date,score\n{ANNA.email.upper()},{DAY},85\nnobody@example.org,{DAY},\n")
    assert "Nothing has happened yet. 1 row can be taken." in text_of(page)
    assert taken(page) == ["Anna Bērziņa"]
    assert refused(page)[3].startswith("Nobody whom your learning platform has shown")
    assert told(web_tool) == rows(web_tool, Award) == []
    page = press(school, page, "course/list/take", list=hidden(page, "list"))
    assert "1 row is being taken." in text_of(page)
    run_due_jobs(web_tool)
    completed, score = told(web_tool)
    assert completed.value["completed_at"].startswith(DAY)
    assert (score.kind, score.value["score"]) == (FINAL_SCORE, "0.85")
    assert completed.actor_id == score.actor_id is not None
    (award,) = rows(web_tool, Award)
    with web_tool.store.read() as session:
        assert session.get_one(Person, award.person_id).name == ANNA.name


def test_where_no_badge_asks_for_what_a_list_tells_the_page_says_so(school, upload, web_tool):
    list_of_anna = f"email,date\n{ANNA.email},{DAY}\n"
    awarded, nothing = "badges that ask for that are then awarded", "A list awards nothing in this course now"
    page = upload(list_of_anna)
    assert awarded in text_of(page) and nothing not in text_of(page)
    assert nothing not in text_of(press(school, page, "course/list"))
    with web_tool.store.begin() as session:
        for version in session.query(RuleVersion):
            version.tree = '{"condition":"link_opened_to_them"}'
    page = upload(list_of_anna)
    assert nothing in text_of(page) and awarded not in text_of(page)
    assert nothing in text_of(press(school, page, "course/list"))


def test_the_same_list_twice_awards_once_and_the_same_page_is_taken_once(school, upload, web_tool):
    text = f"id;date\n{ANNA.user_id};{DAY}\n"
    page = upload(text)
    key = hidden(page, "list")
    press(school, page, "course/list/take", list=key)
    again = press(school, page, "course/list/take", list=key)
    assert "This list was taken already" in text_of(again)
    run_due_jobs(web_tool)
    second = upload(text)
    assert taken(second, "<summary>Listed before: nothing new") == ["Anna Bērziņa"]
    assert not taken(second)
    assert "There is nothing in this list that can be taken, or that is new." in text_of(second)
    assert len(told(web_tool)) == len(rows(web_tool, Award)) == 1


def test_each_row_says_what_is_wrong_with_it(upload, school, services, web_tool, clock):
    twin = learner(71, email=JANIS.email)
    gone = learner(72)
    services.everyone += [twin, gone]
    looks.look(web_tool.store, services, 1, clock.advance(minutes=10))
    services.everyone.remove(gone)
    looks.look(web_tool.store, services, 1, clock.advance(minutes=10))
    page = upload(
        "email,id,date\n"
        f"{ZANE.email},,{DAY}\n"
        f"{TOMS.email},,{DAY}\n"
        f"{JANIS.email},,{DAY}\n"
        f"{JANIS.email},{JANIS.user_id},{DAY}\n"
        f"{gone.email},,{DAY}\n"
        f"{ANNA.email},{JANIS.user_id},{DAY}\n"
        f",99999,{DAY}\n"
        f"{ANNA.email},,{DAY}\n"
        f",{ANNA.user_id},{DAY}\n"
        f"{ANNA.email},,someday\n"
        f'"=cmd|calc",,{DAY}\n'
    )
    found = {line: why.split(".")[0] for line, why in refused(page).items()}
    assert found == {
        2: "This is you",
        3: "The person teaches, or has taught, in this course",
        4: "Several people have this address or username",
        6: "The person is not a learner of this course now",
        7: "The address, the username and the id do not belong to one person",
        8: "Nobody whom your learning platform has shown to Nozimite has this address, username or id",
        9: "The person is in the list more than once",
        10: "The person is in the list more than once",
        11: "The date cannot be read",
        12: "Nobody whom your learning platform has shown to Nozimite has this address, username or id",
    }
    assert taken(page) == [JANIS.name]


@pytest.fixture
def with_usernames(upload, services, web_tool, clock):
    """The platform says by what Anna and Jānis log in, and lists Pēteris, who has no address and no username."""
    anna, janis = replace(ANNA, username="anna.bērziņa"), replace(JANIS, username="janis")
    peteris = replace(PETERIS, email=None)
    services.everyone = [ZANE, TOMS, anna, janis, peteris]
    looks.look(web_tool.store, services, 1, clock.advance(minutes=10))


def test_a_person_is_found_by_their_username_however_it_is_written(school, upload, with_usernames, web_tool):
    page = upload(f"Lietotājvārds;Datums\nANNA.BE\u0304RZIN\u0327A;{DAY}\nnobody;{DAY}\n")
    assert taken(page) == [ANNA.name]
    assert refused(page)[3].startswith("Nobody whom your learning platform has shown")
    assert "<td>nobody</td>" in page.text
    press(school, page, "course/list/take", list=hidden(page, "list"))
    run_due_jobs(web_tool)
    (award,) = rows(web_tool, Award)
    with web_tool.store.read() as session:
        assert session.get_one(Person, award.person_id).name == ANNA.name
    kept = [each.payload for each in rows(web_tool, Outbox)] + [each.data for each in rows(web_tool, Event)]
    assert "anna.b" not in str(kept)


@pytest.mark.parametrize(
    ("row", "whom", "problem"),
    [
        ((ANNA.email, "anna.bērziņa", ANNA.user_id), ANNA, ""),
        ((ANNA.email, "anna.bērziņa", ""), ANNA, ""),
        (("", "janis", JANIS.user_id), JANIS, ""),
        # Whether it is theirs cannot be said: the platform says none of Pēteris.
        (("", "peteris", PETERIS.user_id), PETERIS, ""),
        ((ANNA.email, "janis", ""), None, "do not belong to one person"),
        (("", "janis", ANNA.user_id), None, "do not belong to one person"),
        (("", "janis", PETERIS.user_id), None, "do not belong to one person"),
        ((ANNA.email, "", PETERIS.user_id), None, "do not belong to one person"),
        ((ANNA.email, "anna.bērziņa", JANIS.user_id), None, "do not belong to one person"),
        ((ANNA.email, "another", ""), None, "do not belong to one person"),
        (("another@example.org", "janis", ""), None, "do not belong to one person"),
        (("", "janis", "99999"), None, "Nobody whom your learning platform has shown"),
        (("another@example.org", "another", ""), None, "Nobody whom your learning platform has shown"),
    ],
)
def test_all_that_a_row_names_somebody_by_has_to_be_theirs(upload, with_usernames, row, whom, problem):
    email, username, user_id = row
    page = upload(f"email,username,id,date\n{email},{username},{user_id},{DAY}\n")
    assert taken(page) == ([whom.name] if whom else [])
    assert [problem in why for why in refused(page).values()] == ([] if whom else [True])


def test_a_username_that_two_people_have_is_guessed_of_nobody(
    upload, with_usernames, services, web_tool, clock
):
    """Somebody has left, and it was given to another since."""
    services.everyone.pop()
    services.everyone[-1] = learner(71, username="janis")
    looks.look(web_tool.store, services, 1, clock.advance(minutes=10))
    assert refused(upload(f"username,date\njanis,{DAY}\n"))[2].startswith(
        "Several people have this address or"
    )
    assert taken(upload(f"username,email,date\njanis,learner71@example.org,{DAY}\n")) == ["Learner 71"]


def test_an_address_that_two_people_have_is_settled_by_no_username_that_nobody_has(
    upload, services, web_tool, clock
):
    first, second = learner(71, email=JANIS.email, username="one"), JANIS
    services.everyone += [first]
    looks.look(web_tool.store, services, 1, clock.advance(minutes=10))
    page = upload(f"username,email,date\ntwo,{second.email},{DAY}\none,{second.email},{DAY}\n")
    assert refused(page)[2].startswith("Several people")
    assert taken(page) == [first.name]


def test_a_username_is_on_no_page_but_that_of_the_list(school, upload, with_usernames):
    for person in (ZANE, ANNA):
        assert "anna.bērziņa" not in school.launch(person).text


def test_others_are_listed_only_where_the_issuer_allows_it(upload, services, web_tool, clock):
    services.everyone.remove(JANIS)
    looks.look(web_tool.store, services, 1, clock.advance(minutes=10))
    assert taken(upload(f"email,date\n{JANIS.email},{DAY}\n")) == []
    policy = replace(web_tool.issuer.policy, lists_may_name_others=True)
    with web_tool.store.read() as session:
        course = queries.people.course_of(session, 1, "42")
        row = Row(line=2, email=JANIS.email, completed_at=NOW)
        (checked,) = imports.check(session, course, [row], None, policy)
    assert (checked.problem, checked.user_id) == ("", JANIS.user_id)


def test_a_list_is_taken_part_by_part_and_the_page_says_how_far(
    school, upload, services, web_tool, clock, monkeypatch
):
    monkeypatch.setattr(imports, "STORED_AT_ONCE", 3)
    people = [learner(number) for number in range(100, 110)]
    services.everyone += people
    looks.look(web_tool.store, services, 1, clock.advance(minutes=10))
    page = upload("id,date\n" + "".join(f"{each.user_id},{DAY}\n" for each in people))
    page = press(school, page, "course/list/take", list=hidden(page, "list"))
    assert "A list is being taken: 0 of 10 rows." in text_of(press(school, page, "course/list"))
    other = upload(f"id,date\n{ANNA.user_id},{DAY}\n")
    other = press(school, other, "course/list/take", list=hidden(other, "list"))
    assert "Another list of this course is being taken." in text_of(other)
    job = next(each for each in rows(web_tool, Outbox) if each.task == "import_list")
    # The worker dies after it has stored the part, and does it again.
    before = dict(job.payload)
    assert imports.store_part(web_tool.store, job.id, before, clock())
    assert "A list is being taken: 3 of 10 rows." in text_of(press(school, page, "course/list"))
    assert imports.store_part(web_tool.store, job.id, before, clock())
    assert len(told(web_tool)) == 3
    run_due_jobs(web_tool)
    assert len(told(web_tool)) == len(rows(web_tool, Award)) == 10
    assert "A list is being taken" not in text_of(press(school, page, "course/list"))


def test_what_is_kept_of_a_list_names_nobody(school, upload, web_tool):
    page = upload(f"email,date\n{ANNA.email},{DAY}\n")
    press(school, page, "course/list/take", list=hidden(page, "list"))
    (imported,) = (each for each in rows(web_tool, Event) if each.what == "list_imported")
    assert (imported.actor_kind, imported.data["rows"]) == ("person", 1)
    kept = [imported.data, *(each.payload for each in rows(web_tool, Outbox))]
    kept += [each.value for each in rows(web_tool, ExpiringValue)]
    assert ANNA.email not in str(kept) and "Anna" not in str(kept)


def test_who_was_erased_between_is_not_recorded(school, upload, web_tool, clock):
    page = upload(f"email,date\n{ANNA.email},{DAY}\n")
    press(school, page, "course/list/take", list=hidden(page, "list"))
    with web_tool.store.begin() as session:
        person = queries.people.person_of(session, 1, ANNA.user_id)
        erasure.erase_person(session, web_tool.issuers, person.id, clock(), events.operator("root"))
    run_due_jobs(web_tool)
    assert told(web_tool) == rows(web_tool, Award) == []


def test_a_list_that_another_was_shown_cannot_be_taken(school, upload, web_tool):
    shown = upload(f"email,date\n{ANNA.email},{DAY}\n")
    other = school.launch(replace(ZANE, user_id="77", email="other@example.org"))
    page = press(school, other, "course/list/take", list=hidden(shown, "list"))
    assert "This list was taken already" in text_of(page)
    run_due_jobs(web_tool)
    assert told(web_tool) == []


def test_lists_are_taken_only_where_the_operator_has_allowed_it(school, upload, web_tool, clock):
    shown = upload(f"email,date\n{ANNA.email},{DAY}\n")
    with web_tool.store.begin() as session:
        source_access.take_away(session, 1, "csv", clock())
    assert upload(f"email,date\n{ANNA.email},{DAY}\n").status_code == 403
    press(school, shown, "course/list/take", list=hidden(shown, "list"))
    run_due_jobs(web_tool)
    assert told(web_tool) == []
    page = press(school, shown, "course/list")
    assert "Lists are not taken in this course." in text_of(page)


def test_a_file_that_is_no_list_says_so(upload, monkeypatch):
    assert "The file is no table in the form of CSV." in text_of(upload(b"\x89PNG\r\n\x1a\n\0\0"))
    assert "Choose a file first." in text_of(upload(b""))
    monkeypatch.setattr(list_upload, "MOST_BYTES", 1000)
    assert upload(b"x" * 30_000).status_code == 413


def test_learners_upload_nothing(school, upload):
    page = school.launch(ANNA, **{CLAIM + "resource_link": {"id": "1"}})
    assert upload(f"email,date\n{ANNA.email},{DAY}\n", by=page).status_code == 403
