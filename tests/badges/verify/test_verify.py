"""The Report on a badge says whether it is unchanged, from whom and still valid; no bytes make the verifier raise."""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import badges.verify
from badges.artwork import picture
from badges.bake import SIGNATURE, bake
from badges.errors import NotBakedError, PictureError
from badges.sentences import sentence, sentences
from badges.template.model import Template
from badges.verify import CHECKS, SD_JWT_CHECKS, Report, StatusFinder, Verdict, verify
from badges.verify.report import LIMIT_REACHED
from signing.errors import ProofError
from signing.json_text import Json
from signing.keys import KeyFinder, VerificationMethod, generate
from signing.secured import SecuredCredential
from tests.badges.verify.reports import demand_sentences, finding, members, with_changed_bytes

Build = Callable[..., Json]

NAMES = (
    "parsed terms context type schema inline_schemas subject issuer proof key_of_issuer refresh status validity "
    "endorsements recipient"
).split()


@pytest.fixture
def verify_badge(world: Any, now: datetime) -> Callable[..., Report]:
    """Verifies a text or bytes; the issuer's keys and lists are those of `world`."""

    def verified(
        file: bytes | str | SecuredCredential,
        *,
        find_key: KeyFinder | None = None,
        find_status: StatusFinder | None = None,
        fetch: Callable[[str], bytes] | None = None,
        recipient: str | None = None,
        at: datetime = now,
    ) -> Report:
        text = file.text if isinstance(file, SecuredCredential) else file
        data = text.encode() if isinstance(text, str) else text
        find_key, find_status = find_key or world.find_key, find_status or world.find_status
        report = verify(data, find_key, find_status, at, fetch=fetch, recipient=recipient)
        demand_sentences(report)
        return report

    return verified


def tampered(secured: SecuredCredential, old: str, new: str) -> str:
    assert old in secured.text
    return secured.text.replace(old, new, 1)


# --- valid badges


@pytest.mark.parametrize("proof_name", ["eddsa-rdfc-2022", "vc-jwt"])
@pytest.mark.parametrize("file_format", ["text", "png"])
def test_a_sound_badge_is_verified(
    solar: Template,
    built: Build,
    world: Any,
    verify_badge: Callable[..., Report],
    proof_name: str,
    file_format: str,
) -> None:
    credential = built(solar)
    secured = world.secure(credential, proof_name)
    report = verify_badge(
        bake(picture("Solar", None, "Riga College"), secured) if file_format == "png" else secured
    )
    assert report.verdict == "verified"
    assert [check.name for check in report.checks] == NAMES
    assert {check.name for check in report.checks if check.outcome != "passed"} == {"recipient"}
    assert finding(report, "recipient") == ("unknown", "nobody_named")
    assert report.credential == credential


def test_the_checks_are_in_the_order_of_the_standard() -> None:
    assert [name for name, _ in CHECKS] == NAMES


def test_spaces_and_a_byte_order_mark_around_a_pasted_badge_are_ignored(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    secured = world.secure(built(solar), "vc-jwt")
    assert verify_badge(f"\n {secured.text} \r\n").verdict == "verified"
    assert verify_badge("\ufeff" + world.secure(built(solar)).text).verdict == "verified"


def test_a_status_list_signed_as_a_jwt_is_read_too(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    world.publish_list(revoked=(4711,), proof_name="vc-jwt")
    assert verify_badge(world.secure(built(solar))).verdict == "revoked"


def test_a_badge_without_a_status_cannot_be_revoked(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    credential = built(solar)
    del credential["credentialStatus"]
    report = verify_badge(world.secure(credential))
    assert (report.verdict, finding(report, "status")) == ("verified", ("passed", "no_status"))


# --- changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("Anna", "Zane", id="the learner"),
        pytest.param('"value":"86"', '"value":"96"', id="the result"),
        pytest.param("PT40H", "PT400H", id="the workload"),
        pytest.param("snb/eqf/4", "snb/eqf/7", id="the level"),
        pytest.param('"statusListIndex":"4711"', '"statusListIndex":"4712"', id="the status entry"),
        pytest.param('"validFrom":"2026', '"validFrom":"2025', id="the date"),
        pytest.param('"hashed":true', '"hashed":false', id="what is hashed"),
    ],
)
def test_a_changed_badge_is_reported_as_changed(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], old: str, new: str
) -> None:
    report = verify_badge(tampered(world.secure(built(solar)), old, new))
    assert report.verdict == "changed"
    assert finding(report, "proof") == ("failed", "bad_signature")
    assert finding(report, "status") == ("unknown", "not_checked")


def test_a_changed_jwt_is_reported_as_changed(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    header, payload, signature = world.secure(built(solar), "vc-jwt").text.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["credentialSubject"]["result"][0]["value"] = "100"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert verify_badge(f"{header}.{forged}.{signature}").verdict == "changed"


def test_a_badge_signed_with_another_key_of_the_same_name_is_changed(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    secured = world.secure(built(solar))
    other_key = VerificationMethod(
        id=f"{world.issuer_id}#eddsa-rdfc-2022",
        controller=world.issuer_id,
        public=generate("Ed25519").public_key(),
    )
    assert verify_badge(secured, find_key=lambda *_: other_key).verdict == "changed"


def test_an_undefined_term_is_reported_wherever_it_is(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    sound = json.loads(world.secure(built(solar)).text)
    report = verify_badge(json.dumps(sound | {"grade": "10"}))
    assert (report.verdict, finding(report, "terms")) == ("unverifiable", ("failed", "unclear_terms"))
    # Beside a proof that holds, another that is of no defined type.
    beside = sound | {"proof": [*sound["proof"], {"type": "MyProof2026", "proofValue": "z1"}]}
    report = verify_badge(json.dumps(beside))
    assert (report.verdict, finding(report, "terms")) == ("unusable", ("failed", "unclear_terms"))
    assert report.one_ed_tech == "error"
    token = verify_badge(world.secure(built(solar) | {"grade": "10"}, "vc-jwt"))
    assert (token.verdict, finding(token, "terms")) == ("unusable", ("failed", "unclear_terms"))


# --- the issuer


def test_a_badge_signed_by_someone_else_is_not_of_the_issuer_it_names(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    world.issuer_id = "did:web:mallory.example.org"
    report = verify_badge(world.secure(built(solar)))
    assert report.verdict == "wrong_issuer"
    assert finding(report, "proof") == ("passed", "signature_holds")
    assert finding(report, "key_of_issuer") == ("failed", "key_of_another")
    assert finding(report, "status") == ("unknown", "not_checked")


def test_without_the_key_nothing_is_proven(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    secured = world.secure(built(solar))
    world.keys.clear()
    report = verify_badge(secured)
    assert report.verdict == "unverifiable"
    assert finding(report, "proof") == ("unknown", "key_not_found")


def test_a_key_finder_that_raises_proves_nothing(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    def breaks(method: str, issuer: str) -> VerificationMethod:
        raise RuntimeError("no network")

    report = verify_badge(world.secure(built(solar)), find_key=breaks)
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", "could_not_check"))


def test_a_badge_without_a_proof_proves_nothing(
    solar: Template, built: Build, verify_badge: Callable[..., Report]
) -> None:
    report = verify_badge(json.dumps(built(solar)))
    assert (report.verdict, finding(report, "proof")) == ("unsigned", ("unknown", "no_proof"))
    assert report.credential == built(solar)


def test_nothing_is_fetched_for_a_badge_that_does_not_hold(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    text = tampered(world.secure(built(solar)), "Anna", "Zane")
    world.asked.clear()
    verify_badge(text)
    assert not any(url.startswith("https://") for url in world.asked)


# --- status and validity


@pytest.mark.parametrize("proof_name", ["eddsa-rdfc-2022", "vc-jwt"])
def test_a_revoked_badge_is_reported_as_revoked(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], proof_name: str
) -> None:
    secured = world.secure(built(solar), proof_name)
    world.publish_list(revoked=(4711,))
    report = verify_badge(secured)
    assert (report.verdict, finding(report, "status")) == ("revoked", ("failed", "revoked"))
    world.publish_list(revoked=(4710, 4712))
    assert verify_badge(secured).verdict == "verified"


def test_a_badge_expires_after_its_valid_until(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], now: datetime
) -> None:
    secured = world.secure(built(solar, valid_until=now + timedelta(days=1)))
    assert verify_badge(secured, at=now + timedelta(days=1)).verdict == "verified"
    late = verify_badge(secured, at=now + timedelta(days=1, seconds=1))
    assert (late.verdict, finding(late, "validity")) == ("expired", ("failed", "expired"))


def test_a_badge_from_tomorrow_is_not_yet_valid(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], now: datetime
) -> None:
    world.publish_list(now=now - timedelta(days=2))
    early = verify_badge(world.secure(built(solar)), at=now - timedelta(seconds=1))
    assert (early.verdict, finding(early, "validity")) == ("not_yet_valid", ("failed", "not_yet_valid"))


def test_a_revoked_badge_that_has_ended_is_called_revoked(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], now: datetime
) -> None:
    world.publish_list(revoked=(4711,))
    secured = world.secure(built(solar, valid_until=now + timedelta(hours=1)))
    assert verify_badge(secured, at=now + timedelta(hours=2)).verdict == "revoked"


# --- a status list that cannot be trusted never means "not revoked"


def no_answer(world: Any, now: datetime) -> None:
    world.lists.clear()


def a_web_page(world: Any, now: datetime) -> None:
    world.lists = {url: b"<!doctype html><title>Not found</title>" for url in world.lists}


def nothing(world: Any, now: datetime) -> None:
    world.lists = {url: b"" for url in world.lists}


def unsigned(world: Any, now: datetime) -> None:
    for url, text in world.lists.items():
        world.lists[url] = json.dumps({**json.loads(text), "proof": None}).encode()


def changed(world: Any, now: datetime) -> None:
    for url, text in world.lists.items():
        world.lists[url] = text.replace(b'"revocation"', b'"suspension"')


def of_another(world: Any, now: datetime) -> None:
    mine, world.issuer_id = world.issuer_id, "did:web:mallory.example.org"
    world.publish_list()
    world.issuer_id = mine


def claimed_by_another(world: Any, now: datetime) -> None:
    mine, world.issuer_id = world.issuer_id, "did:web:mallory.example.org"
    world.publish_list(issuer_id=mine)
    world.issuer_id = mine


def of_last_year(world: Any, now: datetime) -> None:
    world.publish_list(now=now - timedelta(days=365))


def of_next_year(world: Any, now: datetime) -> None:
    world.publish_list(now=now + timedelta(days=365))


def without_tls(world: Any, now: datetime) -> None:
    world.badge = world.at_http


def too_short(world: Any, now: datetime) -> None:
    world.publish_list(bits=bytes(1000))


def another_list(world: Any, now: datetime) -> None:
    world.publish_list(list_url="https://badges.example.org/status/2")


def the_badge_itself(world: Any, now: datetime) -> None:
    world.lists = {url: world.badge.text.encode() for url in world.lists}


TROUBLES: dict[Callable[[Any, datetime], None], str] = {
    no_answer: "list_not_reached",
    a_web_page: "list_unreadable",
    nothing: "list_unreadable",
    unsigned: "list_not_proven",
    changed: "list_not_proven",
    of_another: "list_of_another",
    claimed_by_another: "list_of_another",
    of_last_year: "list_outdated",
    of_next_year: "list_outdated",
    another_list: "list_unreadable",
    the_badge_itself: "list_unreadable",
    without_tls: "list_without_tls",
}


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_an_untrusted_list_never_means_not_revoked(
    solar: Template,
    built: Build,
    world: Any,
    verify_badge: Callable[..., Report],
    now: datetime,
    trouble: Callable[[Any, datetime], None],
) -> None:
    credential = built(solar)
    world.badge = world.secure(credential)
    status = credential["credentialStatus"]
    plain = {"statusListCredential": status["statusListCredential"].replace("https", "http")}
    world.at_http = world.secure(credential | {"credentialStatus": status | plain})
    trouble(world, now)
    report = verify_badge(world.badge)
    assert report.verdict == "unverifiable"
    assert finding(report, "status") == ("unknown", TROUBLES[trouble])


@pytest.mark.parametrize(
    ("status", "verdict", "found"),
    [
        pytest.param({"statusSize": 2}, "unverifiable", "unknown_status", id="two bits an entry"),
        pytest.param(
            {"statusPurpose": "quarantine"}, "unverifiable", "unknown_status", id="no known purpose"
        ),
        pytest.param({"statusPurpose": "message"}, "verified", "no_status", id="nothing about its validity"),
        pytest.param({"statusPurpose": "suspension"}, "unverifiable", "list_wrong_purpose", id="purpose"),
        pytest.param({"statusListIndex": "131072"}, "unverifiable", "no_such_entry", id="beyond the list"),
        pytest.param({"statusListIndex": "-1"}, "unverifiable", "unknown_status", id="before the list"),
        pytest.param({"statusListIndex": "131071"}, "verified", "not_revoked", id="the last entry"),
    ],
)
def test_a_status_entry_is_read_strictly(
    solar: Template,
    built: Build,
    world: Any,
    verify_badge: Callable[..., Report],
    status: Json,
    verdict: Verdict,
    found: str,
) -> None:
    credential = built(solar)
    credential["credentialStatus"] |= status
    report = verify_badge(world.secure(credential))
    assert (report.verdict, finding(report, "status")[1]) == (verdict, found)


# --- not a badge


UNUSABLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "spaces": (b" \r\n", "empty"),
    "a sentence": (b"Dear Darbs Ltd, here is my badge.", "not_a_badge"),
    "a web page": (b"<!doctype html>", "web_page"),
    "a PDF without a badge": (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", "no_credential"),
    "a ZIP": (b"PK\x03\x04\xff\xfe", "cannot_unpack"),
    "half a JSON": (b'{"name": "Solar', "unreadable_json"),
    "a name twice": (b'{"name": "a", "name": "b"}', "unreadable_json"),
    "endless depth": (b'{"a":' * 50_000, "unreadable_json"),
    "a huge number": (b'{"a":' + b"9" * 10_000 + b"}", "unreadable_json"),
    "not a number": (b'{"a": NaN}', "unreadable_json"),
    "half a letter": (b'{"a": "\\ud800"}', "unreadable_json"),
    "a JWS of nothing": (b"a.b.c", "unreadable_jws"),
    "a JWS of a list": (b"e30.W10.c2ln", "unreadable_jws"),
    "a broken PNG": (SIGNATURE + b"abc", "truncated"),
    "a PNG without a badge": (picture("Solar", None, "Riga College"), "no_credential"),
    "far too much": (b" {" + b" " * 10_000_001, "too_large"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_file_without_a_badge_is_unusable_for_a_reason(
    verify_badge: Callable[..., Report], case: str
) -> None:
    data, reason = UNUSABLE[case]
    report = verify_badge(data)
    assert report.verdict == "unusable"
    assert report.credential is None
    assert [(check.name, check.outcome, check.code) for check in report.checks] == [
        ("parsed", "failed", reason)
    ]


@pytest.mark.parametrize(
    ("changes", "name", "found"),
    [
        pytest.param(
            {"@context": "https://www.w3.org/ns/credentials/v2"}, "context", "not_open_badges_3", id="a"
        ),
        pytest.param(
            {"@context": ["https://www.w3.org/2018/credentials/v1"]}, "context", "not_open_badges_3", id="b"
        ),
        pytest.param(
            {"@context": ["https://www.w3.org/2018/credentials/v1", "x"]},
            "context",
            "not_open_badges_3",
            id="c",
        ),
        pytest.param({"@context": None}, "context", "not_open_badges_3", id="d"),
        pytest.param({"type": ["VerifiableCredential"]}, "type", "wrong_type", id="e"),
        pytest.param({"type": 7}, "type", "wrong_type", id="f"),
        pytest.param({"credentialSubject": []}, "subject", "no_subject", id="g"),
        pytest.param({"credentialSubject": [{}, {}]}, "subject", "no_subject", id="two"),
        pytest.param(
            {"credentialSubject": {"type": "AchievementSubject"}}, "subject", "no_recipient", id="h"
        ),
        pytest.param(
            {"credentialSubject": {"type": ["AchievementSubject"], "id": "did:key:z"}},
            "subject",
            "no_achievement",
            id="i",
        ),
        pytest.param({"issuer": None}, "issuer", "no_issuer", id="j"),
        pytest.param({"issuer": {"name": "Riga College"}}, "issuer", "no_issuer", id="k"),
    ],
)
def test_a_credential_that_is_no_open_badge_3_is_unusable(
    solar: Template, built: Build, verify_badge: Callable[..., Report], changes: Json, name: str, found: str
) -> None:
    report = verify_badge(json.dumps(built(solar) | changes))
    assert (report.verdict, finding(report, name)) == ("unusable", ("failed", found))


def test_an_older_context_and_a_bare_issuer_are_warnings_only(
    solar: Template, built: Build, verify_badge: Callable[..., Report]
) -> None:
    credential = built(solar)
    credential["@context"][1] = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
    credential["issuer"] = credential["issuer"]["id"]
    report = verify_badge(json.dumps(credential))
    assert finding(report, "context") == ("warning", "other_version")
    assert finding(report, "issuer") == ("warning", "no_profile")


def test_a_date_that_is_no_timestamp_leaves_the_validity_open(
    solar: Template, built: Build, verify_badge: Callable[..., Report]
) -> None:
    for value in ("", "yesterday", "2026-13-21", "2026-11-21 09:00:00", 1, {}, True):
        report = verify_badge(json.dumps(built(solar) | {"validFrom": value}))
        assert finding(report, "validity") == ("unknown", "no_dates")


# --- no bytes raise


@given(data=st.data())
def test_no_change_of_any_byte_raises_or_verifies(
    data: st.DataObject, solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    proof_name = data.draw(st.sampled_from(["eddsa-rdfc-2022", "vc-jwt"]))
    secured = world.secure(built(solar), proof_name)
    baked = data.draw(st.booleans())
    file = bake(picture("Solar", None, "x", size=20), secured) if baked else secured.text.encode()
    report = verify_badge(with_changed_bytes(file, data))
    # What reads the same, such as "\\u0041" for "A" or a space between members, may still hold, and so may another
    # host of our extension: its words say the same wherever they are served.
    if report.verdict == "verified":
        assert report.credential is not None
        assert {**report.credential, "@context": None} == {**built(solar), "@context": None}


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"{}")
@example(b'{"@context":{}}')
@example(b"..")
def test_no_bytes_at_all_raise_or_verify(verify_badge: Callable[..., Report], data: bytes) -> None:
    assert verify_badge(data).verdict in ("unusable", "unsigned", "unverifiable")


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.builds(list)
    | st.builds(dict)
    | st.builds(lambda: [[]])
)


@given(data=st.data())
def test_no_shape_of_json_raises_even_when_it_was_signed(
    data: st.DataObject,
    solar: Template,
    built: Build,
    world: Any,
    verify_badge: Callable[..., Report],
    now: datetime,
) -> None:
    """An issuer may sign nonsense: as a JWT anything can be signed."""
    credential = built(solar)
    holder, key = data.draw(st.sampled_from(members(credential)))
    holder[key] = data.draw(junk)
    try:
        secured = world.secure(credential, "vc-jwt")
    except Exception:  # noqa: BLE001 - only what can be signed is verified here
        return
    assert verify_badge(secured).verdict in Verdict.__args__


# --- the sentences


def test_every_code_has_its_sentences_and_every_sentence_its_code() -> None:
    """Pages and translations are written from badges/sentences/verify.toml."""
    known = {code for codes in sentences().values() for code in codes}
    assert _codes_in_the_sources() - known == set()
    assert known - _codes_in_the_sources() - set(Verdict.__args__) == set()


def test_every_code_of_proofs_and_pictures_has_a_sentence() -> None:
    for error, check in ((ProofError, "proof"), (PictureError, "parsed"), (NotBakedError, "parsed")):
        codes = set(re.findall(r"`([a-z_0-9]+)`", error.__doc__ or "")) - {"code", "open_badges_2"}
        assert len(codes) >= 1
        assert codes - sentences()[check].keys() == set()
    assert set(Verdict.__args__) == sentences()["verdict"].keys()
    names = [name for name, _ in (*CHECKS, *SD_JWT_CHECKS)]
    assert names == [name for name in sentences() if name != "verdict"]


def test_each_sentence_is_complete_in_both_languages() -> None:
    for check, codes in sentences().items():
        for code, texts in codes.items():
            assert set(texts) == {"en", "lv"}, f"{check}.{code}"
            assert all(text[0].isupper() and text[-1] == "." for text in texts.values()), f"{check}.{code}"
            assert sentence(check, code, "de") == sentence(check, code)
    assert sentence("proof", "of_tomorrow") == "of_tomorrow"


def _codes_in_the_sources() -> set[str]:
    """All codes in the sources of the verifier, and those of the errors that it passes on."""
    codes = {"signature_holds", LIMIT_REACHED}
    for pattern, makers in (
        ("verify/**/*.py", ("passed", "failed", "warning", "unknown")),
        ("bake.py", ("PictureError", "NotBakedError")),
        ("svg.py", ("PictureError", "NotBakedError")),
        ("pdf/attachments.py", ("PictureError", "NotBakedError")),
        ("containers.py", ("PictureError",)),
    ):
        for file in (Path(badges.verify.__file__).parents[1]).glob(pattern):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args:
                    name = node.func.id if isinstance(node.func, ast.Name) else ""
                    if name in makers or isinstance(node.func, ast.IfExp):
                        codes |= _texts(node.args[0])
                elif (
                    isinstance(node, ast.Return)
                    and isinstance(node.value, ast.Tuple)
                    and file.stem == "status"
                ):
                    codes |= _texts(node.value.elts[0])
    codes |= {text for text in re.findall(r"`([a-z_0-9]+)`", ProofError.__doc__ or "") if text != "code"}
    read = {"read_svg", "read_pdf", "read_png", "read_zip", "read_mail"}
    return (codes | read | {"revoked", "suspended"}) - {""}


def _texts(node: ast.AST) -> set[str]:
    return {
        leaf.value
        for leaf in ast.walk(node)
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
    }
