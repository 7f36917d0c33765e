"""levels_agree: whether the levels that a template states of several frameworks are the same one."""

from __future__ import annotations

from collections.abc import Mapping

from badges.template.model import NOT_APPLICABLE, Level, Template
from badges.vocabularies import vocabulary

#: The EQF level of each cycle of higher education: the self-certification of QF-EHEA against the EQF.
LEVEL_OF_CYCLE: Mapping[str, int] = {"short": 5, "first": 6, "second": 7, "third": 8}

#: The frameworks of `national_levels` whose levels have the numbers of the EQF.
_NUMBERED_AS_EQF = frozenset({"LQF"})


def levels_agree(template: Template) -> bool:
    """Whether the EQF level, the LKI level, the national level and the cycle are one level, as far as they are stated.

    A cycle contradicts that no level applies. The levels of other countries are numbered otherwise, so only the
    Latvian ones are compared.
    """
    if template.level == NOT_APPLICABLE and template.cycle:
        return False
    stated = {
        template.level.value if isinstance(template.level, Level) else None,
        template.lki_level,
        _eqf_level_of(template.national_level) if template.national_level else None,
        LEVEL_OF_CYCLE.get(template.cycle) if template.cycle else None,
    }
    return len(stated - {None}) <= 1


def _eqf_level_of(national_level: str) -> int | None:
    more = vocabulary("national_levels")[national_level].more
    return int(more["level"]) if more.get("framework") in _NUMBERED_AS_EQF else None
