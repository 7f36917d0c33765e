"""The first page of a badge that cannot be published yet: it asks for what is missing, and for nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from badges.issuer import IssuerProfile
from badges.quality import ANNEX_1
from lti_tool.web.editor.fields import STEPS, Field, Step, declarations_step
from lti_tool.web.translation import lazy_gettext as _l

MISSING = "missing"
#: What the badge is called stands above the questions about it.
_TITLE = "name"


def fields_at(pointers: Collection[str], issuer: IssuerProfile) -> Sequence[str]:
    """The names of the fields to which these JSON pointers into a template lead, in the order of the editor."""
    return [field.name for field in _askable(issuer) if any(map(field.contains, pointers))]


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
