"""An issuer's settings in words: what a field says, what is wrong in it, what has changed in the legal identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from badges.vocabularies import vocabulary
from lti_tool.mails.own_texts import PLACEHOLDERS
from lti_tool.values import Json
from lti_tool.web.editor.fields import Field
from lti_tool.web.editor.messages import problem_sentence
from lti_tool.web.editor.typed_values import value_at
from lti_tool.web.filters import localized_text
from lti_tool.web.operator.issuer_parts import ACCREDITATIONS, IDENTITY
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

_PROBLEMS: Mapping[str, Sentence] = {
    "required": _l("Fill this in."),
    "unknown_code": _l("It cannot be written like this. Look at the example beside it."),
    "not_an_email": _l("Enter an e-mail address, such as badges@riga-college.example."),
    "unknown_timezone": _l("Enter the name of a time zone, such as Europe/Riga."),
    "not_a_domain": _l("Enter domains in small letters, one a line, such as students.riga-college.example."),
    "not_secure": _l("Enter the full web address, beginning with https://."),
    "needs_years": _l("Enter for how many years the law asks."),
    "not_a_colour": _l("Enter the colour as six figures after #, such as #7a1f3d."),
    "address_in_text": _l(
        "A web or mail address would become a link in the mail, so none may stand here. Where it is none, leave a "
        "space after the full stop."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field of the legal identity with what it said when it was confirmed last, and what it says now."""

    label: Sentence
    before: Sequence[str]
    after: Sequence[str]


def issuer_problem(about: Mapping[str, str | int], code: str, bounds: tuple[int, int] | None = None) -> str:
    """The sentence for a code of `IssuerInput.problems`; `about` fills it in, `bounds` are those of a number."""
    match code:
        case "colour_too_light":
            return _(
                "White words would be hard to read on this colour. The nearest that carries them is %(colour)s.",
                colour=about["nearest"],
            )
        case "unknown_placeholder":
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            return _("In braces only these may stand: %(known)s.", known=known)
        case "out_of_range" if bounds is not None:
            return _("Enter a whole number from %(least)s to %(most)s.", least=bounds[0], most=bounds[1])
    return str(_PROBLEMS.get(code) or problem_sentence(code, bounds))


def words_of(field: Field, value: Any) -> Sequence[str]:
    """What a field says, for whoever reads it; nothing where it is not filled in."""
    if value in (None, "", [], {}):
        return ()
    match field.control:
        case "texts_line" | "texts_area" if isinstance(value, Mapping):
            return [f"{language}: {text}" for language, text in value.items()]
        case "yes_no":
            return [_("Yes") if value else _("No")]
        case "select" if value in vocabulary(field.vocabulary):
            return [localized_text(vocabulary(field.vocabulary)[value].plain_label)]
        case "lines":
            return [str(line) for line in value]
        case "rows":
            return ["; ".join(_of_row(field, row)) for row in value]
    return [str(value)]


def _of_row(field: Field, row: Json) -> Sequence[str]:
    said = [(part.label, words_of(part, row.get(part.name))) for part in field.parts]
    return [f"{label}: {', '.join(words)}" for label, words in said if words]


def differences(before: Json, after: Json) -> Sequence[Difference]:
    """What two bodies of a profile say otherwise of the legal identity, in the order of the form."""
    found = []
    for field in (*IDENTITY, ACCREDITATIONS):
        old, new = (words_of(field, value_at(body, field.path)) for body in (before, after))
        if list(old) != list(new):
            found.append(Difference(label=field.label, before=old, after=new))
    return found
