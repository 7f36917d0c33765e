"""A stranger's JSON is normalised, then judged: null and [] are absent, and no leniency makes a bad badge verified."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.template.model import Template
from badges.verify import Report, verify
from badges.verify.normalise import normalised
from signing.errors import KeyNotFoundError
from signing.json_text import Json
from signing.keys import SigningKey, VerificationMethod, generate, multikey
from signing.multibase import base64url
from signing.proofs import PROOFS
from signing.secured import SecuredCredential
from signing.signatures import sign
from tests.badges.verify.reports import demand_sentences, finding, members

Build = Callable[..., Json]
Verify = Callable[..., Report]
#: What a stranger may write where there is nothing.
NOTHING: tuple[Any, ...] = (None, [], [None])
#: What is never nothing where something decides.
UNREADABLE: tuple[Any, ...] = ("", {}, 7, True, "soon", ["soon"], [[]], {"@value": "2030-01-01T00:00:00Z"})


@pytest.fixture
def verify_badge(world: Any, now: datetime) -> Verify:
    """Verifies JSON, a text or a secured credential with the keys and lists of `world`."""

    def verified(
        file: Json | str | SecuredCredential, *, at: datetime = now, recipient: str | None = None
    ) -> Report:
        text = file.text if isinstance(file, SecuredCredential) else file
        data = (json.dumps(text) if isinstance(text, dict) else text).encode()
        report = verify(data, world.find_key, world.find_status, at, recipient=recipient)
        demand_sentences(report)
        json.dumps(report.credential)
        return report

    return verified


def signed_as_it_stands(world: Any, document: Json, proof_name: str) -> str:
    """The document signed by the issuer with nothing refused, as a careless signer would do it."""
    if proof_name == "vc-jwt":
        return token(world, document)
    suite = PROOFS[proof_name]
    key = world.key(proof_name)
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": proof_name,
        "created": "2026-11-21T09:00:00Z",
        "verificationMethod": key.verification_method,
        "proofPurpose": "assertionMethod",
    }
    from signing.multibase import base58

    signature = sign(key.private, suite.signed_bytes(document, options))  # type: ignore[attr-defined]
    return json.dumps(document | {"proof": [options | {"proofValue": "z" + base58(signature)}]})


def token(world: Any, payload: Json, **header: Any) -> str:
    """Any payload as a JWS of the issuer, with the claims of Open Badges where it has none."""
    key = world.key("vc-jwt")
    head = {"alg": "ES256", "typ": "JWT", "kid": key.verification_method} | header
    claims = {"iss": world.issuer_id} | ({"jti": payload["id"]} if "id" in payload else {}) | payload
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
    return f"{signed}.{base64url(sign(key.private, signed.encode()))}"


EMBEDDED = ("eddsa-rdfc-2022", "eddsa-jcs-2022")
ALL = (*EMBEDDED, "vc-jwt")

# --- null and [] are absent


@pytest.mark.parametrize("proof_name", ALL)
@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
def test_what_is_null_or_an_empty_list_is_absent(
    solar: Template, built: Build, world: Any, verify_badge: Verify, proof_name: str, nothing: Any
) -> None:
    credential = built(solar, subject_id=None)
    spoken = copy.deepcopy(credential)
    spoken |= {"validUntil": nothing, "evidence": nothing, "refreshService": nothing, "endorsement": nothing}
    spoken["issuer"] |= {"parentOrg": nothing, "phone": nothing}
    spoken["credentialSubject"] |= {"source": nothing, "id": nothing if proof_name == "vc-jwt" else None}
    spoken["credentialSubject"]["achievement"]["specialization"] = nothing
    if proof_name == "eddsa-rdfc-2022":
        del spoken["credentialSubject"]["id"]  # JSON-LD refuses an id that is null
    report = verify_badge(signed_as_it_stands(world, spoken, proof_name))
    assert report.verdict == "verified", report
    assert report.credential == credential


def test_null_beside_what_was_signed_changes_nothing(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    """The statements are the same, so whoever adds it adds nothing: every reader sees the same badge."""
    document = json.loads(world.secure(built(solar)).text)
    for holder in (document, document["issuer"], document["credentialSubject"]["achievement"]):
        holder["additionalName" if holder is document["issuer"] else "endorsement"] = None
    report = verify_badge(document)
    assert (report.verdict, report.credential) == ("verified", built(solar))


@pytest.mark.parametrize("proof_name", ALL)
def test_null_in_a_list_is_absent(
    solar: Template, built: Build, world: Any, verify_badge: Verify, proof_name: str
) -> None:
    credential = built(solar)
    spoken = copy.deepcopy(credential)
    subject = spoken["credentialSubject"]
    places = [(subject, "identifier"), (subject["achievement"], "alignment")]
    if proof_name != "eddsa-rdfc-2022":  # JSON-LD refuses a type that is null
        places += [(spoken, "type"), (subject["achievement"], "type")]
    for holder, name in places:
        holder[name] = [None, *holder[name], None]
    report = verify_badge(signed_as_it_stands(world, spoken, proof_name))
    assert (report.verdict, report.credential) == ("verified", credential)


@pytest.mark.parametrize("nothing", (*NOTHING, "", {}), ids=repr)
def test_a_proof_over_the_json_itself_covers_what_says_nothing_too(
    solar: Template, built: Build, world: Any, verify_badge: Verify, nothing: Any
) -> None:
    """JSON-LD drops null, but a proof of JCS is over the letters that stand there."""
    sound = json.loads(world.secure(built(solar), "eddsa-jcs-2022").text)
    assert verify_badge(sound | {"evidence": nothing}).verdict == "changed"
    spoken = json.loads(signed_as_it_stands(world, built(solar) | {"evidence": nothing}, "eddsa-jcs-2022"))
    del spoken["evidence"]
    assert verify_badge(spoken).verdict == "changed"


@pytest.mark.parametrize("empty", ["", {}], ids=repr)
def test_an_empty_text_is_absent_where_it_describes_and_unreadable_where_it_decides(
    solar: Template, built: Build, world: Any, verify_badge: Verify, empty: Any
) -> None:
    badge = built(solar, subject_id=None)
    badge["issuer"]["phone"] = badge["credentialSubject"]["narrative"] = empty
    report = verify_badge(token(world, badge))
    assert (report.verdict, report.credential) == ("verified", built(solar, subject_id=None))
    del badge["credentialSubject"]["identifier"]
    badge["credentialSubject"]["name"] = empty
    assert finding(verify_badge(token(world, badge)), "subject") == ("failed", "no_recipient")
    unreadable = ({"identityHash": empty}, {"identityHash": 7}, {"hashed": True})
    for identifier in (empty, [empty], 7, True, *unreadable, [*unreadable]):
        badge["credentialSubject"]["identifier"] = identifier
        report = verify_badge(token(world, badge))
        assert finding(report, "subject") == ("unknown", "recipient_unreadable")
        assert report.verdict == "unverifiable" or finding(report, "terms") == ("failed", "unclear_terms")
    world.publish_list(revoked=(4711,))
    assert verify_badge(token(world, badge)).verdict == "revoked"


@pytest.mark.parametrize("proof_name", ALL)
def test_nothing_that_was_signed_can_be_replaced_by_nothing(
    solar: Template, built: Build, world: Any, verify_badge: Verify, now: datetime, proof_name: str
) -> None:
    credential = built(solar, valid_until=now - timedelta(minutes=1))
    secured = json.loads(world.secure(credential, proof_name).text) if proof_name in EMBEDDED else None
    for name in ("validUntil", "credentialStatus", "validFrom", "awardedDate", "credentialSubject", "issuer"):
        for nothing in (*NOTHING, "", {}):
            if secured is None:
                head, _, signature = world.secure(credential, proof_name).text.split(".")
                payload = credential | {name: nothing, "iss": world.issuer_id, "jti": credential["id"]}
                forged = f"{head}.{base64url(json.dumps(payload).encode())}.{signature}"
            else:
                forged = json.dumps(secured | {name: nothing})
            assert verify_badge(forged).verdict in ("changed", "unverifiable", "unusable"), (name, nothing)


def test_the_context_is_never_touched(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    """Null in it takes all words their meaning."""
    for contexts in (
        [*built(solar)["@context"], None],
        [None, *built(solar)["@context"]],
        [*built(solar)["@context"], []],
    ):
        for proof_name in ALL:
            document = built(solar) | {"@context": contexts}
            assert normalised(document)["@context"] == contexts
            try:
                text = signed_as_it_stands(world, document, proof_name)
            except Exception:  # noqa: BLE001 - what cannot be signed cannot be verified
                continue
            assert verify_badge(text).verdict != "verified"
    inside = built(solar)
    inside["issuer"]["@context"] = None
    assert verify_badge(signed_as_it_stands(world, inside, "vc-jwt")).verdict != "verified"


def test_a_member_named_twice_is_refused_whatever_it_says(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    text = world.secure(built(solar)).text
    for twice in ('"validUntil":null,"validUntil":"2020-01-01T00:00:00Z",', '"name":null,'):
        assert verify_badge("{" + twice + text[1:]).verdict == "unusable"


# --- what decides is unreadable, never absent


@pytest.mark.parametrize("proof_name", ALL)
@pytest.mark.parametrize("value", UNREADABLE, ids=repr)
@pytest.mark.parametrize("name", ["validUntil", "expirationDate", "validFrom", "credentialStatus"])
def test_what_decides_and_cannot_be_read_is_never_taken_for_nothing(
    solar: Template, built: Build, world: Any, verify_badge: Verify, proof_name: str, value: Any, name: str
) -> None:
    document = built(solar) | {name: value}
    try:
        text = signed_as_it_stands(world, document, proof_name)
    except Exception:  # noqa: BLE001 - what cannot be signed cannot be verified
        return
    assert verify_badge(text).verdict in ("unverifiable", "unusable", "changed")


@pytest.mark.parametrize(
    ("dates", "verdict"),
    [
        ({"expirationDate": "2026-11-20T00:00:00Z"}, "expired"),
        ({"expirationDate": "2026-11-20T00:00:00Z", "validUntil": "2030-01-01T00:00:00Z"}, "expired"),
        ({"issuanceDate": "2026-11-22T00:00:00Z"}, "not_yet_valid"),
    ],
)
def test_a_badge_is_held_to_the_dates_of_either_data_model(
    solar: Template, built: Build, world: Any, verify_badge: Verify, dates: Json, verdict: str
) -> None:
    assert verify_badge(token(world, built(solar) | dates)).verdict == verdict


@pytest.mark.parametrize("proof", ["", {}, [{}], [""], 0, False, "proof"], ids=repr)
def test_a_proof_that_cannot_be_read_is_not_called_missing(
    solar: Template, built: Build, verify_badge: Verify, proof: Any
) -> None:
    report = verify_badge(built(solar) | {"proof": proof})
    assert report.verdict == "unverifiable"
    assert finding(report, "proof")[1] != "no_proof"


@pytest.mark.parametrize("proof", NOTHING, ids=repr)
def test_a_proof_that_is_null_or_an_empty_list_is_missing(
    solar: Template, built: Build, world: Any, verify_badge: Verify, proof: Any
) -> None:
    assert verify_badge(built(solar) | {"proof": proof}).verdict == "unsigned"
    document = json.loads(world.secure(built(solar)).text)
    assert verify_badge(document | {"proof": [None, *document["proof"]]}).verdict == "verified"


def test_members_of_the_proof_that_are_null_are_absent(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    document = json.loads(world.secure(built(solar)).text)
    document["proof"][0] |= {"nonce": None, "expires": None, "domain": None, "previousProof": None}
    assert verify_badge(document).verdict == "verified"
    for expires in ("", {}, 7):
        document["proof"][0]["expires"] = expires
        report = verify_badge(document)
        assert (report.verdict, finding(report, "proof")[1]) == ("unverifiable", "malformed")


@pytest.mark.parametrize("claim", ["exp", "nbf"])
@pytest.mark.parametrize("value", [None, "", {}, [], True, "1795251600"], ids=repr)
@pytest.mark.parametrize("kind", ["JWT", "vc+jwt"])
def test_a_moment_in_the_claims_that_cannot_be_read_is_never_taken_for_none(
    solar: Template, built: Build, world: Any, verify_badge: Verify, claim: str, value: Any, kind: str
) -> None:
    report = verify_badge(token(world, built(solar) | {claim: value}, typ=kind))
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("failed", "unreadable_claim"))


# --- a list of one


def test_a_list_of_one_is_its_member_and_a_list_of_two_is_not_read(
    solar: Template, built: Build, world: Any, verify_badge: Verify, now: datetime
) -> None:
    """JSON-LD makes the same statements of both, so anybody can turn one into the other under a valid signature."""
    document = json.loads(world.secure(built(solar, valid_until=now + timedelta(days=1))).text)
    listed = copy.deepcopy(document)
    listed["credentialSubject"]["achievement"] = [listed["credentialSubject"]["achievement"]]
    for name in ("credentialSubject", "issuer", "validFrom", "validUntil", "credentialStatus"):
        listed[name] = [listed[name]]
    report = verify_badge(listed)
    assert report.verdict in ("verified", "unverifiable"), report
    assert report.credential is not None
    expired = verify_badge(listed, at=now + timedelta(days=2))
    assert expired.verdict in ("expired", "unverifiable")
    world.publish_list(revoked=(4711,))
    del listed["issuer"]
    listed["issuer"] = document["issuer"]
    assert verify_badge(listed).verdict == "revoked"
    two = document | {"validUntil": [document["validUntil"], "2036-01-01T00:00:00Z"]}
    assert verify_badge(two).verdict not in ("verified", "expired")


@pytest.mark.parametrize("proof_name", ALL)
@pytest.mark.parametrize("name", ["issuer", "validFrom", "validUntil", "credentialStatus"])
def test_what_is_a_list_of_one_is_a_remark(
    solar: Template,
    built: Build,
    world: Any,
    verify_badge: Verify,
    now: datetime,
    name: str,
    proof_name: str,
) -> None:
    """Dates and issuers are compared with the claims of a token and with whose the key is."""
    credential = built(solar, valid_until=now + timedelta(days=1))
    text = signed_as_it_stands(world, credential | {name: [credential[name]]}, proof_name)
    report = verify_badge(text)
    assert (report.verdict, finding(report, "schema")) == ("verified", ("warning", "wrong_form"))
    assert verify_badge(text, at=now + timedelta(days=2)).verdict == "expired"
    two = signed_as_it_stands(world, credential | {name: [credential[name]] * 2}, "vc-jwt")
    assert name == "credentialStatus" or verify_badge(two).verdict in ("unusable", "unverifiable")


def test_an_issuer_in_a_list_is_no_other_issuer(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    other = built(solar)["issuer"] | {"id": "did:web:mallory.example.org"}
    mine = built(solar)["issuer"]
    for proof_name in ALL:
        text = signed_as_it_stands(world, built(solar) | {"issuer": [other]}, proof_name)
        assert verify_badge(text).verdict in ("wrong_issuer", "unverifiable")
        for several in ([mine, other], [other, mine], [mine, mine | {"name": "Another"}], []):
            text = signed_as_it_stands(world, built(solar) | {"issuer": several}, proof_name)
            report = verify_badge(text)
            assert report.verdict in ("unverifiable", "unusable"), (
                "who it is cannot be said, so nobody is accused"
            )
            assert finding(report, "proof") == ("failed", "malformed")
    token_of_another = token(world, built(solar) | {"issuer": [other], "iss": world.issuer_id})
    assert verify_badge(token_of_another).verdict == "wrong_issuer"


@pytest.mark.parametrize("proof_name", ALL)
def test_a_subject_that_is_a_list_of_one_is_a_remark(
    solar: Template, built: Build, world: Any, verify_badge: Verify, proof_name: str
) -> None:
    credential = built(solar)
    report = verify_badge(
        signed_as_it_stands(
            world, credential | {"credentialSubject": [credential["credentialSubject"]]}, proof_name
        )
    )
    assert (report.verdict, finding(report, "schema")) == ("verified", ("warning", "wrong_form"))
    assert report.credential == credential
    two = credential | {"credentialSubject": [credential["credentialSubject"]] * 2}
    assert verify_badge(signed_as_it_stands(world, two, "vc-jwt")).verdict in ("unusable", "unverifiable")


def test_an_endorsement_is_checked_as_it_stands(
    solar: Template, built: Build, world: Any, verify_badge: Verify, endorsement: Json
) -> None:
    """What is normalised for the badge would break the proofs inside it."""
    badge = built(solar)
    endorsement["credentialSubject"]["id"] = badge["credentialSubject"]["achievement"]["id"]
    endorsement |= {
        "description": "",
        "awardedDate": None,
        "credentialSubject": [endorsement["credentialSubject"]],
    }
    for proof_name in EMBEDDED:
        signed = json.loads(signed_as_it_stands(world, endorsement, proof_name))
        badge["credentialSubject"]["achievement"]["endorsement"] = [None, signed]
        report = verify_badge(token(world, badge))
        assert (report.verdict, finding(report, "endorsements")) == ("verified", ("passed", "endorsed"))
        signed["description"] = "We hire all of them."
        report = verify_badge(token(world, badge))
        assert finding(report, "endorsements") == ("failed", "endorsement_changed")


# --- slips of form


def credits_as_text(badge: Json) -> None:
    badge["credentialSubject"]["achievement"]["creditsAvailable"] = "3"


def image_as_address(badge: Json) -> None:
    badge["issuer"]["image"] = "https://badges.example.org/logo.png"


def evidence_alone(badge: Json) -> None:
    badge["evidence"] = {"type": ["Evidence"], "id": "urn:x:1"}


def criteria_without_anything(badge: Json) -> None:
    badge["credentialSubject"]["achievement"]["criteria"] = {}


def empty_description(badge: Json) -> None:
    badge["credentialSubject"]["achievement"]["description"] = ""


def no_id(badge: Json) -> None:
    del badge["id"]


def kind_of_achievement_not_listed(badge: Json) -> None:
    badge["credentialSubject"]["achievement"]["achievementType"] = "Thing"


SLIPS = (
    credits_as_text,
    image_as_address,
    evidence_alone,
    criteria_without_anything,
    empty_description,
    no_id,
    kind_of_achievement_not_listed,
)


@pytest.mark.parametrize("proof_name", ALL)
@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.__name__)
def test_a_slip_of_form_is_a_remark_and_never_hides_that_the_badge_was_revoked(
    solar: Template,
    built: Build,
    world: Any,
    verify_badge: Verify,
    now: datetime,
    slip: Callable[[Json], None],
    proof_name: str,
) -> None:
    badge = built(solar, valid_until=now + timedelta(days=1))
    slip(badge)
    text = signed_as_it_stands(world, badge, proof_name)
    assert verify_badge(text).verdict == "verified"
    assert verify_badge(text, at=now + timedelta(days=2)).verdict == "expired"
    world.publish_list(revoked=(4711,))
    assert verify_badge(text).verdict == "revoked"


def test_a_badge_that_cannot_be_read_is_still_called_revoked(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    badge = built(solar, subject_id=None)
    del badge["credentialSubject"]["identifier"]
    text = signed_as_it_stands(world, badge, "eddsa-rdfc-2022")
    assert (verify_badge(text).verdict, finding(verify_badge(text), "subject")[1]) == (
        "unusable",
        "no_recipient",
    )
    world.publish_list(revoked=(4711,))
    assert verify_badge(text).verdict == "revoked"


def test_a_recipient_may_be_given_by_name_alone(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    badge = built(solar, subject_id=None)
    del badge["credentialSubject"]["identifier"]
    badge["credentialSubject"]["name"] = "Anna Bērziņa"
    report = verify_badge(signed_as_it_stands(world, badge, "eddsa-rdfc-2022"))
    assert (report.verdict, finding(report, "subject")) == ("verified", ("warning", "recipient_by_name"))
    assert dict((probe.name, probe.outcome) for probe in report.probes)["CredentialSubjectProbe"] == "error"
    badge["credentialSubject"] |= {"name": "", "identifier": "anna@example.org"}
    report = verify_badge(token(world, badge))
    assert (report.verdict, finding(report, "subject")) == ("verified", ("warning", "recipient_unreadable"))


# --- dates without a zone


@pytest.mark.parametrize(
    ("begin", "end", "verdict"),
    [
        # Now is 2026-11-21T09:00:00Z.
        ("2026-11-20T20:59:00", None, "verified"),
        ("2026-11-20T21:01:00", None, "unverifiable"),
        ("2026-11-21T22:59:00", None, "unverifiable"),
        ("2026-11-21T23:01:00", None, "not_yet_valid"),
        ("2026-11-01T00:00:00", "2026-11-21T23:01:00", "verified"),
        ("2026-11-01T00:00:00", "2026-11-21T22:59:00", "unverifiable"),
        ("2026-11-01T00:00:00", "2026-11-20T21:01:00", "unverifiable"),
        ("2026-11-01T00:00:00", "2026-11-20T20:59:00", "expired"),
        ("2026-11-01", "2026-11-19", "expired"),
        ("2026-11-01", "2026-11-21", "unverifiable"),
        ("2026-11-01", "2026-11-22", "verified"),
        ("2026-11-20", None, "verified"),
        ("2026-11-21", None, "unverifiable"),
        ("2026-11-22", None, "not_yet_valid"),
        ("2026-11-21T09:00:00+00:00", "2026-11-21T09:00:00Z", "verified"),
    ],
)
@pytest.mark.parametrize("proof_name", ALL)
def test_a_date_without_a_zone_is_judged_in_every_zone(
    solar: Template,
    built: Build,
    world: Any,
    verify_badge: Verify,
    begin: str,
    end: str | None,
    verdict: str,
    proof_name: str,
) -> None:
    document = built(solar) | {"validFrom": begin} | ({"validUntil": end} if end else {})
    report = verify_badge(signed_as_it_stands(world, document, proof_name))
    assert report.verdict == verdict, report
    if verdict == "unverifiable":
        assert finding(report, "validity") == ("unknown", "no_zone")


def test_the_end_of_a_proof_without_a_zone_is_judged_in_every_zone(
    solar: Template, built: Build, world: Any, verify_badge: Verify, now: datetime
) -> None:
    document = json.loads(world.secure(built(solar)).text)
    for expires, code in (
        ("2026-11-21T10:00:00", "proof_end_unclear"),
        ("2026-11-20T20:00:00", "proof_expired"),
    ):
        document["proof"][0]["expires"] = expires
        report = verify_badge(document)
        assert (report.verdict, finding(report, "proof")[1]) == ("unverifiable", code)


# --- tokens


@pytest.mark.parametrize(
    "kind", ["jwt", "application/jwt", "VC+JWT", "Application/VC+JWT", "application/vc+ld+jwt", None]
)
def test_the_type_of_a_token_is_a_media_type(
    solar: Template, built: Build, world: Any, verify_badge: Verify, kind: str | None
) -> None:
    assert verify_badge(token(world, built(solar), typ=kind)).verdict == "verified"


def test_claims_agree_in_whole_seconds_or_with_their_fraction(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    badge = built(solar) | {"validFrom": "2026-11-01T00:00:00.250Z"}
    for nbf, verdict in (
        (1793491200, "verified"),
        (1793491200.25, "verified"),
        (1793491200.0, "verified"),
        (1793491200.75, "unverifiable"),
        (1793491201, "unverifiable"),
        (1e300, "unverifiable"),
        (-(10**400), "unverifiable"),
    ):
        assert verify_badge(token(world, badge | {"nbf": nbf})).verdict == verdict, nbf


@pytest.mark.parametrize("claim", ["iss", "jti", "sub", "iat"])
def test_other_claims_that_are_null_are_left_out(
    solar: Template, built: Build, world: Any, verify_badge: Verify, claim: str
) -> None:
    assert verify_badge(token(world, built(solar) | {claim: None})).verdict == "verified"


def test_a_token_of_w3c_may_have_a_sub_where_the_subject_has_no_id(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    badge = built(solar, subject_id=None) | {"sub": "mailto:anna@example.org"}
    assert verify_badge(token(world, badge, typ="vc+jwt")).verdict == "verified"
    # With an id, as with a list of subjects, it may not be another one.
    badge["credentialSubject"]["id"] = "did:example:zane"
    assert finding(verify_badge(token(world, badge, typ="vc+jwt")), "proof")[1] == "claims_disagree"
    badge["credentialSubject"] = [badge["credentialSubject"]]
    assert finding(verify_badge(token(world, badge, typ="vc+jwt")), "proof")[1] == "claims_disagree"
    badge["credentialSubject"] *= 2
    assert finding(verify_badge(token(world, badge, typ="vc+jwt")), "proof")[1] == "claims_disagree"


def test_a_wrong_iss_disagreeing_claims_and_no_key_have_words_of_their_own(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    badge = built(solar)
    for text, verdict, code in (
        (token(world, badge | {"iss": "did:example:other"}), "wrong_issuer", "wrong_iss"),
        (token(world, badge | {"jti": "urn:x:other"}), "unverifiable", "claims_disagree"),
        (token(world, badge | {"exp": 1}), "unverifiable", "claims_disagree"),
        (token(world, badge, kid=None), "unverifiable", "no_key_named"),
        (token(world, badge).rsplit(".", 1)[0] + ".", "unsigned", "no_proof"),
        (token(world, badge)[:-4], "unverifiable", "malformed"),
        (token(world, badge, alg="none"), "unsigned", "no_proof"),
    ):
        report = verify_badge(text)
        assert (report.verdict, finding(report, "proof")[1]) == (verdict, code)


def test_a_changed_token_is_called_changed_whatever_its_claims_say(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    head, _, signature = token(world, built(solar)).split(".")
    for change in ({"iss": "did:example:other"}, {"exp": None}, {"name": "Another"}, {"jti": "urn:x:1"}):
        payload = {"iss": world.issuer_id, "jti": built(solar)["id"]} | built(solar) | change
        forged = f"{head}.{base64url(json.dumps(payload).encode())}.{signature}"
        assert verify_badge(forged).verdict == "changed", change


# --- proofs that are not checked here


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        ({"type": "Ed25519Signature2018", "jws": "a..b"}, "ed25519_signature_2018"),
        ({"type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "proofValue": "u2V0C"}, "bbs_2023"),
        ({"type": "MyProof2026", "proofValue": "z1"}, "unknown_proof"),
    ],
)
def test_a_proof_that_is_not_checked_here_is_named(
    solar: Template, built: Build, verify_badge: Verify, proof: Json, code: str
) -> None:
    for proofs in (proof, [proof], [proof, proof]):
        report = verify_badge(built(solar) | {"proof": proofs})
        assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", code))


# --- the order of the questions


def test_a_badge_without_a_signature_has_a_verdict_of_its_own(
    solar: Template, built: Build, verify_badge: Verify, now: datetime
) -> None:
    ended = built(solar, valid_until=now - timedelta(minutes=1))
    assert verify_badge(ended).verdict == "unsigned"
    # Of a document that is no whole badge, nobody is told that it has no signature.
    assert verify_badge(ended | {"credentialSubject": []}).verdict == "unusable"
    assert verify_badge(ended | {"type": ["VerifiableCredential"]}).verdict == "unusable"


#: Members that a badge need not have, of the credential or of its achievement.
MAY_BE_NOTHING = (
    "validUntil evidence endorsement refreshService termsOfUse achievement/humanCode achievement/related "
    "achievement/endorsement achievement/otherIdentifier achievement/fieldOfStudy"
).split()


@given(data=st.data())
def test_whatever_is_added_as_nothing_leaves_the_badge_as_it_is(
    data: st.DataObject, solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    document = json.loads(world.secure(built(solar)).text)
    expected = normalised({name: value for name, value in document.items() if name != "proof"})
    for _ in range(data.draw(st.integers(1, 4))):
        name = data.draw(st.sampled_from(MAY_BE_NOTHING))
        holder = document if "/" not in name else document["credentialSubject"]["achievement"]
        if name.rpartition("/")[2] not in holder:
            holder[name.rpartition("/")[2]] = copy.deepcopy(data.draw(st.sampled_from(NOTHING)))
    report = verify_badge(document)
    assert report.verdict == "verified", report
    assert report.credential == expected


@given(data=st.data())
def test_no_value_can_be_replaced_without_the_readers_seeing_the_same(
    data: st.DataObject, solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    """Mutations of a signed badge by what normalisation knows: it is verified only if it says the same.

    Labels are left out: that of the country stands in the badge twice, and one statement is as good as two.
    """
    proof_name = data.draw(st.sampled_from(EMBEDDED))
    document = json.loads(world.secure(built(solar), proof_name).text)
    for _ in range(data.draw(st.integers(1, 3))):
        places = [
            place for place in members(document) if place[1] not in ("proofValue", "prefLabel", "en", "lv")
        ]
        holder, key = data.draw(st.sampled_from(places))
        value = holder[key]
        replacements = [None, [], {}, "", [value], [value, value], [value, None], [[value]], [None]]
        if isinstance(value, list) and len(value) == 1:
            replacements.append(value[0])
        holder[key] = copy.deepcopy(data.draw(st.sampled_from(replacements)))
    report = verify_badge(document)
    if report.verdict == "verified":
        assert as_sets(report.credential) == as_sets(built(solar))


def as_sets(value: Any) -> Any:
    """What JSON-LD does not tell apart is one: a list of one and its member, a value twice in a set."""
    if isinstance(value, dict):
        return {name: as_sets(part) for name, part in value.items()}
    if isinstance(value, list):
        parts = sorted({json.dumps(as_sets(part), sort_keys=True): as_sets(part) for part in value}.items())
        return parts[0][1] if len(parts) == 1 else [part for _, part in parts]
    return value


def test_the_key_of_an_issuer_at_http_is_said_not_to_have_been_asked_for(
    solar: Template, built: Build, world: Any, verify_badge: Verify, now: datetime
) -> None:
    world.issuer_id = "http://college.example.org"
    badge = built(solar) | {"issuer": built(solar)["issuer"] | {"id": world.issuer_id}}
    texts = [signed_as_it_stands(world, badge, name) for name in ALL]
    key = generate("Ed25519")
    spelled = f"{world.issuer_id}#{multikey(key.public_key())}"
    signer = SigningKey(verification_method=spelled, kid="k", private=key)
    embedded = PROOFS["eddsa-rdfc-2022"].secure(badge, signer, now)

    def none(method: str, issuer: str) -> VerificationMethod:
        raise KeyNotFoundError(method)

    world.find_key = none
    for text in texts:
        report = verify_badge(text)
        assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", "key_without_tls"))
    report = verify_badge(embedded)
    assert (report.verdict, finding(report, "key_of_issuer")) == (
        "unverifiable",
        ("unknown", "issuer_without_tls"),
    )


def test_a_key_that_is_not_found_is_never_a_change(
    solar: Template, built: Build, world: Any, verify_badge: Verify
) -> None:
    texts = [world.secure(built(solar), name).text for name in ALL]

    def none(method: str, issuer: str) -> VerificationMethod:
        raise KeyNotFoundError(method)

    world.find_key = none
    for text in texts:
        assert verify_badge(text).verdict == "unverifiable"
