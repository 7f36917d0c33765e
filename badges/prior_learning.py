"""What a credential says where prior learning was recognised: that it was, how it was assessed, and by which decision.

It is said of the learner's award, in the subject and as evidence: the achievement is the same however it was earned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from badges.eu.parts import subject_of
from badges.eu.readers import in_own_language
from badges.eu.terms import concept, in_languages
from badges.foreign_json import objects
from badges.in_words import day_in_words
from badges.model import Evidence, LearningAssessment
from badges.template.fields import Texts
from badges.template.model import text_in
from badges.vocabularies import vocabulary
from signing.json_text import Json

ASSESSMENT_TYPE = "recognitionOfPriorLearning"
#: How the ids of the nodes about it end.
FRAGMENT = "prior-learning"
#: Nothing is recognised of somebody whose identity nobody has checked.
SUPERVISION = "supid"

_NAME: Texts = {
    "en": "Decision on the recognition of prior learning",
    "lv": "Lēmums par iepriekš sasniegtu mācīšanās rezultātu atzīšanu",
}
_BASIS: Texts = {
    "en": (
        "Decision {reference} of {day}. Basis: the portfolio of the learner was assessed against each learning outcome "
        "by {assessors} assessors, independently of each other; {identity}."
    ),
    "lv": (
        "Lēmums {reference}, {day}. Pamats: apguvēja portfolio pret katru mācīšanās rezultātu neatkarīgi cits no cita "
        "novērtēja vērtētāji ({assessors}); {identity}."
    ),
}
#: How it was checked who the learner is; "" stands for a method that is not known here.
_IDENTITY: Mapping[str, Texts] = {
    "document": {
        "en": "the identity of the learner was checked by a document, in the same room",
        "lv": "apguvēja identitāte pārbaudīta pēc dokumenta klātienē",
    },
    "document_online": {
        "en": "the identity of the learner was checked by a document, in a video call",
        "lv": "apguvēja identitāte pārbaudīta pēc dokumenta videozvanā",
    },
    "known": {
        "en": "the institution knows the learner, and confirmed the identity",
        "lv": "iestāde pazīst apguvēju un apstiprināja viņa identitāti",
    },
    "": {"en": "the identity of the learner was checked", "lv": "apguvēja identitāte pārbaudīta"},
}
_LEVEL: Texts = {
    "en": " The level is recognised by decision {level_reference} (in Latvia: MK 505).",
    "lv": " Līmenis atzīts ar lēmumu {level_reference} (MK 505).",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorLearning:
    """The decision: `reference` its number, `level_reference` that of the one that recognises the level, or "".

    `identity`: how it was checked who the learner is: document, document_online, known; "" where that is not told.
    """

    reference: str
    decided_at: datetime
    assessed_at: datetime
    level_reference: str
    assessors: int
    identity: str = ""


def assessment(
    prior_learning: PriorLearning, credential_id: str, languages: tuple[str, ...]
) -> LearningAssessment:
    """The assessment that led to it, with its type."""
    return LearningAssessment(
        id=f"{credential_id}#{FRAGMENT}",
        title=assessment_title(languages),
        dc_type=(concept("assessment_types", ASSESSMENT_TYPE, languages),),
        date_issued=prior_learning.assessed_at,
        id_verification=concept("supervision", SUPERVISION, languages),
    )


def assessment_title(languages: tuple[str, ...] = ()) -> Texts:
    """What the assessment is called."""
    return in_languages(vocabulary("assessment_types")[ASSESSMENT_TYPE].label, languages)


def evidence(prior_learning: PriorLearning, credential_id: str, language: str, zone: tzinfo) -> Evidence:
    """The decision as evidence, with its number and what it rests on; its day is that of the issuer's zone."""
    pattern = text_in(_BASIS, language)
    if prior_learning.level_reference:
        pattern += text_in(_LEVEL, language)
    day = text_in(day_in_words(prior_learning.decided_at.astimezone(zone).date()), language)
    return Evidence(
        id=f"{credential_id}#{FRAGMENT}-decision",
        name=text_in(_NAME, language),
        narrative=pattern.format(
            reference=prior_learning.reference,
            day=day,
            assessors=prior_learning.assessors,
            identity=text_in(_IDENTITY.get(prior_learning.identity, _IDENTITY[""]), language),
            level_reference=prior_learning.level_reference,
        ),
    )


def decision_in(credential: Json) -> Texts:
    """What a credential of ours says of the decision; empty where it has none."""
    own = f"{credential.get('id')}#{FRAGMENT}-decision"
    found = next((each for each in objects(credential.get("evidence")) if each.get("id") == own), None)
    achievement = subject_of(credential).get("achievement")
    if found is None or not isinstance(achievement, dict):
        return {}
    return in_own_language(achievement, found.get("narrative"))
