"""The first page of a badge that cannot be published yet: it asks for what is missing, and for nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from badges.issuer import IssuerProfile
from badges.quality import ANNEX_1
from badges.quality.evaluation import evaluate
from badges.template.model import Template
from badges.template.wording import unready
from lti_tool.web.editor.fields import STEPS, Field, Step, declarations_step
from lti_tool.web.translation import lazy_gettext as _l

MISSING = "missing"
#: What the badge is called stands above the questions about it.
_TITLE = "name"


def missing_fields(template: Template, issuer: IssuerProfile, today: date) -> Collection[str]:
    """The names of the fields without which the template cannot be published `today`.

    They are those that a rule of a required quality framework misses, and those that say too little.
    """
    pointers = [
        verdict.field
        for code in (ANNEX_1, *issuer.demands)
        for verdict in evaluate(code, template, issuer, today).verdicts
        if verdict.outcome == "fail"
    ]
    pointers += [pointer for pointer, _code in unready(template, today)]
    return [field.name for field in _askable(issuer) if any(_is_of(pointer, field) for pointer in pointers)]


def step_of(names: Collection[str], issuer: IssuerProfile) -> Step:
    """The page with the fields of these names, after the title of the badge. Unknown names have no field."""
    wanted = {_TITLE, *names}
    return Step(
        code=MISSING,
        title=_l("What is missing"),
        lead=_l("The badge needs these answers before it can be published. Everything else is optional."),
        fields=tuple(field for field in _askable(issuer) if field.name in wanted),
    )


def _askable(issuer: IssuerProfile) -> Iterator[Field]:
    """The fields that a badge of the issuer may need, in the order in which the editor has them, each once."""
    known: set[str] = set()
    required = (declarations_step(code) for code in (ANNEX_1, *issuer.demands))
    for step in (*STEPS, *required):
        for field in step.fields:
            if field.name not in known:
                known.add(field.name)
                yield field


def _is_of(pointer: str, field: Field) -> bool:
    return pointer == field.pointer or pointer.startswith(f"{field.pointer}/")
