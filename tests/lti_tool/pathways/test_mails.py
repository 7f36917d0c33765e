"""Mails of pathways: a claim's answer with its reason, the badge of the whole, and what an end means for it."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from lti_tool.awarding import awards
from lti_tool.backpack import keeping
from lti_tool.pathways import answers, claims
from lti_tool.privacy import erasure
from lti_tool.store import events
from lti_tool.store.models import Award, KeptBadge, Outbox, Pathway, PathwayClaim, Person, TemplateVersion
from tests.fixtures import ANNA, JANIS, add_another_issuer, publish, rows, run_due_jobs
from tests.pathways import (
    AS_MARTA,
    BY,
    arrive,
    claim,
    give,
    keep,
    one_set,
    parts_in,
    publish_pathway,
    settle,
    templates,
)

WHY = "Forty hours, and an examination."


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole", "lv": "Kopums"})


@pytest.fixture
def anna(tool):
    return reads_english(tool, ANNA)


def reads_english(tool, person):
    person_id = arrive(tool, person)
    change(tool, Person, person_id, language="en")
    return person_id


@pytest.fixture
def mails(tmp_path):
    """The mails so far to an address, as their subjects and plain texts on one line."""

    def mails(to=ANNA.email):
        read = [
            message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)
            for path in sorted((tmp_path / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        ]
        return {
            mail["Subject"]: " ".join(mail.get_body(("plain",)).get_content().split())
            for mail in read
            if mail["To"].addresses[0].addr_spec == to
        }

    return mails


@pytest.fixture
def claimed(tool, whole, anna):
    """What Anna has claimed for one of two parts."""
    pathway_id = publish_pathway(tool, whole, one_set(*templates(tool, "One", "Two")))
    return claim(tool, pathway_id, parts_in(tool, pathway_id)[0], anna, keep(tool, anna))


def test_the_learner_is_mailed_that_their_badge_counts_and_why(tool, claimed, mails):
    settle(tool, claimed, reason=WHY)
    text = mails()["Your badge counts: Welding"]
    assert "Riga College has found that your badge “Welding” counts as “One”, a part of “The whole”" in text
    assert f"The reason given: {WHY}" in text
    assert "https://badges.example.org/my/pathways?lang=en" in text
    # Nobody needs to know who of the institution answered: their name stays there.
    assert "Marta" not in text


def test_the_learner_is_mailed_that_it_does_not_count_why_and_what_to_do(tool, claimed, mails):
    settle(tool, claimed, "not_equivalent", "Too short.")
    text = mails()["Your badge does not count: Welding"]
    assert "does not count as “One”" in text and "The reason given: Too short." in text
    assert "You can use another badge for this part, or earn the part itself." in text
    assert f"If you think this is a mistake, please write to {tool.issuer.profile.email}." in text


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("lv-LV", "Jūsu nozīmīte tiek ieskaitīta: Welding", "nozīmītes „Kopums” daļa"),
        ("de", "Ihr Badge zählt: Welding", "einen Teil von „The whole“"),
        ("bg", "Your badge counts: Welding", "a part of “The whole”"),
    ],
)
def test_it_comes_in_the_language_of_the_learner(tool, anna, claimed, mails, language, subject, words):
    change(tool, Person, anna, language=language)
    settle(tool, claimed, reason=WHY)
    assert words in mails()[subject]


def change(tool, model, row_id, **columns):
    with tool.store.begin() as session:
        for name, value in columns.items():
            setattr(session.get_one(model, row_id), name, value)


def answered(tool, claim_id):
    """Answers the claim; what comes of it is not done yet."""
    with tool.store.begin() as session:
        answer = answers.Answer(finding="not_equivalent", reason=WHY, seen="")
        answers.settle(session, claim_id, answer, AS_MARTA, tool.clock())


def removed(tool, _claim_id):
    with tool.store.begin() as session:
        (row,) = session.query(KeptBadge)
        keeping.remove(session, row, tool.clock(), events.person(row.person_id))


def erased(tool, claim_id):
    with tool.store.read() as session:
        person_id = session.get_one(PathwayClaim, claim_id).person_id
    erasure.erase(tool, [person_id], BY)


def without_address(tool, claim_id):
    with tool.store.begin() as session:
        session.get_one(PathwayClaim, claim_id).person.email = None


@pytest.mark.parametrize("then", [removed, erased, without_address])
def test_nothing_is_mailed_where_there_is_nothing_to_tell_any_more_or_nobody(tool, claimed, mails, then):
    answered(tool, claimed)
    then(tool, claimed)
    run_due_jobs(tool)
    assert mails() == {}
    assert [each for each in rows(tool, Outbox) if each.task == "mail_claim"] == []


def test_what_was_asked_of_one_issuer_is_mailed_in_the_name_of_that_one(tool, anna, mails):
    other = add_another_issuer(tool)
    pathway_id = publish_pathway(tool, other.template_id, one_set(*templates(tool, "One")))
    settle(tool, claim(tool, pathway_id, parts_in(tool, pathway_id)[0], anna, keep(tool, anna)))
    assert "Daugava School has found" in mails()["Your badge counts: Welding"]


def test_the_whole_comes_in_the_mail_of_its_own_badge(tool, claimed, anna, mails):
    settle(tool, claimed)
    give(tool, badge_named(tool, "Two"), anna)
    assert "Riga College has awarded you the badge “The whole”." in mails()["Your badge: The whole"]


def badge_named(tool, name):
    return next(each.template_id for each in rows(tool, TemplateVersion) if each.name == name)


# --- A part that ends


def reminder(tool, mails, whole, **options):
    """The mail that Anna gets a month before one of two parts ends."""
    short = publish(tool, name={"en": "Short"}, validity={"months": 12})
    publish_pathway(tool, whole, one_set(short, *templates(tool, "Other"), **options))
    award_id = give(tool, short, reads_english(tool, ANNA))
    with tool.store.read() as session:
        end = session.get_one(Award, award_id).credential.valid_until
    tool.clock.now = end - timedelta(days=30)
    run_due_jobs(tool)
    return mails()["Your badge expires soon: Short"]


SENTENCE = "It is a part of “The whole”, which you do not have yet."


def test_the_mail_about_an_end_says_for_which_whole_the_part_is_needed(tool, whole, mails):
    assert SENTENCE in reminder(tool, mails, whole)


def test_it_does_not_where_the_part_counts_after_its_end_too(tool, whole, mails):
    assert "It is a part of" not in reminder(tool, mails, whole, when_expired="counts")


def test_it_does_not_where_the_learner_has_the_whole(tool, whole, mails):
    assert "It is a part of" not in reminder(tool, mails, whole, needed=1)


def test_it_does_where_the_whole_was_revoked(tool, whole, mails):
    short = publish(tool, name={"en": "Short"}, validity={"months": 12})
    publish_pathway(tool, whole, one_set(short))
    award_id = give(tool, short, reads_english(tool, ANNA))
    with tool.store.begin() as session:
        award = session.query(Award).filter_by(template_id=whole).one()
        awards.revoke(session, award, "by mistake", tool.clock(), BY)
    with tool.store.read() as session:
        tool.clock.now = session.get_one(Award, award_id).credential.valid_until - timedelta(days=30)
    run_due_jobs(tool)
    assert SENTENCE in mails()["Your badge expires soon: Short"]


def test_no_pathway_of_another_issuer_is_named_unless_the_badge_is_claimed_there(tool, mails):
    other = add_another_issuer(tool)
    short = publish(tool, name={"en": "Short"}, validity={"months": 12})
    pathway_id = publish_pathway(tool, other.template_id, one_set(short, *templates(tool, "Other")))
    ends = {}
    for person in (ANNA, JANIS):
        person_id = reads_english(tool, person)
        award_id = give(tool, short, person_id)
        if person is JANIS:
            with tool.store.begin() as session:
                row, award = session.get_one(Pathway, pathway_id), session.get_one(Award, award_id)
                part = parts_in(tool, pathway_id)[0]
                by = events.person(person_id)
                claims.claim_own(session, row, part, person_id, award, tool.clock(), by)
        with tool.store.read() as session:
            ends[person] = session.get_one(Award, award_id).credential.valid_until
    tool.clock.now = ends[ANNA] - timedelta(days=30)
    run_due_jobs(tool)
    subject = "Your badge expires soon: Short"
    assert "River pilot" not in mails()[subject] and "River pilot" in mails(JANIS.email)[subject]
