"""Every kind of credential that the tool signs, each made as the tool makes it, in every form in which it goes out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from badges.bake import unbake
from lti_tool.awarding import awards, looks
from lti_tool.issuing.bound import issue_bound
from lti_tool.issuing.sd_jwt_forms import DC_SD_JWT, VC_SD_JWT
from lti_tool.organisations import answers
from lti_tool.people import share_links
from lti_tool.people.share_links import WantedLink
from lti_tool.publishing import europass, pdf_documents
from lti_tool.publishing.credentials import badge, badge_part, badge_svg
from lti_tool.store import queries
from lti_tool.store.events import person
from lti_tool.store.models import Award, CredentialRow
from lti_tool.values import LineItem, LineItemResult
from lti_tool.wiring import Tool, build_tool
from signing.did import did_jwk
from signing.keys import generate, jwk
from tests import organisations, prior_learning
from tests.fixtures import (
    ANNA,
    Clock,
    FakePlatform,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)
from tests.interop.judges import (
    ACHIEVEMENT,
    ENDORSEMENT,
    JSON,
    PART,
    PLAIN_SD_JWT,
    TOKEN,
    WHOLE_SD_JWT,
    Published,
)
from tests.interop.served import published
from tests.organisations import Employer
from tests.pathways import arrive, give, one_set, publish_pathway, templates

#: Kind -> the type of its credentials, which says in which forms it goes out.
KINDS = {
    "badge with outcome levels": ACHIEVEMENT,
    "badge by prior learning": ACHIEVEMENT,
    "badge of a pathway, endorsed": ACHIEVEMENT,
    "endorsement of a template": ENDORSEMENT,
    "endorsement of an issuer": ENDORSEMENT,
    "endorsement of a badge": ENDORSEMENT,
}
FORMS = {
    ACHIEVEMENT: (JSON, TOKEN, PART, PLAIN_SD_JWT, WHOLE_SD_JWT),
    ENDORSEMENT: (JSON, TOKEN),
}
LEVELS = [{"name": {"en": "basic", "lv": "pamata"}}, {"name": {"en": "advanced"}, "from_result": 80}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A badge in files: pictures and a certificate that carry it, and what Europass takes."""

    png: bytes
    svg: bytes
    pdf: bytes
    european: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Texts by kind and form, files by kind of badge; what the tool publishes, first and once all of it is revoked."""

    texts: Mapping[str, Mapping[str, str]]
    files: Mapping[str, Files]
    published: Published
    revoked: Published


@contextmanager
def running_tool(folder: Path, **settings: Any) -> Iterator[Tool]:
    """A tool whose clock is the machine's, which other libraries read."""
    clock = Clock(datetime.now(UTC).replace(microsecond=0))
    tool = build_tool(settings_for(f"sqlite:///{folder / 'tool.sqlite'}", folder, **settings), clock)
    try:
        yield tool
    finally:
        tool.store.close()


def make_all(tool: Tool) -> Made:
    """One credential of each kind."""
    award_ids = {
        "badge with outcome levels": award_with_levels(tool),
        "badge by prior learning": award_by_prior_learning(tool),
    }
    whole = publish(tool, name={"en": "The whole", "lv": "Kopums"})
    employer, signed = endorse(tool, whole)
    award_ids["badge of a pathway, endorsed"] = award_of_pathway(tool, whole)
    signed["endorsement of a badge"] = answer(tool, employer, award_ids["badge with outcome levels"])
    texts = {kind: badge_texts(tool, award_id) for kind, award_id in award_ids.items()}
    texts |= {kind: endorsement_texts(tool, each) for kind, each in signed.items()}
    files = {kind: badge_files(tool, award_id) for kind, award_id in award_ids.items()}
    all_texts = [text for forms in texts.values() for text in forms.values()]
    before = published(tool, all_texts)
    revoke(tool, award_ids.values(), signed.values())
    return Made(texts=texts, files=files, published=before, revoked=published(tool, all_texts))


def endorse(tool: Tool, template_id: str) -> tuple[Employer, dict[str, str]]:
    """An employer and the ids of what it says of the template and of its issuer, which everybody may see."""
    employer = organisations.invite_employer(tool)
    about = {
        "endorsement of a template": organisations.about_template(tool, template_id),
        "endorsement of an issuer": organisations.about_issuer(tool),
    }
    signed = {kind: organisations.sign(tool, employer, each) for kind, each in about.items()}
    for each in signed.values():
        organisations.show(tool, each)
    return employer, signed


def revoke(tool: Tool, award_ids: Iterable[int], endorsement_ids: Iterable[str]) -> None:
    for each in endorsement_ids:
        organisations.withdraw(tool, each)
    with tool.store.begin() as session:
        for award_id in award_ids:
            awards.revoke(session, session.get_one(Award, award_id), "an inquiry", tool.clock())


def award_with_levels(tool: Tool) -> int:
    """The award of a badge to Anna by her result, which is one of the levels of its outcomes."""
    template_id = publish(tool, required_value=70, validity={"months": 24}, outcome_levels=LEVELS)
    platform = FakePlatform(graded=[LineItemResult(user_id=ANNA.user_id, score=Decimal("0.86"))])
    column = LineItem(
        id="https://m.example/4", label="Badge", score_maximum=Decimal(100), resource_link_id="1"
    )
    platform.line_items = lambda url: (column,)  # type: ignore[method-assign]
    rule_id = make_rule(tool, template_id, {"condition": "result_at_least", "minimum": "0.7"})
    assert looks.look(tool.store, platform, rule_id, tool.clock()) is None
    run_due_jobs(tool)
    return award_of(tool, template_id)


def award_by_prior_learning(tool: Tool) -> int:
    """The award of a badge to somebody whose prior learning two assessors have found to be enough."""
    offer_id = prior_learning.offer(tool, publish(tool, name={"en": "Known before", "lv": "Zināms iepriekš"}))
    award_id = prior_learning.grant(tool, prior_learning.assessed(tool, offer_id))
    run_due_jobs(tool)
    return award_id


def award_of_pathway(tool: Tool, whole: str) -> int:
    """The award of a larger badge to Anna, who has both of its parts."""
    parts = templates(tool, "Part one", "Part two")
    publish_pathway(tool, whole, one_set(*parts))
    anna = arrive(tool, ANNA)
    for each in parts:
        give(tool, each, anna)
    return award_of(tool, whole)


def award_of(tool: Tool, template_id: str) -> int:
    (found,) = [each.id for each in rows(tool, Award) if each.template_id == template_id]
    return found


def answer(tool: Tool, employer: Employer, award_id: int) -> str:
    """The id of what the employer has signed about a badge that its learner has shown."""
    wanted = WantedLink(with_name=True, lifetime=None, takes_answers=True)
    with tool.store.begin() as session:
        award = session.get_one(Award, award_id)
        by = person(award.person_id)
        link = share_links.make_link(session, award, wanted, tool.secret_key, tool.clock(), by)
        token = share_links.token_of(link, tool.secret_key)
    assert token is not None
    with tool.store.begin() as session:
        return answers.sign_answer(
            session,
            tool.issuers,
            token,
            employer.organisation_id,
            employer.account,
            organisations.SAID,
            tool.clock(),
        ).id


def endorsement_texts(tool: Tool, endorsement_id: str) -> dict[str, str]:
    with tool.store.read() as session:
        row = queries.organisations.endorsement(session, endorsement_id)
        assert row is not None
        return {JSON: row.text, TOKEN: row.jwt}


def badge_texts(tool: Tool, award_id: int) -> dict[str, str]:
    row = credential_of(tool, award_id)
    texts = {JSON: row.text, TOKEN: row.jwt}
    if row.base_text is None:
        return texts
    texts[PART] = unbake(badge_part(tool, row.id, ["name"])).text
    for name, form in ((PLAIN_SD_JWT, DC_SD_JWT), (WHOLE_SD_JWT, VC_SD_JWT)):
        holder = did_jwk(jwk(generate("P-256").public_key(), ""))
        made = issue_bound(tool.store, tool.issuers, award_id, holder, form, tool.clock())
        texts[name] = made.text
    return texts


def badge_files(tool: Tool, award_id: int) -> Files:
    row = credential_of(tool, award_id)
    with tool.store.read() as session:
        upload = europass.upload_of(tool.issuers, session.get_one(CredentialRow, row.id))
    return Files(
        png=badge(tool, row.id).png,
        svg=badge_svg(tool, row.id),
        pdf=pdf_documents.certificate_of(tool, row.id, "lv"),
        european=json.loads(upload)["credential"],
    )


def credential_of(tool: Tool, award_id: int) -> CredentialRow:
    """The award's own credential, bound to nobody."""
    found = [each for each in rows(tool, CredentialRow) if each.award_id == award_id and not each.holder]
    return found[0]
