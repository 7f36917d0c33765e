"""In which category of each table an award counts. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from badges.template.model import Level, Template

#: The tables of a report, each a division of the same awards. Where two together would tell too much, the later one is
#: left out: see `lti_tool.statistics.cross_reading`.
Dimension = Literal["level", "field", "way", "setting", "standing"]
DIMENSIONS: tuple[Dimension, ...] = ("level", "field", "way", "setting", "standing")

#: What a template does not state.
NOT_STATED = "none"
#: The condition of rules by which prior learning is recognised, and the assessment by which a template says so.
_RECOGNISED = "prior_learning_recognised"
_RECOGNITION = "recognitionOfPriorLearning"


def categories_of(template: Template, tree: str, is_revoked: int) -> Mapping[Dimension, str]:
    """The category of an award in each table, by the template and the rule by which it was awarded."""
    return {
        "level": _level(template),
        # The broad field is the first two digits of ISCED-F.
        "field": (template.isced_f or "")[:2] or NOT_STATED,
        "way": "prior_learning" if is_by_prior_learning(template, tree) else "course",
        "setting": template.learning_setting or NOT_STATED,
        "standing": "revoked" if is_revoked else "standing",
    }


def is_by_prior_learning(template: Template, tree: str) -> bool:
    """Whether what was recognised was learned elsewhere, as the credential says: by its rule, or by its template."""
    by_template = any(each.type == _RECOGNITION for each in template.assessments)
    return by_template or _RECOGNISED in _conditions(json.loads(tree))


def _level(template: Template) -> str:
    """Levels of the EQF and the LKI have the same numbers."""
    if template.lki_level is not None:
        return str(template.lki_level)
    return str(template.level.value) if isinstance(template.level, Level) else NOT_STATED


def _conditions(node: Any) -> Iterator[str]:
    """The names of all conditions of a rule, whatever else its tree holds."""
    if isinstance(node, list):
        for each in node:
            yield from _conditions(each)
    elif isinstance(node, dict):
        yield str(node.get("condition", ""))
        for each in node.values():
            yield from _conditions(each)
