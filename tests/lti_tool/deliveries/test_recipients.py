"""In which language a learner is written to."""

from __future__ import annotations

import json
from email import message_from_bytes, policy

import pytest

from badges.bake import unbake
from lti_tool.deliveries import dispatch
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import CredentialRow
from tests.fixtures import ANNA, complete, launch_of, make_rule, publish, run_due_jobs


@pytest.fixture
def told(tool, platform):
    """The language of a mail to Anna about a badge that is written in English."""
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)

    def told():
        with tool.store.begin() as session:
            credential = session.query(CredentialRow).one()
            credential.language = "en"
            return dispatch.recipient_of(credential.award.person, credential).language

    return told


def opens(tool, locale):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1, locale=locale), tool.clock())


def test_a_mail_is_in_the_language_in_which_the_learner_opened_the_course_last(tool, told):
    opens(tool, "lv")
    assert told() == "lv"
    opens(tool, "en")
    assert told() == "en"
    opens(tool, "lv")
    opens(tool, None)
    assert told() == "lv", "it is remembered where a launch names none"


def test_a_learner_who_opens_the_course_in_german_is_written_to_in_german(tool, told):
    opens(tool, "de-AT")
    assert told() == "de"


@pytest.mark.parametrize("known", [None, "bg"])
def test_where_none_of_ours_is_known_it_is_in_that_of_the_badge(tool, told, known):
    with tool.store.begin() as session:
        queries.people.person_of(session, 1, ANNA.user_id).language = known
    assert told() == "en"
    with tool.store.begin() as session:
        credential = session.query(CredentialRow).one()
        credential.language = "lv"
        assert dispatch.recipient_of(credential.award.person, credential).language == "lv"


def test_a_badge_in_greek_is_brought_by_a_mail_in_greek(tool, platform, tmp_path):
    """From the launch to the mail: nothing on the way knows two languages alone."""
    name = {"el": "Γραμματισμός στα δεδομένα"}
    rule_id = make_rule(tool, publish(tool, name=name, in_language="el"))
    opens(tool, "el-GR")
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (file,) = (tmp_path / "mail").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["Content-Language"] == "el"
    assert mail["Subject"] == "Το ψηφιακό σας σήμα: Γραμματισμός στα δεδομένα"
    text = mail.get_body(("plain",)).get_content()
    assert "σας απένειμε το σήμα «Γραμματισμός στα δεδομένα»" in " ".join(text.split())
    (picture,) = mail.iter_attachments()
    achievement = json.loads(unbake(picture.get_content()).text)["credentialSubject"]["achievement"]
    assert (achievement["inLanguage"], achievement["name"]) == ("el", name["el"])
