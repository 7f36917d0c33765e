"""A wallet is given the badge as an SD-JWT, once for each award, holder and form; what ends the award reaches it."""

from __future__ import annotations

import json

import pytest

from lti_tool.awarding import awards
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.bound import issue_bound
from lti_tool.issuing.sd_jwt_forms import DC_SD_JWT, VC_SD_JWT
from lti_tool.publishing import credentials as published_credentials
from lti_tool.store import events, queries
from lti_tool.store.models import Award, CredentialRow
from lti_tool.wiring import build_tool
from signing.did import did_jwk, did_key
from signing.jws import header_of, object_of
from signing.keys import generate, jwk
from signing.multibase import from_base64url
from signing.sd_jwt.compact import split
from tests.fixtures import ANNA, complete, make_rule, publish, rows, run_due_jobs, settings_for

TEACHER = events.person(10_000)
WALLET = generate("P-256").public_key()
HOLDER = did_jwk(jwk(WALLET, "phone"))
FORMS = {form.name: form for form in (DC_SD_JWT, VC_SD_JWT)}


@pytest.fixture
def tool(sqlite_url, tmp_path, clock):
    tool = build_tool(settings_for(sqlite_url, tmp_path), clock)
    yield tool
    tool.store.close()


@pytest.fixture
def award(tool, platform):
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    return rows(tool, Award)[0]


def bind(tool, award, form, holder=HOLDER):
    return issue_bound(tool.store, tool.issuers, award.id, holder, FORMS[form], tool.clock())


def payload(text):
    return object_of(split(text).jwt.split(".")[1])


def without_all(text):
    return split(text).jwt + "~"


@pytest.mark.parametrize("form", FORMS)
def test_the_wallet_has_it_byte_for_byte_and_everybody_can_verify_it(tool, award, form):
    given = bind(tool, award, form)
    assert bind(tool, award, form) == given
    (row,) = [each for each in rows(tool, CredentialRow) if each.id == given.id]
    assert (row.jwt, row.form, row.holder) == (given.text, form, HOLDER)
    report = tool.verify(given.text.encode())
    assert report.verdict == "verified", report.checks
    assert report.credential["credentialSubject"]["id"] == HOLDER
    assert header_of(given.text.split(".")[0])["kid"].startswith(f"{tool.issuer.profile.id}#")
    assert tool.verify(without_all(given.text).encode()).verdict == "verified"
    assert ANNA.name not in str(tool.verify(without_all(given.text).encode()).credential)


def test_each_form_names_the_holders_key_as_its_wallets_want_it(tool, award):
    public = {name: part for name, part in jwk(WALLET, "").items() if name not in ("kid", "alg", "use")}
    plain, whole = (payload(bind(tool, award, form).text) for form in FORMS)
    assert (plain["cnf"], whole["cnf"]) == ({"jwk": public}, {"kid": f"{HOLDER}#0"})
    assert plain["vct"] == f"{tool.issuer.addresses.issuer}/vct/open-badge/v1"
    other = did_key(generate("P-256").public_key())
    assert payload(bind(tool, award, "vc+sd-jwt", other).text)["cnf"] == {"kid": f"{other}#{other[8:]}"}
    assert len(rows(tool, CredentialRow)) == 4


@pytest.mark.parametrize("form", FORMS)
def test_revoking_and_correcting_reach_it(tool, award, form):
    given = bind(tool, award, form)
    with tool.store.begin() as session:
        session.get_one(Award, award.id).person.name = "Anna Kalniņa"
    tool.clock.advance(days=1)
    with tool.store.begin() as session:
        awards.correct(session, session.get_one(Award, award.id), tool.clock(), TEACHER)
    run_due_jobs(tool)
    assert tool.verify(given.text.encode()).verdict == "revoked"
    again = bind(tool, award, form)
    assert "Kalni" in "".join(from_base64url(one).decode() for one in split(again.text).disclosures)
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award.id), "Plagiarism.", tool.clock(), TEACHER)
    run_due_jobs(tool)
    for text in (again.text, without_all(again.text)):
        assert tool.verify(text.encode()).verdict == "revoked"


@pytest.mark.parametrize("form", FORMS)
def test_its_address_does_not_show_what_its_holder_leaves_out(tool, award, form):
    given = bind(tool, award, form)
    shown = json.dumps(payload(given.text))
    assert tool.issuer.addresses.credential(given.id) in shown
    with tool.store.read() as session:
        for ask in (published_credentials.row_to_show, published_credentials.row_to_give_out):
            with pytest.raises(NotFoundError):
                ask(session, given.id)
    with pytest.raises(NotFoundError):
        published_credentials.credential(tool, given.id)


def test_an_issuer_without_a_key_for_wallets_binds_nothing(tool, award):
    with tool.store.begin() as session:
        for key in queries.issuers.signing_keys(session, tool.issuer.id):
            key.retired_at = tool.clock() if key.algorithm == "P-256" else None
    for form in FORMS:
        with pytest.raises(NotAllowedError):
            bind(tool, award, form)
    assert len(rows(tool, CredentialRow)) == 1
