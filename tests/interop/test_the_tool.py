"""Every outside judge about everything that the tool issues, in each of its settings.

A judge is a library or a schema of others, of `judges.py`. `CANNOT` says what it refuses though it is right, and why:
when one of those tests fails, the library has learned it.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jwt
import pytest
from openbadgeslib import baking
from pypdf import PdfReader

from badges.bake import unbake
from lti_tool.awarding import awards, looks
from lti_tool.publishing import achievements, europass, issuer_documents, pdf_documents, status_lists
from lti_tool.publishing.credentials import badge, badge_part, badge_svg
from lti_tool.store.models import Award, CredentialRow
from lti_tool.values import LineItem, LineItemResult, StatedLevel
from lti_tool.wiring import Tool, build_tool
from signing.json_text import Json
from signing.keys import generate, jwk
from tests.fixtures import ANNA, Clock, FakePlatform, make_rule, publish, run_due_jobs, settings_for
from tests.interop.conftest import public_documents
from tests.interop.judges import (
    ACHIEVEMENT,
    JSON,
    JUDGES,
    PART,
    TOKEN,
    Judge,
    Published,
    document_in,
    jsonld_js,
    packed,
    schema_failures,
)
from tests.shacl_shapes import europass_shapes

SETTINGS: dict[str, dict[str, Any]] = {
    "as it ships": {},
    "RS256": {"jwt_algorithm": "RS256"},
    "suspension": {"status_purpose": "suspension"},
    "selective disclosure": {"selective_disclosure": True},
    "all of them": {
        "jwt_algorithm": "RS256",
        "status_purpose": "suspension",
        "selective_disclosure": True,
    },
}
FORMS = {
    name: (JSON, TOKEN, *((PART,) if "selective_disclosure" in of else ())) for name, of in SETTINGS.items()
}
SUITES = {JSON: "eddsa-rdfc-2022", PART: "ecdsa-sd-2023"}


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A badge of Anna's with a result, as issued in one setting, and what the tool has published at each stage since.

    `texts` are by form. A picture, a certificate, an achievement, an issuer's profile and a file for Europass are of
    the first stage.
    """

    texts: Mapping[str, str]
    stages: Mapping[str, Published]
    png: bytes
    svg: bytes
    pdf: bytes
    achievement: Json
    profile: Json
    european: Json


@pytest.fixture(scope="module")
def issued_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Issued]:
    """A function that gives what is issued in a setting. Made once each, because RSA keys take long."""
    return cache(lambda setting: _issue(tmp_path_factory.mktemp("tool"), **SETTINGS[setting]))


def _issue(folder: Path, **settings: Any) -> Issued:
    clock = Clock(datetime.now(UTC).replace(microsecond=0))
    with _tool(folder / "tool.sqlite", clock, settings) as tool:
        _award(tool)
        with tool.store.read() as session:
            row = session.query(CredentialRow).one()
            list_id, version = row.status_list_id, row.template_version
            template_id, number = version.template_id, version.version
            files = europass.batch_of(tool.issuers, [row]).zip
        _copy(folder / "tool.sqlite", folder / "stolen.sqlite")
        stages = {"issued": _published(tool, list_id)}
        parts = (
            {PART: unbake(badge_part(tool, row.id, ["name", "result"])).text}
            if "selective_disclosure" in settings
            else {}
        )
        kept = {
            "png": badge(tool, row.id).png,
            "svg": badge_svg(tool, row.id),
            "pdf": pdf_documents.certificate_of(tool, row.id, "lv"),
            "achievement": achievements.achievement(tool, template_id, number, "en"),
            "profile": issuer_documents.issuer_profile(tool, tool.issuer.profile.slug),
            "european": _only_file(files),
        }
        changes = {"revoked": awards.revoke}
        if settings.get("status_purpose") == "suspension":
            changes = {"suspended": awards.suspend, "reinstated": _reinstate} | changes
        for stage, change in changes.items():
            with tool.store.begin() as session:
                change(session, session.query(Award).one(), "an inquiry", clock())
            stages[stage] = _published(tool, list_id)
        with _tool(folder / "stolen.sqlite", clock, settings) as robbed:
            with robbed.store.begin() as session:
                for kid in row.signed_with:
                    robbed.issuer.keyring.mark_compromised(session, kid, None, clock())
            stages["stolen key"] = _published(robbed, list_id)
        return Issued(
            texts={JSON: row.text, TOKEN: row.jwt} | parts,
            stages=stages,
            **kept,
        )


def _copy(database: Path, other: Path) -> None:
    """A copy of a database that is in use."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)


@contextmanager
def _tool(database: Path, clock: Clock, settings: Mapping[str, Any]) -> Iterator[Tool]:
    tool = build_tool(settings_for(f"sqlite:///{database}", database.parent, **settings), clock)
    try:
        yield tool
    finally:
        tool.store.close()


def _award(tool: Tool) -> None:
    """Awards a badge to Anna by her result; of two of its outcomes a teacher has stated the level."""
    levels = [{"name": {"en": "basic", "lv": "pamata"}}, {"name": {"en": "advanced"}, "from_result": 80}]
    template_id = publish(tool, required_value=70, validity={"months": 24}, outcome_levels=levels)
    platform = FakePlatform(graded=[LineItemResult(user_id=ANNA.user_id, score=Decimal("0.86"))])
    column = LineItem(
        id="https://m.example/4", label="Badge", score_maximum=Decimal(100), resource_link_id="1"
    )
    platform.line_items = lambda url: (column,)  # type: ignore[method-assign]
    rule_id = make_rule(tool, template_id, {"condition": "result_at_least", "minimum": "0.7"})
    assert looks.look(tool.store, platform, rule_id, tool.clock()) is None
    with tool.store.begin() as session:
        levels_of = (
            StatedLevel(outcome=outcome, level=level, by="teacher") for outcome, level in ((1, 2), (3, 1))
        )
        session.query(Award).one().outcome_levels = [each.as_json() for each in levels_of]
    run_due_jobs(tool)


def _reinstate(session: Any, award: Award, _reason: str, now: datetime) -> None:
    awards.reinstate(session, award, now)


def _published(tool: Tool, list_id: int) -> Published:
    """All that a verifier can fetch of the tool now."""
    slug, base = tool.issuer.profile.slug, tool.addresses.issuer
    listed = status_lists.status_list(tool, list_id)
    keys = issuer_documents.jwks(tool, slug)["keys"]
    pages = public_documents() | {
        f"{base}/did.json": json.dumps(issuer_documents.did_document(tool, slug)),
        tool.addresses.status_list(list_id): listed.text,
        **{f"{base}/keys/{key['kid']}.json": json.dumps(key) for key in keys},
    }
    return Published(pages=pages, lists={tool.addresses.status_list(list_id): listed.jwt})


def _only_file(packed: bytes) -> Json:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (name,) = archive.namelist()
        found: Json = json.loads(archive.read(name))["credential"]
        return found


#: What a judge refuses, in which setting, in which form, and a part of the reason that it gives.
CANNOT = [
    ("did-jwt", "RS256", TOKEN, "not_supported"),
    # It does not know ecdsa-sd-2023,
    ("verifier-core", "selective disclosure", PART, "signature"),
    # and the other's library for it knows fixed contexts alone.
    ("openbadgeslib, JSON", "selective disclosure", PART, "allowlist"),
]


def algorithm_in(setting: str) -> str:
    return SETTINGS[setting].get("jwt_algorithm", "ES256")


def cases(*, of: Callable[[Judge], bool] = lambda judge: True) -> list[tuple[str, str, str]]:
    """Each judge, setting and form that go together."""
    return [
        (name, setting, form)
        for name, judge in JUDGES.items()
        if of(judge) and ACHIEVEMENT in judge.types
        for setting, forms in FORMS.items()
        for form in judge.forms
        if form in forms and (form != TOKEN or algorithm_in(setting) in judge.algorithms)
    ]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(("judge", "setting", "form"), cases())
def test_it_accepts_what_is_issued(programs, issued_in, judge, setting, form):
    issued = issued_in(setting)
    assert JUDGES[judge].verdict(programs, issued.stages["issued"], issued.texts[form]) == ""


@pytest.mark.parametrize(("judge", "setting", "form"), cases(of=lambda judge: judge.reads_status))
def test_it_sees_what_becomes_of_it(programs, issued_in, judge, setting, form):
    issued = issued_in(setting)
    stages = {
        stage: JUDGES[judge].verdict(programs, published, issued.texts[form])
        for stage, published in issued.stages.items()
    }
    accepted = [stage for stage, verdict in stages.items() if verdict == ""]
    expected = {"issued", "reinstated"} & stages.keys()
    if not JUDGES[judge].reads_ends_of_keys:
        expected.add("stolen key")
    assert set(accepted) == expected


@pytest.mark.parametrize(("judge", "setting", "form"), cases(of=lambda judge: judge.checks_signatures))
def test_it_refuses_what_was_changed(programs, issued_in, judge, setting, form):
    issued = issued_in(setting)
    changed = renamed(issued.texts[form])
    assert JUDGES[judge].verdict(programs, issued.stages["issued"], changed) != ""


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    "judge",
    [name for name, judge in JUDGES.items() if not judge.checks_signatures and ACHIEVEMENT in judge.types],
)
def test_it_refuses_another_form(programs, issued_in, judge):
    """Nothing is signed in it, so a judge of the form alone has to see that something is wrong with the form."""
    issued = issued_in("as it ships")
    document = json.loads(issued.texts[JSON])
    document["credentialSubject"]["achievement"]["unheardOf"] = "here"
    del document["validFrom"]
    try:
        verdict = JUDGES[judge].verdict(programs, issued.stages["issued"], json.dumps(document))
    except Exception as error:  # noqa: BLE001 - ours or theirs
        verdict = str(error)
    assert verdict != ""


@pytest.mark.parametrize(("judge", "setting", "form", "reason"), CANNOT)
def test_it_cannot_judge(programs, issued_in, judge, setting, form, reason):
    issued = issued_in(setting)
    assert reason in JUDGES[judge].verdict(programs, issued.stages["issued"], issued.texts[form])


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_token_that_another_key_signed_is_refused(programs, issued_in, setting):
    issued = issued_in(setting)
    text = issued.texts[TOKEN]
    header = jwt.get_unverified_header(text)
    other = json.dumps(jwk(generate("RSA" if header["alg"] == "RS256" else "P-256").public_key(), "other"))
    published = issued.stages["issued"]
    elsewhere = replace(published, pages=dict(published.pages) | {header["kid"]: other})
    for judge in ("jose", "PyJWT", "joserfc", "jwcrypto"):
        assert JUDGES[judge].verdict(programs, elsewhere, text) != ""


def renamed(text: str) -> str:
    """The badge with another title."""
    if text.startswith("{"):
        document = json.loads(text)
        document["credentialSubject"]["achievement"]["name"] += "!"
        return json.dumps(document)
    head, _, signature = text.split(".")
    return f"{head}.{packed(renamed(json.dumps(document_in(text))).encode())}.{signature}"


# --- What else is given out or published


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_badge_has_one_proof_and_a_part_has_the_other(issued_in, setting):
    suites = {
        form: [proof["cryptosuite"] for proof in document_in(text)["proof"]]
        for form, text in issued_in(setting).texts.items()
        if form != TOKEN
    }
    assert suites == {form: [SUITES[form]] for form in FORMS[setting] if form != TOKEN}


@pytest.mark.parametrize("setting", SETTINGS)
def test_pictures_and_certificate_have_the_badge_in_them(issued_in, setting):
    issued = issued_in(setting)
    assert baking.extract_png(issued.png, keyword=baking.ITXT_KEYWORD_OB3) == issued.texts[JSON]
    svg = baking.extract_svg(issued.svg, element=baking.SVG_ELEMENT_OB3, text_fallback=True)
    assert svg == issued.texts[JSON]
    (attached,) = PdfReader(io.BytesIO(issued.pdf)).attachments["credential.json"]
    assert attached.decode() == issued.texts[JSON]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_european_credential_conforms_to_the_official_shapes(issued_in, shared, setting):
    conforms = europass_shapes(shared / "data/eu")
    european = issued_in(setting).european
    assert conforms(european)
    assert not conforms({name: value for name, value in european.items() if name != "issuer"})


@pytest.mark.parametrize("document", ["achievement", "profile"])
def test_what_is_published_beside_it_is_read_alike(programs, issued_in, document):
    issued = issued_in("as it ships")
    assert jsonld_js(programs, issued.stages["issued"], json.dumps(getattr(issued, document))) == ""


def test_the_profile_has_the_official_form(issued_in, shared):
    assert shared
    profile = issued_in("as it ships").profile
    assert schema_failures(profile, "ob_v3p0_profile_schema.json") == ""
    assert schema_failures(profile | {"type": "Person"}, "ob_v3p0_profile_schema.json") != ""
