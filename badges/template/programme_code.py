"""The code of a programme of Latvian education, taken apart: its kind, its level, and the form in which it is taught.

Source: Ministru kabineta noteikumi Nr. 322 (13 June 2017). The digits are: 1 and 2, with a letter, the kind of the
programme; 3 to 5 its field; 6 and 7 the programme; 8 the form. Codes of higher education end after the fifth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from badges.template.model import Level, Template
from badges.vocabularies import Concept, vocabulary
from signing.json_text import Json

_CODE = re.compile(r"(?P<kind>[0-9]{2}[A-Z]?)[0-9]{3}(?:[0-9]{2}(?P<form>[0-9]))?", re.ASCII)

#: The eighth digit -> the form of participation (`modes_of_participation`): on site (also in the evening), partly on
#: site, or at a distance.
_FORMS: Mapping[str, str] = {"1": "presential", "2": "presential", "3": "blended", "4": "online"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeCode:
    """What a code says; `kind` is a concept of `programme_kinds`, `form` a code of `modes_of_participation`.

    `level` is the LKI level, `is_fixed` whether every programme of the kind has it; another is then a contradiction.
    """

    kind: Concept
    level: int | None
    is_fixed: bool
    form: str | None


def read_programme_code(text: str | None) -> ProgrammeCode | None:
    """What the code says, written with or without spaces; None where it is no code of a Latvian programme."""
    found = _CODE.fullmatch(re.sub(r"[\s.-]", "", text or "").upper())
    if found is None:
        return None
    kinds = {concept.code.upper(): concept for concept in vocabulary("programme_kinds")}
    kind = kinds.get(found["kind"])
    if kind is None or (found["form"] is None and not _is_of_higher_education(kind)):
        return None
    level = kind.more.get("level") or kind.more.get("usual_level")
    return ProgrammeCode(
        kind=kind,
        level=int(level) if level else None,
        is_fixed="level" in kind.more,
        form=_FORMS.get(found["form"] or ""),
    )


def proposed_changes(template: Template) -> Json:
    """The level and the form of participation that follow from the programme code, where others are stated."""
    code = read_programme_code(template.quality.programme_code)
    if code is None:
        return {}
    changes: Json = {}
    if code.level and (template.level, template.lki_level) != (Level(value=code.level), code.level):
        changes["level"] = {"framework": "EQF", "value": code.level}
        changes["lki_level"] = code.level
    if code.form and code.form not in template.forms_of_participation:
        changes["forms_of_participation"] = [code.form]
    return changes


def contradicts_level(template: Template) -> bool:
    """Whether the template states another level than every programme with its code has."""
    code = read_programme_code(template.quality.programme_code)
    if code is None or not code.is_fixed:
        return False
    stated = (template.level.value if isinstance(template.level, Level) else None, template.lki_level)
    return any(level is not None and level != code.level for level in stated)


def _is_of_higher_education(kind: Concept) -> bool:
    return kind.code >= "41"
