"""People on the pages of operators: found without being listed, corrected, exported and erased, by one issuer alone."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from limits import RateLimitItemPerMinute

from badges.pdf.attachments import attached_text
from lti_tool.awarding import looks
from lti_tool.issuing.signed_content import signed_content
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.people import addresses, identity_checks, reminders, withheld
from lti_tool.store import events, queries
from lti_tool.store.models import (
    Award,
    CredentialRow,
    Event,
    IdentityCheckRefusal,
    Person,
    ProvedAddress,
)
from lti_tool.web import rate_limits
from lti_tool.web.operator import people_search
from tests.fixtures import ANNA, JANIS, ZANE, change_issuer, complete, rows, run_due_jobs
from tests.lti_tool.web.conftest import hidden, text_of
from tests.two_issuers import add_awarding_issuer

PEOPLE = "/operator/issuers/riga-college/people"
THEIRS = "/operator/issuers/daugava-school/people"


@pytest.fixture
def anna(annas_badge, web_tool):
    """The number of Anna, who has a badge and has proved an address."""
    with web_tool.store.begin() as session:
        row = queries.people.person_of(session, 1, ANNA.user_id)
        now = web_tool.clock()
        addresses.save_proof(session, row.id, "anna@home.example", now, events.person(row.id))
        return row.id


@pytest.fixture
def owner(anna, join):
    """An owner, who signs in once Anna has her badge: that takes its time."""
    return join("owner")


def found(operator, words, address=PEOPLE):
    """The names of the people that a search finds, and the page."""
    page = operator.press(address, address, find=words)
    return page


def what_happened(tool, *names):
    return [(row.what, row.about, row.data) for row in rows(tool, Event) if row.what in names]


# --- Finding


@pytest.mark.parametrize(
    "words", ["anna", "BERZINA anna", "bērziņa", "anna@", "ANNA@HOME.example", "number", "badge", "id"]
)
def test_somebody_is_found_by_what_is_known_of_them(owner, anna, annas_badge, words):
    words = {
        "number": str(anna),
        "badge": f"https://badges.example.org/badges/{annas_badge}",
        "id": annas_badge.upper(),
    }.get(words, words)
    text = text_of(found(owner, words))
    assert ANNA.name in text and ANNA.email in text and JANIS.name not in text
    assert "1 person is found" in text


def test_nobody_is_listed_without_a_search_nor_by_a_single_letter(owner, anna):
    for page in (owner.get(PEOPLE), found(owner, ""), found(owner, "a"), found(owner, "@ .")):
        assert ANNA.name not in text_of(page)
    assert 'value="a"' in found(owner, "a").text and "at least two letters" in text_of(found(owner, "a"))
    assert "Nobody is found" in text_of(found(owner, "nobody here"))
    assert "Nobody is found" in text_of(found(owner, "00000000-0000-4000-8000-000000000000"))


def test_letters_that_vanish_when_they_are_compared_find_nobody(anna, web_tool):
    for words in ("\u037a\u037a", "\uff9e\uff9e", "a\u037a"):
        assert people_search.is_too_short(words), ascii(words)
        with web_tool.store.read() as session:
            assert people_search.find(session, web_tool.issuer.id, words).total == 0, ascii(words)


def test_of_many_the_first_are_shown_and_how_many_there_are(owner, anna, web_tool, monkeypatch):
    monkeypatch.setattr(people_search, "MOST_FOUND", 2)
    text = text_of(found(owner, "example.org"))
    assert "4 people are found" in text and "Here are the first 2 by name" in text
    assert text.index(ANNA.name) < text.index(JANIS.name) and ZANE.name not in text


def test_a_search_and_an_opened_person_are_events_without_what_was_typed(owner, anna, web_tool, capfd):
    found(owner, "bērziņa")
    owner.get(f"{PEOPLE}/{anna}")
    assert what_happened(web_tool, "people_searched", "person_opened") == [
        ("people_searched", "riga-college", {"found": 1}),
        ("person_opened", str(anna), {}),
    ]
    kept = [row for row in rows(web_tool, Event) if row.what in ("people_searched", "person_opened")]
    assert {(row.issuer_id, row.actor_kind) for row in kept} == {(web_tool.issuer.id, "operator")}
    assert "rzi" not in str([row.data for row in rows(web_tool, Event)]).lower()
    told = "".join(capfd.readouterr())
    assert "rzi" not in told.lower() and "anna" not in told.lower()


def test_many_searches_in_a_row_are_refused(owner, anna, app, monkeypatch):
    """Or somebody could go through the alphabet."""
    monkeypatch.setattr(rate_limits, "SEARCHES_OF_SESSION", RateLimitItemPerMinute(3))
    form = hidden(owner.get(PEOPLE), "_form")
    app.extensions["nozimite_limiter"].enabled = True
    try:
        answers = [
            owner.send(PEOPLE, _form=form, find=words).status_code for words in ("a", "an", "ja", "no", "zi")
        ]
    finally:
        rate_limits.switch_off(app)
    assert answers == [200, 200, 200, 200, 429]


# --- One person


def test_which_mails_a_person_refuses_says_nothing_of_answers_to_their_badges(owner, anna, web_tool):
    """Only somebody who was answered can refuse to be told, and that is theirs alone to know."""
    kinds = ("answers", "feedback")
    for kind in kinds:
        with web_tool.store.begin() as session:
            reminded = RemindedPerson(person_id=anna, kind=kind)
            reminders.refuse(session, reminded, web_tool.clock())
            reminders.accept(session, reminded, web_tool.clock())
            reminders.refuse(session, reminded, web_tool.clock())
        text = text_of(owner.get(f"{PEOPLE}/{anna}"))
        assert ("Objections none" in text) == (kind == "answers")
        assert "No reminders by e-mail" not in text
    assert "No e-mails that ask what became of a badge" in text
    acts = [row.why for row in rows(web_tool, Event) if row.what.startswith("reminders_")]
    assert acts == ["", "", "", "feedback", "feedback", "feedback"]


def test_the_page_of_a_person_says_what_is_known_and_what_was_awarded(owner, anna, annas_badge, web_tool):
    with web_tool.store.begin() as session:
        now, me = web_tool.clock(), events.person(anna)
        withheld.change(session, anna, ["email"], now, me)
        queries.identity_checks.refuse(session, anna, now)
        queries.mails.refuse(session, anna, "expiry", now)
    page = owner.get(f"{PEOPLE}/{anna}")
    text = text_of(page)
    for words in (
        ANNA.name,
        ANNA.email,
        "anna@home.example",
        "Riga College",
        "No hash of their e-mail address",
        "No reminders",
        "Not to be asked whether a badge is theirs",
        "Data literacy for decision makers",
        "Issued",
    ):
        assert words in text, words
    assert f"/badges/{annas_badge}" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_person_with_more_awards_takes_no_more_statements(join, anna, web_tool, statements):
    support, here = join("support"), f"{PEOPLE}/{anna}"
    support.get(here)
    statements.clear()
    support.get(here)
    with_one = len(statements)
    (first,) = rows(web_tool, Award)
    with web_tool.store.begin() as session:
        columns = [each.name for each in Award.__table__.columns if each.name not in ("id", "subject_id")]
        ended = {name: getattr(first, name) for name in columns}
        ended |= {"status": "revoked", "ended_at": web_tool.clock(), "why_ended": "revoked"}
        session.add_all(Award(**ended) for _ in range(5))
    statements.clear()
    page = support.get(here)
    assert page.text.count('<section class="card"') == 6
    assert len(statements) == with_one, "\n".join(statements)


def test_somebody_who_only_reads_sees_no_act(join, anna):
    page = join("support").get(f"{PEOPLE}/{anna}")
    assert "/awards/" not in page.text and "/erase" not in page.text and "/export" not in page.text


def test_a_badge_is_revoked_with_a_reason_and_not_without(owner, anna, web_tool):
    (award,) = rows(web_tool, Award)
    here = f"{PEOPLE}/{anna}/awards/{award.id}/revoke"
    assert "Enter a reason first" in text_of(owner.press(here, here, reason=" "))
    assert rows(web_tool, Award)[0].status == "issued"
    answer = owner.press(here, here, reason="Given to the wrong Anna")
    assert (answer.status_code, answer.location) == (303, f"{PEOPLE}/{anna}?done=revoked")
    (row,) = rows(web_tool, CredentialRow)
    assert (row.revocation_reason, rows(web_tool, Award)[0].status) == ("Given to the wrong Anna", "revoked")
    assert "The badge is revoked." in text_of(owner.get(answer.location))
    again = owner.press(PEOPLE, here, reason="Once more")
    assert "revoked already" in text_of(owner.get(again.location))


def test_a_badge_is_sent_again_and_replaced_by_a_corrected_one(owner, anna, web_tool):
    (award,) = rows(web_tool, Award)
    here = f"{PEOPLE}/{anna}"
    assert f"awards/{award.id}/correct" not in owner.get(here).text
    assert owner.press(here, f"{here}/awards/{award.id}/resend").location == f"{here}?done=resent"
    web_tool.clock.advance(minutes=1)
    with web_tool.store.begin() as session:
        row = session.get_one(Person, anna)
        row.name, row.renamed_at = "Anna Kalniņa", web_tool.clock()
    web_tool.clock.advance(minutes=1)
    assert f"awards/{award.id}/correct" in owner.get(here).text
    shown = text_of(owner.get(f"{here}/awards/{award.id}/correct"))
    assert ANNA.name in shown and "Anna Kalniņa" in shown
    assert owner.press(here, f"{here}/awards/{award.id}/correct").location == f"{here}?done=corrected"
    run_due_jobs(web_tool)
    current = next(row for row in rows(web_tool, CredentialRow) if row.replaced_at is None)
    assert signed_content(current.text).name == "Anna Kalniņa"
    nothing = owner.press(here, f"{here}/awards/{award.id}/retry")
    assert "Nothing has to be tried again" in text_of(owner.get(nothing.location))


def test_what_is_known_of_a_person_is_corrected(owner, anna, web_tool):
    here = f"{PEOPLE}/{anna}"
    with web_tool.store.begin() as session:
        row = session.get_one(Person, anna)
        row.name, row.stated_name = None, "Anna Ozola"
        queries.identity_checks.refuse(session, anna, web_tool.clock())
        credential = session.query(CredentialRow).one()
        check = identity_checks.visited(
            session, identity_checks.begin(session, credential.id, web_tool.clock())
        )
        assert not identity_checks.may_be_mailed(session, check, web_tool.clock())
    page = owner.get(here)
    (proof,) = rows(web_tool, ProvedAddress)
    assert "Anna Ozola" in text_of(page)
    owner.send(f"{here}/name/confirm", _form=hidden(page, "_form"), name=hidden(page, "name"))
    owner.send(f"{here}/address", _form=hidden(page, "_form"), proof=str(proof.id))
    owner.send(f"{here}/checks", _form=hidden(page, "_form"))
    assert rows(web_tool, IdentityCheckRefusal) == []
    with web_tool.store.read() as session:
        row = session.get_one(Person, anna)
        assert (row.name, row.stated_name) == ("Anna Ozola", None)
        (kept,) = queries.proved_addresses.of_person(session, anna)
        assert kept.confirmed_until == web_tool.clock() + addresses.CONFIRMED_FOR
        check = session.query(identity_checks.IdentityCheck).one()
        assert identity_checks.may_be_mailed(session, check, web_tool.clock())
    assert [what for what, _, _ in what_happened(web_tool, "identity_checks_allowed")] == [
        "identity_checks_allowed"
    ]
    # An address of somebody else is not confirmed by this page.
    other = owner.send(f"{here}/address", _form=hidden(page, "_form"), proof="999")
    assert other.status_code == 404


@pytest.mark.parametrize("answer", ["confirm", "decline"])
def test_a_name_that_nobody_has_read_is_not_answered(owner, anna, web_tool, answer):
    here = f"{PEOPLE}/{anna}"
    with web_tool.store.begin() as session:
        row = session.get_one(Person, anna)
        row.name, row.stated_name = None, "Anna Ozola"
    page = owner.get(here)
    with web_tool.store.begin() as session:
        session.get_one(Person, anna).stated_name = "The Rector"
    form = {"_form": hidden(page, "_form"), "name": hidden(page, "name")}
    done = owner.send(f"{here}/name/{answer}", **form)
    assert "Nothing was changed" in text_of(owner.get(done.location))
    with web_tool.store.read() as session:
        row = session.get_one(Person, anna)
        assert (row.name, row.stated_name) == (None, "The Rector")


# --- Export and erasure


def test_everything_is_taken_away_as_a_file_by_whoever_has_shown_who_they_are(owner, anna, web_tool, clock):
    here = f"{PEOPLE}/{anna}"
    answer = owner.press(here, f"{here}/export")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert ANNA.email.encode() in archive.read("data.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{anna}.zip"'
    exported = [row for row in rows(web_tool, Event) if row.what == "exported"]
    assert [(row.about, row.why, row.issuer_id) for row in exported] == [
        (str(anna), "person", web_tool.issuer.id)
    ]
    clock.advance(minutes=10)
    late = owner.press(here, f"{here}/export")
    assert (late.status_code, late.location) == (303, f"/operator/confirm?to={here}")


def test_an_erasure_says_first_what_goes_and_is_done_by_one_more_press(owner, anna, annas_badge, web_tool):
    here = f"{PEOPLE}/{anna}"
    page = owner.get(f"{here}/erase")
    text = text_of(page)
    for words in (
        "What goes, for good",
        "What stays",
        "has downloaded",
        "typed into a badge template",
        "Backups",
    ):
        assert words in text, words
    assert owner.send(f"{here}/erase", _form=hidden(page, "_form")).status_code == 200
    assert len(rows(web_tool, Award)) == 1
    done = owner.send(f"{here}/erase", _form=hidden(page, "_form"), sure="yes")
    assert f"Person {anna} is erased" in text_of(done)
    assert rows(web_tool, Award) == [] and ANNA.name not in text_of(done)
    assert owner.get(here).status_code == 404
    assert "Nobody is found" in text_of(found(owner, "anna"))
    (event,) = [row for row in rows(web_tool, Event) if row.what == "erased"]
    assert (event.actor_kind, event.about) == ("operator", str(anna))


def test_badges_are_revoked_first_where_that_is_asked_for(owner, anna, web_tool):
    here = f"{PEOPLE}/{anna}"
    (row,) = rows(web_tool, CredentialRow)
    done = owner.press(f"{here}/erase", f"{here}/erase", sure="yes", revoke="yes")
    assert "1 was revoked first" in text_of(done)
    assert web_tool.verify(row.text.encode()).verdict == "revoked"


def test_an_erasure_is_refused_with_the_reason(owner, anna, web_tool):
    change_issuer(web_tool, privacy={"awards_years": 3, "awards_kept_by_law": "Act on Education"})
    here = f"{PEOPLE}/{anna}"
    assert "Act on Education" in text_of(owner.get(f"{here}/erase"))
    page = owner.send(f"{here}/erase", _form=hidden(owner.get(here), "_form"), sure="yes", revoke="yes")
    assert "Act on Education" in text_of(page) and rows(web_tool, Award)[0].status == "issued"
    with web_tool.store.read() as session:
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
    assert "staff of a course" in text_of(owner.get(f"{PEOPLE}/{zane}/erase"))


def test_an_owner_makes_a_recognition_pack_when_asked_for_it(owner, anna, web_tool, clock):
    here = f"{PEOPLE}/{anna}"
    (badge,) = rows(web_tool, CredentialRow)
    answer = owner.press(here, f"{here}/recognition-pack", badge=badge.id)
    pack = json.loads(attached_text(answer.data).text)
    assert [each["credential"] for each in pack["badges"]] == [badge.text]
    exported = [row for row in rows(web_tool, Event) if row.what == "exported"]
    assert [(row.about, row.why, row.issuer_id) for row in exported] == [
        (str(anna), "recognition_pack", web_tool.issuer.id)
    ]
    for other in ("", "x", "00000000-0000-4000-8000-000000000000"):
        assert owner.press(here, f"{here}/recognition-pack", badge=other).status_code == 404
    with web_tool.store.read() as session:
        janis = queries.people.person_of(session, 1, JANIS.user_id).id
    assert owner.press(here, f"{PEOPLE}/{janis}/recognition-pack", badge=badge.id).status_code == 404
    clock.advance(minutes=10)
    late = owner.press(here, f"{here}/recognition-pack", badge=badge.id)
    assert (late.status_code, late.location) == (303, f"/operator/confirm?to={here}")


def test_an_erasure_wants_to_know_again_who_it_is(owner, anna, web_tool, clock):
    here = f"{PEOPLE}/{anna}/erase"
    page = owner.get(here)
    clock.advance(minutes=10)
    for answer in (owner.get(here), owner.send(here, _form=hidden(page, "_form"), sure="yes")):
        assert (answer.status_code, answer.location) == (303, f"/operator/confirm?to={here}")
    assert len(rows(web_tool, Award)) == 1
    assert owner.confirm(here).location == here


# --- Two issuers


@pytest.fixture
def both(anna, web_tool, platform, clock):
    """The second issuer, which has awarded Anna in the course of the first one."""
    added = add_awarding_issuer(web_tool)
    platform.inside = [ZANE]
    complete(web_tool, platform, 1, ANNA)
    run_due_jobs(web_tool)
    assert sorted(row.issuer_id for row in rows(web_tool, Award)) == sorted([added.id, web_tool.issuer.id])
    return added


def test_an_operator_makes_no_pack_of_a_badge_of_another_issuer(owner, both, anna, web_tool):
    here = f"{PEOPLE}/{anna}"
    by_issuer = {row.issuer_id: row.id for row in rows(web_tool, CredentialRow)}
    assert owner.press(here, f"{here}/recognition-pack", badge=by_issuer[both.id]).status_code == 404
    assert (
        owner.press(here, f"{here}/recognition-pack", badge=by_issuer[web_tool.issuer.id]).status_code == 200
    )


def test_an_operator_of_each_sees_its_own_alone(owner, join, both, anna, web_tool):
    theirs = join("owner", both.id)
    by_issuer = {row.issuer_id: row for row in rows(web_tool, CredentialRow)}
    page = theirs.get(f"{THEIRS}/{anna}")
    text = text_of(page)
    assert ANNA.name in text and "River pilot" in text and "None on your platforms" in text
    for hidden_from_them in (
        "Data literacy",
        "anna@home.example",
        "Objections",
        by_issuer[web_tool.issuer.id].id,
    ):
        assert hidden_from_them not in text + page.text
    ours = text_of(owner.get(f"{PEOPLE}/{anna}"))
    assert "Data literacy" in ours and "River pilot" not in ours
    # Neither finds who is the other's, nor by the other's badge.
    assert "Nobody is found" in text_of(found(theirs, JANIS.name, THEIRS))
    assert "Nobody is found" in text_of(found(theirs, by_issuer[web_tool.issuer.id].id, THEIRS))
    assert "Nobody is found" in text_of(found(theirs, "anna@home.example", THEIRS))
    assert ANNA.name in text_of(found(theirs, by_issuer[both.id].id, THEIRS))
    with web_tool.store.read() as session:
        janis = queries.people.person_of(session, 1, JANIS.user_id).id
    assert theirs.get(f"{THEIRS}/{janis}").status_code == 404
    assert theirs.get(f"{PEOPLE}/{anna}").status_code == 404


def test_an_issuer_without_the_platform_names_a_person_as_its_badge_does(join, both, anna, web_tool):
    """The platform's later name, and its e-mail address, are told to the issuer of the platform alone."""
    theirs, here = join("owner", both.id), f"{THEIRS}/{anna}"
    web_tool.clock.advance(minutes=1)
    with web_tool.store.begin() as session:
        row = session.get_one(Person, anna)
        row.name, row.email, row.renamed_at = "Anna Ozola", "ozola@home.example", web_tool.clock()
    (award,) = [row for row in rows(web_tool, Award) if row.issuer_id == both.id]
    (badge,) = [row.id for row in rows(web_tool, CredentialRow) if row.issuer_id == both.id]
    acts = [f"{here}/awards/{award.id}/{act}" for act in ("revoke", "correct")]
    pages = [theirs.get(address) for address in (here, f"{here}/erase", *acts)]
    pages += [found(theirs, words, THEIRS) for words in (ANNA.name, str(anna), badge)]
    for page in pages:
        assert page.status_code == 200 and ANNA.name in text_of(page)
        assert "Ozola" not in page.text and "home.example" not in page.text and ANNA.email not in page.text
    for words in ("ozola", "home.example", ANNA.email):
        assert "Nobody is found" in text_of(found(theirs, words, THEIRS))
    assert "Anna Ozola" in text_of(found(join("support"), "ozola"))


def test_no_act_of_one_reaches_what_is_the_others(join, both, anna, web_tool):
    theirs = join("owner", both.id)
    (ours,) = [row for row in rows(web_tool, Award) if row.issuer_id == web_tool.issuer.id]
    (proof,) = rows(web_tool, ProvedAddress)
    form = hidden(theirs.get(f"{THEIRS}/{anna}"), "_form")
    for path, more in (
        (f"awards/{ours.id}/revoke", {"reason": "x"}),
        (f"awards/{ours.id}/resend", {}),
        (f"awards/{ours.id}/correct", {}),
        ("address", {"proof": str(proof.id)}),
        ("name/confirm", {}),
        ("name/decline", {}),
        ("checks", {}),
    ):
        assert theirs.send(f"{THEIRS}/{anna}/{path}", _form=form, **more).status_code == 404, path
    assert {row.status for row in rows(web_tool, Award)} == {"issued"}


def test_each_erases_its_own(owner, join, both, anna, web_tool, platform, clock):
    theirs = join("owner", both.id)
    here = f"{THEIRS}/{anna}/erase"
    assert "belong to the issuer of the learning platform" in text_of(theirs.get(here))
    assert "is erased" in text_of(theirs.press(here, here, sure="yes"))
    assert {row.issuer_id for row in rows(web_tool, Award)} == {web_tool.issuer.id}
    assert theirs.get(f"{THEIRS}/{anna}").status_code == 404
    assert ANNA.name in text_of(owner.get(f"{PEOPLE}/{anna}"))
    platform.inside = [ZANE]
    looks.look(web_tool.store, platform, 1, clock.advance(minutes=1))
    complete(web_tool, platform, 1, ANNA)
    assert {row.issuer_id for row in rows(web_tool, Award)} == {web_tool.issuer.id}
    here = f"{PEOPLE}/{anna}/erase"
    owner.press(here, here, sure="yes")
    assert rows(web_tool, Award) == []
    assert ANNA.name not in {row.name for row in rows(web_tool, Person)}


def test_the_page_says_where_gradebooks_have_to_be_cleared_by_hand(owner, anna, web_tool, monkeypatch):
    from lti_tool.privacy import take_backs

    monkeypatch.setattr(take_backs, "finish", lambda _tool, _awards: ["Data Literacy Fundamentals"])
    here = f"{PEOPLE}/{anna}/erase"
    text = text_of(owner.press(here, here, sure="yes"))
    assert "To be cleared by hand" in text and "Data Literacy Fundamentals" in text
