"""Nothing is issued in a name that nobody has confirmed, nor published under an accreditation that has ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from badges.errors import MissingElementsError
from badges.issuer import Place
from badges.template.values import QualityAssurance
from lti_tool.errors import NotAllowedError
from lti_tool.issuing import legal_identity
from lti_tool.store import outbox
from lti_tool.store.models import Award, CredentialRow, IssuerProfileRow
from lti_tool.templates import versions
from tests.fixtures import ANNA, complete, run_due_jobs, template_data


def awards(tool):
    with tool.store.read() as session:
        return [(award.status, award.waiting_for) for award in session.query(Award)]


@pytest.fixture
def unconfirmed(tool, rule_id):
    with tool.store.begin() as session:
        for version in session.query(IssuerProfileRow):
            version.confirmed_at = None
    return tool


def test_awards_wait_until_the_legal_identity_is_confirmed(unconfirmed, platform, rule_id):
    tool = unconfirmed
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    assert awards(tool) == [("waiting", ["issuer"])]
    assert tool.issuer.confirmed_at is None
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuer, tool.clock())
    run_due_jobs(tool)
    assert awards(tool) == [("issued", [])]


def test_a_changed_identity_has_to_be_confirmed_again(tool, published):
    profile = tool.issuer.profile
    changes = (
        {"legal_name": {"en": "Riga University"}},
        {"registration": "40000000002"},
        {"vat": "LV40000000001"},
        {"also_in": (Place(country="EE"),)},
        {"accreditations": ()},
    )
    same = legal_identity.fingerprint(profile)
    assert legal_identity.fingerprint(replace(profile, email="new@riga-college.example")) == same
    assert len({legal_identity.fingerprint(replace(profile, **change)) for change in changes} | {same}) == (
        len(changes) + 1
    )


@pytest.mark.parametrize(
    ("without", "field"),
    [
        ({"legal_name": {}}, "legal_name"),
        ({"country": None}, "country"),
        ({"locality": None}, "locality"),
        ({"registration": None, "eidas_identifier": None}, "eidas_identifier"),
    ],
)
def test_an_incomplete_identity_cannot_be_confirmed(tool, without, field):
    with tool.store.begin() as session, pytest.raises(NotAllowedError, match=field):
        profile = replace(tool.issuer.profile, **without)
        legal_identity.confirm(session, replace(tool.issuer, profile=profile), tool.clock())


def test_the_legal_identity_is_names_numbers_places_and_accreditations(tool):
    said = legal_identity.legal_identity(tool.issuer.profile)
    assert said["legal_name"]["lv"] == "Rīgas koledža"
    assert said["accreditations"][0]["valid_until"] == "2048-03-14"
    assert not {"email", "quality", "slug"} & said.keys()


def test_an_expired_accreditation_blocks_publishing_but_revokes_nothing(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    ended = QualityAssurance(code="eqavet", valid_until=tool.clock().date() - timedelta(days=1))
    last_day = replace(ended, valid_until=tool.clock().date())
    profile = tool.issuer.profile
    with tool.store.begin() as session:
        row = versions.add(session, template_data(), tool.clock())
        with pytest.raises(MissingElementsError, match="type_of_quality_assurance"):
            versions.publish(row, replace(profile, accreditations=(ended,)), tool.clock())
        versions.publish(row, replace(profile, accreditations=(last_day,)), tool.clock())
        data = template_data()
        data["types_of_quality_assurance"][0]["valid_until"] = ended.valid_until
        another = versions.add(session, data, tool.clock())
        with pytest.raises(MissingElementsError, match="type_of_quality_assurance"):
            versions.publish(another, profile, tool.clock())
    run_due_jobs(tool)
    with tool.store.read() as session:
        assert session.query(CredentialRow).count() == 1


def test_a_warning_comes_60_days_before_an_accreditation_ends():
    ends = QualityAssurance(code="esg", valid_until=date(2027, 3, 31))
    never = QualityAssurance(code="internal")
    assert legal_identity.ending_soon((ends, never), date(2027, 1, 29)) == ()
    assert legal_identity.ending_soon((ends, never), date(2027, 1, 30)) == (ends,)
    assert legal_identity.ending_soon((ends, never), date(2027, 5, 1)) == (ends,)


def test_the_log_warns_the_operator(unconfirmed):
    with capture_logs() as entries:
        legal_identity.log_warnings(unconfirmed.issuer, date(2047, 12, 31))
        legal_identity.log_warnings(unconfirmed.issuer, date(2048, 3, 1))
        with unconfirmed.store.begin() as session:
            legal_identity.confirm(session, unconfirmed.issuer, unconfirmed.clock())
        legal_identity.log_warnings(unconfirmed.issuer, date(2047, 12, 31))
    assert [entry["event"] for entry in entries] == [
        "issuer_not_confirmed",
        "issuer_not_confirmed",
        "accreditation_ends",
    ]


def test_an_award_that_waits_for_the_issuer_still_waits_after_another_try(unconfirmed, platform, rule_id):
    complete(unconfirmed, platform, rule_id, ANNA)
    run_due_jobs(unconfirmed)
    with unconfirmed.store.begin() as session:
        outbox.add(session, "issue", {"award_id": session.query(Award).one().id}, unconfirmed.clock())
    run_due_jobs(unconfirmed)
    assert awards(unconfirmed) == [("waiting", ["issuer"])]
