"""An SD-JWT is judged like any other badge, with what is shown of it; leaving parts out is nobody's fault."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from badges.sd_jwt.claims import as_claims
from badges.sd_jwt.issuing import confirm_key, secure_dc_sd_jwt, secure_vc_sd_jwt
from badges.verify import CHECKS, SD_JWT_CHECKS, Report, verify
from signing.did import did_jwk
from signing.jws import signed_compact
from signing.keys import SigningKey, generate, jwk
from signing.multibase import base64url, from_base64url
from signing.sd_jwt.compact import split
from signing.sd_jwt.disclosure import member_disclosure, read_disclosure
from signing.sd_jwt.issuing import issue
from signing.secured import SecuredCredential
from tests.badges.conftest import INDEX, NOW
from tests.badges.sd_jwt.conftest import VCT, anna, forms, key, new_holder
from tests.badges.verify.reports import demand_sentences, finding

__all__ = ["anna", "forms", "key", "new_holder"]

FORMS = ("dc+sd-jwt", "vc+sd-jwt")


@pytest.fixture
def check(world: Any) -> Callable[..., Report]:
    def checked(file: Any, **options: Any) -> Report:
        text = file.text if isinstance(file, SecuredCredential) else file
        now = options.pop("now", NOW)
        report = verify(text.encode(), world.find_key, world.find_status, now, **options)
        demand_sentences(report)
        return report

    return checked


def without(secured: SecuredCredential, *texts: str) -> str:
    """The SD-JWT without the disclosures that have one of these texts in them."""
    whole = split(secured.text)
    kept = [
        one for one in whole.disclosures if not any(text in from_base64url(one).decode() for text in texts)
    ]
    return "~".join((whole.jwt, *kept, ""))


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_badge_is_verified_and_shown(
    forms: Any, check: Any, form: str, built: Any, solar: Any
) -> None:
    report = check(forms[form])
    assert report.verdict == "verified", report.checks
    assert [one.name for one in report.checks] == [name for name, _ in (*CHECKS, *SD_JWT_CHECKS)]
    passed = {one.name for one in report.checks if one.outcome == "passed"}
    assert {one.name for one in report.checks} - passed == {"recipient", "presentation"}
    assert finding(report, "parsed") == ("passed", "read_sd_jwt")
    assert finding(report, "disclosures") == ("passed", "all_shown")
    assert finding(report, "presentation") == ("unknown", "not_presented")
    shown = report.credential or {}
    assert shown["credentialSubject"] == built(solar)["credentialSubject"]
    assert "cnf" not in shown and "iss" not in shown


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        (["Anna"], "identity_left_out"),
        (["Anna", "emailAddress"], "identity_left_out"),
        (["resultDescription", "provenBy"], "details_left_out"),
        (["emailAddress", "resultDescription"], "identity_and_more_left_out"),
        (['"'], "identity_and_more_left_out"),
    ],
)
def test_what_is_left_out_is_said_and_held_against_nobody(
    forms: Any, check: Any, form: str, left_out: list[str], code: str
) -> None:
    report = check(without(forms[form], *left_out))
    assert (report.verdict, finding(report, "disclosures")) == ("verified", ("passed", code))
    # Nothing of the form is held against it either.
    assert {one.outcome for one in report.checks if one.name not in ("recipient", "presentation")} <= {
        "passed",
        "unknown",
    }
    assert finding(report, "inline_schemas")[1] in ("no_schemas", "follows_schemas", "not_checked")
    said = json.dumps(report.credential, ensure_ascii=False)
    assert ("Anna" in said) == (not {"Anna", '"'} & {*left_out})
    assert "achievement" in said


@pytest.mark.parametrize("form", FORMS)
def test_a_recipient_is_compared_where_it_is_shown(forms: Any, check: Any, form: str) -> None:
    assert finding(check(forms[form], recipient="Anna Bērziņa"), "recipient") == (
        "passed",
        "recipient_matches",
    )
    hidden = check(without(forms[form], "Anna", "emailAddress"), recipient="Anna Bērziņa")
    assert (hidden.verdict, finding(hidden, "recipient")) == (
        "verified",
        ("unknown", "recipient_not_comparable"),
    )


@pytest.mark.parametrize(
    ("left_out", "recipient", "found"),
    [
        # One of two names is shown, and the other is the one that was asked about.
        ("Anna Liepa", "Anna Liepa", ("unknown", "recipient_not_comparable")),
        ("Anna Liepa", "Anna Bērziņa", ("passed", "recipient_matches")),
        ("resultDescription", "Zane Liepa", ("failed", "another_recipient")),
    ],
)
def test_whoever_was_only_left_out_is_not_another_person(
    check: Any, built: Any, solar: Any, key: Any, left_out: str, recipient: str, found: tuple[str, str]
) -> None:
    credential = built(solar)
    subject = credential["credentialSubject"]
    name = {"type": "IdentityObject", "hashed": False, "identityHash": "Anna Liepa", "identityType": "name"}
    identifiers = [*subject["identifier"], name]
    claims = credential | {"credentialSubject": subject | {"identifier": identifiers}, "cnf": {}}
    hidden = [("credentialSubject", "identifier", at) for at in range(len(identifiers))]
    secured = issue(claims, "vc+sd-jwt", [*hidden, ("credentialSubject", "result", 0)], key)
    assert finding(check(without(secured, left_out), recipient=recipient), "recipient") == found


@pytest.mark.parametrize("hidden", [("id",), ("name",), ("identifier",), ("identifier", 0, "identityHash")])
def test_a_member_that_names_the_learner_may_be_the_one_left_out(
    check: Any, built: Any, solar: Any, key: Any, hidden: tuple[str | int, ...]
) -> None:
    credential = built(solar)
    subject = credential["credentialSubject"] | {"name": "Anna", "familyName": "Liepa", "givenName": "Anna"}
    secured = issue(
        credential | {"credentialSubject": subject, "cnf": {}},
        "vc+sd-jwt",
        [("credentialSubject", *hidden)],
        key,
    )
    whole = check(secured, recipient="Zane Kalniņa")
    assert finding(whole, "recipient")[1] == "another_recipient"
    report = check("~".join((split(secured.text).jwt, "")), recipient="Zane Kalniņa")
    assert finding(report, "recipient") == ("unknown", "recipient_not_comparable")


@pytest.mark.parametrize("form", FORMS)
def test_the_holder_s_wallet_may_say_that_it_shows_the_badge(
    forms: Any, check: Any, anna: Any, new_holder: Any, form: str
) -> None:
    shown = anna.show(forms[form], NOW, "Anna")
    report = check(shown)
    assert (report.verdict, finding(report, "presentation")) == ("verified", ("passed", "presented"))
    assert "https://employer.example" in report.checks[-1].detail
    stolen = check(new_holder().show(forms[form], NOW))
    assert (stolen.verdict, finding(stolen, "presentation")) == (
        "unverifiable",
        ("failed", "presented_by_another"),
    )
    # Its clock is ahead: whose wallet it is was proven all the same.
    early = check(anna.show(forms[form], NOW + timedelta(minutes=6)))
    assert (early.verdict, finding(early, "presentation")) == ("verified", ("unknown", "presented_in_future"))
    # It has said itself until when it may be taken.
    over = check(anna.show(forms[form], NOW, exp=int(NOW.timestamp()) - 301))
    assert (over.verdict, finding(over, "presentation")) == ("verified", ("unknown", "presentation_over"))
    # The binding is of what was shown: with more beside it, it is not.
    name = next(one for one in split(forms[form].text).disclosures if "Anna" in from_base64url(one).decode())
    binding = split(shown.text).key_binding or ""
    more = check(split(shown.text).presented + name + "~" + binding)
    assert (more.verdict, finding(more, "presentation")[1]) == ("unverifiable", "presented_by_another")


@pytest.mark.parametrize("form", FORMS)
def test_forged_swapped_doubled_and_damaged_disclosures(forms: Any, check: Any, form: str) -> None:
    text = forms[form].text
    name = next(one for one in split(text).disclosures if "Anna" in from_base64url(one).decode())
    read = read_disclosure(name)
    forged = base64url(json.dumps(["s", read.value | {"identityHash": "Berta"}]).encode())
    for changed in (
        text.replace(name, forged),
        text + forged + "~",
        text + member_disclosure("x", 1, "s").text + "~",
    ):
        report = check(changed)
        assert (report.verdict, finding(report, "proof")) == ("changed", ("failed", "foreign_disclosure"))
        assert "Berta" not in json.dumps(report.credential)
    doubled = check(text + name + "~")
    assert (doubled.verdict, finding(doubled, "proof")) == ("unverifiable", ("failed", "malformed"))
    damaged = check(text.replace(name, base64url(b"[1]")))
    assert (damaged.verdict, finding(damaged, "proof")) == ("unverifiable", ("failed", "malformed"))
    assert check(text.replace(name, "!")).verdict == "unusable"


@pytest.mark.parametrize("form", FORMS)
def test_the_learner_of_another_badge_cannot_be_put_into_it(
    forms: Any, check: Any, form: str, built: Any, solar: Any, key: Any, anna: Any
) -> None:
    from badges.credential import Learner

    other = built(solar, learner=Learner(name="Berta Liepa", email="berta@example.org"))
    secured = (
        secure_dc_sd_jwt(other, VCT, confirm_key(did_jwk(anna.jwk)), key, NOW)
        if form == "dc+sd-jwt"
        else secure_vc_sd_jwt(other, confirm_key(did_jwk(anna.jwk)), key, NOW)
    )
    berta = next(one for one in split(secured.text).disclosures if "Berta" in from_base64url(one).decode())
    report = check(without(forms[form], "Anna") + berta + "~")
    assert report.verdict == "changed"


@pytest.mark.parametrize("form", FORMS)
def test_keys_and_algorithms_that_are_not_the_issuer_s_prove_nothing(
    forms: Any, check: Any, form: str, key: Any, world: Any, built: Any, solar: Any, anna: Any
) -> None:
    jwt, *rest = forms[form].text.split("~")
    head, body, _ = jwt.split(".")
    header = json.loads(from_base64url(head))

    def signed(alg: str, sign: Callable[[bytes], bytes]) -> str:
        first = base64url(json.dumps(header | {"alg": alg}).encode())
        made = base64url(sign(f"{first}.{body}".encode()))
        return "~".join((f"{first}.{body}.{made}", *rest))

    assert check(signed("none", lambda _: b"")).verdict == "unsigned"
    public = json.dumps(jwk(key.public, "p1")).encode()
    confused = check(signed("HS256", lambda data: hmac.digest(public, data, "sha256")))
    assert (confused.verdict, finding(confused, "proof")[1]) == ("unverifiable", "wrong_algorithm")
    world.keys[key.verification_method] = SigningKey(
        verification_method=key.verification_method, kid="p1", private=generate("P-256")
    )
    assert check(forms[form]).verdict == "changed"
    stranger = SigningKey(verification_method="did:web:other.example#1", kid="1", private=generate("P-256"))
    world.keys[stranger.verification_method] = stranger
    theirs = secure_vc_sd_jwt(built(solar), confirm_key(did_jwk(anna.jwk)), stranger, NOW)
    assert check(theirs).verdict == "wrong_issuer"


@pytest.mark.parametrize("form", FORMS)
def test_revocation_and_end_reach_it(
    forms: Any, check: Any, form: str, world: Any, built: Any, solar: Any, key: Any, anna: Any
) -> None:
    world.publish_list(revoked=(INDEX,))
    for text in (forms[form].text, without(forms[form], '"')):
        assert check(text).verdict == "revoked"
    world.publish_list()
    ends = built(solar, valid_until=NOW + timedelta(days=1))
    holder = confirm_key(did_jwk(anna.jwk))
    secured = (
        secure_dc_sd_jwt(ends, VCT, holder, key, NOW)
        if form == "dc+sd-jwt"
        else secure_vc_sd_jwt(ends, holder, key, NOW)
    )
    assert check(secured).verdict == "verified"
    assert check(secured, now=NOW + timedelta(days=2)).verdict == "expired"


@pytest.mark.parametrize("name", ["issuanceDate", "expirationDate", "refreshService", "validUntil"])
def test_by_what_validity_is_judged_may_not_be_for_the_holder_to_leave_out(
    check: Any, built: Any, solar: Any, key: Any, name: str
) -> None:
    value = {"id": "https://elsewhere.example/newer"} if name == "refreshService" else "2021-01-01T00:00:00Z"
    report = check(issue(built(solar) | {name: value, "cnf": {}}, "vc+sd-jwt", [(name,)], key))
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("failed", "malformed"))


def test_where_its_type_leads_decides_nothing(
    check: Any, built: Any, solar: Any, key: Any, anna: Any
) -> None:
    """What the type means is known here, so nothing is asked of it: no metadata, nor what these extend."""
    holder = confirm_key(did_jwk(anna.jwk))
    elsewhere = VCT.replace("https://", "https://elsewhere.")
    assert check(secure_dc_sd_jwt(built(solar), elsewhere, holder, key, NOW)).verdict == "verified"
    for other in (f"{VCT}?extends=x", f"{VCT}#x", f"{VCT}/2", "urn:eudi:micro_credential:1", f"file://{VCT}"):
        assert check(secure_dc_sd_jwt(built(solar), other, holder, key, NOW)).verdict == "unusable"


def test_an_issuer_that_is_written_in_another_way_is_no_other_than_the_one_that_signed(
    check: Any, built: Any, solar: Any, world: Any
) -> None:
    """A token of a stranger's own, whose claims name an issuer that readers would show."""
    stranger = SigningKey(verification_method="did:web:other.example#1", kid="1", private=generate("P-256"))
    world.keys[stranger.verification_method] = stranger
    claims = as_claims(built(solar), VCT, NOW) | {"iss": "did:web:other.example", "cnf": {}}
    real = claims["issuer"]
    for issuer in (real, real["id"], [real], [real["id"]], real | {"id": [real["id"]]}, None, [real, real]):
        report = check(issue(claims | {"issuer": issuer}, "dc+sd-jwt", [], stranger))
        assert report.verdict in ("wrong_issuer", "unusable"), issuer


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_in_another_way_is_not_called_changed(forms: Any, check: Any, form: str) -> None:
    whole = split(forms[form].text)
    head, body, signature = whole.jwt.split(".")
    parts = {"protected": head, "payload": body, "signature": signature}
    flattened = parts | {"header": {"disclosures": list(whole.disclosures)}}
    general = {"payload": body, "signatures": [flattened]}
    for written in (flattened, general):
        assert check(json.dumps(written)).verdict == "unusable"
    # Nor is the JWT alone a badge, of which nothing would be left out.
    assert check(whole.jwt).verdict in ("unusable", "unverifiable")


def test_a_hash_function_that_is_not_accepted_is_no_fault_of_the_badge(
    check: Any, built: Any, solar: Any, key: Any
) -> None:
    header = {"alg": "ES256", "typ": "vc+sd-jwt", "kid": key.verification_method}
    for name, found in (("sha-512", ("unknown", "wrong_algorithm")), (["sha-256"], ("failed", "malformed"))):
        payload = json.dumps(built(solar) | {"_sd_alg": name})
        report = check(signed_compact(header, payload, key) + "~")
        assert (report.verdict, finding(report, "proof")) == ("unverifiable", found)


def test_claims_of_another_type_are_no_open_badge(check: Any, key: Any, world: Any) -> None:
    claims = {"vct": "urn:eudi:pid:1", "iss": world.issuer_id, "given_name": "Anna"}
    report = check(issue(claims, "dc+sd-jwt", [("given_name",)], key))
    assert report.verdict == "unusable"


@pytest.mark.parametrize("form", FORMS)
def test_it_is_read_as_people_hand_it_in(forms: Any, check: Any, form: str) -> None:
    text = forms[form].text
    wrapped = "\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    for handed_in in (f"  „{wrapped}”\n", json.dumps([text])):
        report = check(handed_in)
        assert (report.verdict, finding(report, "parsed")[1]) == ("verified", "unusual_text")
    enveloped = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "EnvelopedVerifiableCredential",
    }
    for url in (
        f"data:application/{form},{text}",
        f"data:application/{form};base64,{base64.b64encode(text.encode()).decode()}",
    ):
        assert check(json.dumps(enveloped | {"id": url})).verdict == "verified"
    presented = {"type": ["VerifiablePresentation"], "verifiableCredential": [text]}
    assert check(json.dumps(presented)).verdict == "verified"


def test_what_is_cut_off_or_huge_or_deep_is_answered(
    forms: Any, check: Any, key: Any, built: Any, solar: Any
) -> None:
    text = forms["vc+sd-jwt"].text
    for at in range(1, len(text), 97):
        assert check(text[:at]).verdict not in ("verified", "changed") or text[at - 1] == "~"
    assert check(text + "d~" * 300).verdict == "unusable"
    assert check(text + "d" * 3_000_000 + "~").verdict == "unusable"
    deep = base64url(b'["s","x",' + b"[" * 1_000 + b"]" * 1_000 + b"]")
    assert check(text + deep + "~").verdict == "unverifiable"
    many = issue(built(solar) | {"cnf": {}}, "vc+sd-jwt", [], key, decoys={("credentialSubject",): 20_000})
    report = check(many)
    assert (report.verdict, finding(report, "disclosures")) == ("verified", ("passed", "details_left_out"))
