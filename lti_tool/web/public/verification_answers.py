"""The answers of a Report for a person: a headline and four questions, each with a traffic light.

Green is only for what was proven. What could not be found out is amber, never green; an issuer that this tool does not
know is amber, never red. A file without a signature is red: there is nothing in it that could ever be proven. What a
code means is in badges.sentences; here is only the short answer. Whether it is the right person nobody is asked here,
and a question that was not asked is "off".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from badges.details import Detail, signed_details
from badges.eu import elements, readers
from badges.eu.elements import Reading
from badges.eu.evidence import Evidence, evidence_of
from badges.foreign_json import object_at, text
from badges.sentences import sentence
from badges.template.fields import Texts
from badges.verify import Check, Report, Verdict
from lti_tool.values import Json
from lti_tool.web.languages import page_language
from lti_tool.web.public.certificate import Certificate, certificate_of
from lti_tool.web.public.values_in_language import readings_in_language
from lti_tool.web.translation import Sentence, current_language, lazy_text
from lti_tool.web.translation import lazy_gettext as _l
from lti_tool.web.visitor_language import verdict_language

#: Green, amber, red and not asked, by the names of their CSS classes.
TrafficLight = Literal["yes", "unsure", "no", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words of the badge, and what they are; without a label where the question says it."""

    label: Sentence = ""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`summary` is the answer in a few words, `explanations` the sentences that say what it means for the reader.

    `quoted` is what the badge says itself. It may come from anybody, so it stands apart from the sentences of this
    site; the first is the answer where there is no summary.
    """

    question: Sentence
    light: TrafficLight
    summary: Sentence = ""
    explanations: tuple[Sentence, ...]
    quoted: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything a page says about a badge. Where nothing could be read, only `unreadable` and the headline are set.

    `headline_code`: that of badges.sentences.verdict_words. `is_proven`: the issuer has signed, or publishes, what is
    told from `name` on. Where it is not, a page shows it only as what the file claims. `is_own`: this site issues the
    badges of that issuer. `criteria` and the narratives of `evidence` are Markdown.
    """

    light: TrafficLight
    headline: Sentence
    headline_code: str = ""
    is_proven: bool = False
    is_own: bool = False
    answers: tuple[Answer, ...] = ()
    name: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    criteria: Texts = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    issuer_name: str = ""
    issuer_url: str | None = None
    readings: tuple[Reading, ...] = ()
    details: tuple[Detail, ...] = ()
    mandatory: int = 0
    certificate: Certificate | None = None
    unreadable: Sentence | None = None


def answers_of(report: Report, is_own: Callable[[str], bool]) -> Answers:
    """The answers of a report. An issuer other than the tool's own is called unknown."""
    checks = {check.name: check for check in report.checks}
    credential = report.shown
    if credential is None:
        return _without_badge(report, checks)
    proof, key = checks["proof"], checks["key_of_issuer"]
    issuer = _issuer(credential, is_own)
    readings = readings_in_language(elements.read(credential), credential, verdict_language())
    code = _headline_code(report.verdict, proof, issuer)
    light, headline = (HEADLINES | FURTHER_HEADLINES)[code]
    return Answers(
        light=light,
        headline=headline,
        headline_code=code,
        answers=(
            _content_answer(proof, checks.get("disclosures")),
            _issuer_answer(proof, key, issuer),
            _validity_answer(proof, key, checks["status"], checks["validity"]),
            _person_answer(proof, key, credential, checks.get("presentation")),
        ),
        is_proven=_proves(proof, key),
        is_own=issuer.is_own,
        name=readers.name(credential),
        description=readers.description(credential),
        criteria=readers.criteria(credential),
        evidence=evidence_of(credential),
        issuer_name=issuer.name,
        issuer_url=_web_address(object_at(credential, "issuer").get("url")),
        readings=readings,
        details=signed_details(credential),
        mandatory=sum(reading.element.mandatory and reading.counts for reading in readings),
        certificate=certificate_of(credential, readings),
    )


def _without_badge(report: Report, checks: Mapping[str, Check]) -> Answers:
    """The answers where there is no badge to be shown: it was not found, or its own address did not give it."""
    parsed = checks["parsed"]
    if parsed.outcome in _HOLDS and "proof" in checks:
        code = report.verdict if report.verdict in HEADLINES else "unverifiable"
        light, headline = HEADLINES[code]
        unreadable = check_sentence(checks["proof"])
        return Answers(light=light, headline=headline, headline_code=code, unreadable=unreadable)
    headline = NO_BADGE.get(parsed.code, _l("This file could not be checked"))
    return Answers(
        light="unsure",
        headline=headline,
        headline_code="no_badge" if parsed.code in NO_BADGE.keys() - _NOT_OPENED else "not_checked",
        unreadable=check_sentence(parsed),
    )


def _proves(proof: Check, key: Check) -> bool:
    return proof.outcome in _HOLDS and key.outcome == "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issuer:
    """The issuer that a credential names; name and id may be empty. `is_own`: its badges are issued on this site."""

    name: str
    id: str
    is_own: bool


def _headline_code(verdict: Verdict, proof: Check, issuer: _Issuer) -> str:
    """The code of the headline: the verdict, or what this site has to say of it besides."""
    if verdict == "verified" and not issuer.is_own:
        return "verified_elsewhere"
    if verdict == "unverifiable" and proof.code in _PROVES_NOTHING:
        return "proves_nothing"
    return verdict if verdict in HEADLINES else "unverifiable"


HEADLINES: dict[str, tuple[TrafficLight, Sentence]] = {
    "verified": ("yes", _l("This badge is genuine and valid")),
    "revoked": ("no", _l("This badge has been revoked")),
    "suspended": ("no", _l("This badge is suspended")),
    "expired": ("no", _l("This badge has expired")),
    "not_yet_valid": ("no", _l("This badge is not valid yet")),
    "unsigned": ("no", _l("This badge is not signed: anybody could have written it")),
    "changed": ("no", _l("This badge was changed")),
    "wrong_issuer": ("no", _l("This badge was not issued by the issuer it names")),
    "wrong_recipient": ("no", _l("This badge names another recipient")),
    "unverifiable": ("unsure", _l("This badge could not be checked fully")),
    "unusable": ("no", _l("This badge does not follow the Open Badges standard")),
}

#: Headlines of what this site has to say beyond a verdict.
FURTHER_HEADLINES: dict[str, tuple[TrafficLight, Sentence]] = {
    "verified_elsewhere": ("unsure", _l("This badge is valid, but this site does not know its issuer")),
    "proves_nothing": ("no", _l("The signature of this badge does not prove its content")),
}


#: Headlines by the code of `parsed`, where what was handed in gave no badge.
NO_BADGE: Mapping[str, Sentence] = {
    "empty": _l("There is no badge here"),
    "not_a_badge": _l("There is no badge in this file"),
    "no_credential": _l("There is no badge in this file"),
    "converted_picture": _l("There is no badge in this picture"),
    "qr_code_without_address": _l("There is no badge in this picture"),
    "web_page": _l("There is no badge in this file"),
    "no_badge_at_address": _l("There is no badge at this address"),
    "address_not_https": _l("This address could not be checked"),
    "address_not_asked": _l("This address could not be checked"),
    "address_not_reached": _l("This address could not be checked"),
}

#: Codes of `parsed` for an address of which nobody knows whether there is a badge.
_NOT_OPENED = frozenset({"address_not_https", "address_not_asked", "address_not_reached"})

#: The code of `proof` for a file that has no signature at all.
_UNSIGNED = "no_proof"
#: Codes of `proof` for a badge of Open Badges 2.0 that its issuer's site serves, as it is in the file or otherwise.
_HOSTED = frozenset({"hosted", "hosted_otherwise"})

# --- Content


#: The outcomes of a check that holds; a warning is a remark about a badge that is valid all the same.
_HOLDS = ("passed", "warning")
#: Codes of `proof` by which the signature proves that the content was changed.
_PROVEN_CHANGED = frozenset({"bad_signature", "foreign_disclosure"})


#: Codes of `proof` by which the signature is known to prove nothing, which is no better than none.
_PROVES_NOTHING = frozenset({"malformed", "claims_disagree", "unreadable_claim"})


def _content_answer(proof: Check, disclosures: Check | None) -> Answer:
    """`disclosures`: what was left out, of a badge of which its holder may leave parts out."""
    light: TrafficLight = "no" if proof.outcome == "failed" else "unsure"
    summary = _not_proven(proof)
    if proof.outcome in _HOLDS:
        light = "yes"
        summary = _l("As the issuer publishes it") if proof.code in _HOSTED else _l("Not changed")
    elif proof.code in _PROVEN_CHANGED:
        summary = _l("Changed")
    elif proof.code == _UNSIGNED:
        light, summary = "no", _l("Not signed")
    said = [proof, disclosures] if disclosures is not None and proof.outcome in _HOLDS else [proof]
    return Answer(
        question=_l("Was it changed?"),
        light=light,
        summary=summary,
        explanations=tuple(map(_lazy_check_sentence, said)),
    )


def _not_proven(*checks: Check) -> Sentence:
    """The summary where nothing is proven: because a check failed, or because it could not be made."""
    if any(check.outcome == "failed" or check.code == _UNSIGNED for check in checks):
        return _l("Not proven")
    return _l("Could not be checked")


# --- Issuer


def _light_without_proof(proof: Check) -> TrafficLight:
    return "no" if proof.code == _UNSIGNED else "unsure"


def _issuer_answer(proof: Check, key: Check, issuer: _Issuer) -> Answer:
    question = _l("Who issued it?")
    name_or_id = issuer.name or issuer.id
    if not name_or_id:
        return Answer(
            question=question,
            light="no" if key.outcome == "failed" else _light_without_proof(proof),
            summary=_l("Issuer unknown"),
            explanations=(_l("The badge does not say who issued it."),),
        )
    named = Quoted(label=_l("The badge names"), text=name_or_id)
    if key.outcome == "failed":
        return Answer(
            question=question,
            light="no",
            summary=_l("Not issued by the issuer that it names"),
            explanations=(_lazy_check_sentence(key),),
            quoted=(named,),
        )
    if key.outcome != "passed":
        return Answer(
            question=question,
            light=_light_without_proof(proof),
            summary=_l("Not proven"),
            explanations=(_lazy_check_sentence(key),),
            quoted=(named,),
        )
    if issuer.is_own:
        return Answer(
            question=question,
            light="yes",
            explanations=(_l("Signed with the key of this issuer, which issues badges on this site."),),
            quoted=(Quoted(text=name_or_id),),
        )
    if issuer.id.startswith(_KEYS_THEMSELVES):
        return Answer(
            question=question,
            light="unsure",
            explanations=(
                _l(
                    "Signed with the key that this identifier consists of. Anybody can make such an identifier, so it "
                    "does not show who the issuer is: ask the issuer whether it is theirs."
                ),
            ),
            summary=_NOT_KNOWN,
            quoted=(named, Quoted(label=_l("Identifier"), text=issuer.id)),
        )
    return Answer(
        question=question,
        light="unsure",
        explanations=(_PUBLISHED_THERE if proof.code in _HOSTED else _SIGNED_WITH_KEY_THERE,),
        summary=_NOT_KNOWN,
        # The address first: it is what is proven, and a name is whatever its writer likes.
        quoted=(Quoted(label=_l("Address"), text=_host_or_id(issuer.id)), named),
    )


#: Of an issuer whose signature holds: that is as far as anybody can see from here.
_NOT_KNOWN = _l("Not known to this site")
#: What the address of such an issuer shows, by whether the badge itself is at it.
_PUBLISHED_THERE = _l(
    "The badge is published at this address. This site does not know this issuer: check that the address really "
    "belongs to it."
)
_SIGNED_WITH_KEY_THERE = _l(
    "Signed with the key that is published at this address. This site does not know this issuer: check that the "
    "address really belongs to it."
)
#: DIDs that are a key, and lead to nothing that an issuer publishes.
_KEYS_THEMSELVES = ("did:key:", "did:jwk:")


# --- Validity


def _validity_answer(proof: Check, key: Check, status: Check, validity: Check) -> Answer:
    question = _l("Is it still valid?")
    if status.outcome == "failed":
        summary = _l("Suspended") if status.code == "suspended" else _l("Revoked")
        return Answer(
            question=question,
            light="no",
            summary=summary,
            explanations=(_lazy_check_sentence(status),),
        )
    if validity.outcome == "failed":
        summary = _INVALID.get(validity.code, _l("Not valid"))
        return Answer(
            question=question,
            light="no",
            summary=summary,
            explanations=(_lazy_check_sentence(validity),),
        )
    if not _proves(proof, key):
        return Answer(
            question=question,
            light=_light_without_proof(proof),
            summary=_not_proven(proof, key),
            explanations=(_l("Without a valid signature the validity cannot be confirmed."),),
        )
    for check in (status, validity):
        if check.outcome not in _HOLDS:
            return Answer(
                question=question,
                light="unsure",
                summary=_INVALID.get(check.code, _l("Could not be checked")),
                explanations=(_lazy_check_sentence(check),),
            )
    return Answer(
        question=question,
        light="yes",
        summary=_l("Valid"),
        explanations=(_lazy_check_sentence(status), _lazy_check_sentence(validity)),
    )


#: Summaries by the code of a `validity` that failed or could not be checked.
_INVALID: Mapping[str, Sentence] = {
    "expired": _l("Expired"),
    "not_yet_valid": _l("Not valid yet"),
    "no_dates": _l("Dates cannot be read"),
}

# --- Person


def _person_answer(proof: Check, key: Check, credential: Json, presentation: Check | None) -> Answer:
    """`presentation`: who shows it, of a badge that may be bound to a wallet."""
    explanations: tuple[Sentence, ...]
    if not _proves(proof, key):
        explanations = (_l("Nothing in the file is proven, so neither is the name."),)
    elif readers.learner_name(credential):
        explanations = (
            _l("Compare the name with an identity document of the person who showed you the badge."),
        )
    else:
        explanations = (
            _l("The badge bears no name. Ask whoever showed it to you how you can tell that it is theirs."),
        )
    if presentation is not None and _proves(proof, key):
        explanations = (_lazy_check_sentence(presentation), *explanations)
    return Answer(
        question=_l("Is it this person?"),
        light="off",
        summary=_l("Not checked"),
        explanations=explanations,
    )


#: The checks that the answers are about; the others say how well the badge is made.
_ANSWERED = frozenset(
    {"proof", "key_of_issuer", "status", "validity", "recipient", "disclosures", "presentation"}
)


def technical_remarks(checks: Sequence[Check]) -> tuple[str, ...]:
    """Sentences for the ways in which the badge is not as the standard requires, beside what the answers say."""
    return tuple(
        check_sentence(check)
        for check in checks
        if check.outcome != "passed" and check.code != "not_checked" and check.name not in _ANSWERED
    )


def check_sentence(check: Check) -> str:
    """The finding of a check, in the language of the page."""
    return sentence(check.name, check.code, page_language())


def _lazy_check_sentence(check: Check) -> Sentence:
    """As `check_sentence`, but put into a language only when it is shown."""
    return lazy_text(lambda: sentence(check.name, check.code, current_language()))


def _issuer(credential: Json, is_own: Callable[[str], bool]) -> _Issuer:
    value = credential.get("issuer")
    if isinstance(value, str):
        return _Issuer(name="", id=value, is_own=is_own(value))
    profile = object_at(credential, "issuer")
    name, issuer_id = text(profile, "name") or "", text(profile, "id") or ""
    # Our extension has the legal name in several languages. It may replace the name only where it says the same.
    legal_name = object_at(profile, "legalName")
    if name in legal_name.values():
        name = text(legal_name, page_language()) or name
    return _Issuer(name=name, id=issuer_id, is_own=is_own(issuer_id))


def _host_or_id(issuer_id: str) -> str:
    """The part of an issuer's id that a reader can check: the web host, or the whole id where it has none."""
    if issuer_id.startswith("did:web:"):
        return issuer_id.removeprefix("did:web:").split(":")[0].replace("%3A", ":")
    try:
        return urlsplit(issuer_id).hostname or issuer_id
    except ValueError:
        return issuer_id


def _web_address(value: object) -> str | None:
    """An address that may stand in a link, None for anything else: the badge may come from anybody."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None
