"""What stands on the certificate of a page, before anything else: who earned what, and how much that is.

The words are of the badge, which may be anybody's: a page shows them as proven only where `Answers.is_proven` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from badges.eu import readers
from badges.eu.elements import Reading
from badges.eu.parts import achievement_of, known_concept
from badges.eu.rubric_levels import achieved_levels, levels_in_brief
from badges.foreign_json import as_list, object_at
from badges.template.fields import Texts
from lti_tool.values import Json
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

#: The address of a picture that this site serves for an achievement, whatever host it is on.
_OWN_PICTURE = re.compile(r"/achievements/[0-9a-f-]{36}/[0-9]{1,9}/image\.png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A few words beside the picture; each value is a text by language."""

    label: Sentence
    values: Sequence[Texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """`level` is a sentence, empty where no level of the EQF is stated. `reached` are the levels at which single
    outcomes were met, by their places in `outcomes`.

    `picture` is the path of the achievement's picture on this site, where the badge names one: what an upload shows is
    signed by nobody, so it is never shown beside a verdict.
    """

    holder: Texts
    figures: Sequence[Figure]
    outcomes: Sequence[Texts]
    level: str = ""
    picture: str | None = None
    reached: Mapping[int, Texts] = field(default_factory=dict)


def certificate_of(credential: Json, readings: Iterable[Reading]) -> Certificate:
    """The certificate of a credential with these readings; raises nothing, whatever is in it."""
    values = {reading.element.code: reading.values for reading in readings}
    outcomes = values.get("learning_outcomes", ())
    return Certificate(
        holder=readers.learner_name(credential),
        figures=[*figures_of(values), *level_figures(levels_in_brief(credential))],
        outcomes=outcomes,
        reached=_reached(credential, outcomes),
        level=_level_sentence(credential) if values.get("level") else "",
        picture=_own_picture(credential),
    )


def _reached(credential: Json, outcomes: Sequence[Texts]) -> Mapping[int, Texts]:
    """The levels of the outcomes whose text is what their rubric is called; that of all together is of none of them."""
    levels = [(dict(title), level) for title, level in achieved_levels(credential)]
    found = (
        (place, level) for place, text in enumerate(outcomes) for title, level in levels if title == text
    )
    return dict(found)


def figures_of(values: Mapping[str, Sequence[Texts]]) -> Sequence[Figure]:
    """The figures of a badge, by the values of its elements by code; without those that are not stated."""
    figures = (
        Figure(label=_l("Date"), values=values.get("date_of_issuing", ())[:1]),
        Figure(label=_l("Level"), values=values.get("level", ())[:1]),
        Figure(label=_l("Workload"), values=values.get("notional_workload", ())[:2]),
    )
    return [figure for figure in figures if figure.values]


def level_figures(brief: Texts) -> Sequence[Figure]:
    """The figure that says in a line at which levels outcomes were met; none where that is not stated."""
    return [Figure(label=_l("Outcomes met at"), values=(brief,))] if brief else []


#: What is at a level of the EQF in higher education, by the level.
#: Source: Council Recommendation of 22 May 2017 on the European Qualifications Framework, Annex II.
_IN_HIGHER_EDUCATION: Mapping[str, Sentence] = {
    "5": _l(
        "Level 5 of 8 in the European Qualifications Framework (EQF), that of short-cycle higher education. "
        "The badge itself is not a degree."
    ),
    "6": _l(
        "Level 6 of 8 in the European Qualifications Framework (EQF), that of a bachelor's degree. "
        "The badge itself is not a degree."
    ),
    "7": _l(
        "Level 7 of 8 in the European Qualifications Framework (EQF), that of a master's degree. "
        "The badge itself is not a degree."
    ),
    "8": _l(
        "Level 8 of 8 in the European Qualifications Framework (EQF), that of a doctorate. "
        "The badge itself is not a degree."
    ),
}


def _level_sentence(credential: Json) -> str:
    """What the first level of the EQF in the credential means, "" without one."""
    stated = as_list(achievement_of(credential).get("eqfLevel"))[:5]
    found = next((known for each in stated if (known := known_concept(each, "eqf"))), None)
    if found is None:
        return ""
    return str(
        _IN_HIGHER_EDUCATION.get(found.code)
        or _("Level %(number)s of 8 in the European Qualifications Framework (EQF).", number=found.code)
    )


def _own_picture(credential: Json) -> str | None:
    address = object_at(achievement_of(credential), "image").get("id")
    try:
        path = urlsplit(address).path if isinstance(address, str) else ""
    except ValueError:
        return None
    return path if _OWN_PICTURE.fullmatch(path) else None
