"""Sentences of the editor: what is wrong in a field and what to do, what an import changed, who did what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from badges.issuer import IssuerProfile
from badges.pictures import MAX_BYTES, MAX_SIDE, MIN_SIDE
from badges.reader import MOST_ITEMS
from badges.vocabularies import vocabulary
from lti_tool.web.filters import localized_text
from lti_tool.web.languages import page_language
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

_PROBLEMS: Mapping[str, Sentence] = {
    "required": _l("Fill this in, or remove the whole entry."),
    "not_text": _l("The text contains characters that cannot be shown. Type it instead of pasting it."),
    "markup": _l(
        "The text contains HTML. Write plain text, without tags such as <b> and without codes such as &amp;."
    ),
    "too_long": _l("This is too long. Shorten it."),
    "not_a_number": _l("Enter a number, in digits."),
    "not_a_price": _l("Enter the amount in digits, such as 150 or 19.50, or 0 if it is free."),
    "unknown_code": _l("Choose an entry from the list."),
    "unknown_language": _l("Choose a language from the list."),
    "not_a_web_address": _l("Enter the full web address, beginning with https://."),
    "not_an_esco_skill": _l("Search for the skill and choose it from the results."),
    "not_yes_or_no": _l("Choose yes or no."),
    "not_a_date": _l("Enter the date as year-month-day, such as 2027-06-30."),
    "in_the_future": _l("This date is in the future. Enter the date on which it happened."),
    "ends_before_it_starts": _l("The end date is before the start date. Change one of them."),
    "not_an_eidas_identifier": _l(
        "Enter it in the eIDAS form: type, country and number, such as VATLV-40000000000."
    ),
    "level_not_applicable": _l("You chose that no level applies. Remove this level, or choose an EQF level."),
    "months_or_day": _l("Enter a number of months or a last day, not both."),
    "above_the_scale": _l("The minimum result is above the highest possible result. Change one of them."),
    "levels_not_rising": _l(
        "This level does not begin above the one before it. Begin with the lowest level."
    ),
    "code_and_name": _l("Choose a level of the list, or enter a name of your own, not both."),
    "levels_not_in_order": _l(
        "This level of the list is lower than the one before it. Begin with the lowest level."
    ),
    "level_above_the_scale": _l("This level begins above the highest possible result. Enter a lower one."),
    "says_nothing": _l("Fill this in: without it the badge says too little to be published."),
    "says_too_little": _l(
        "This says too little to be published. Write it so that a stranger understands it."
    ),
    "review_has_passed": _l("The date of the review has passed. Check the template and set a new date."),
    "review_overdue": _l(
        "The review of the published version is overdue, so your institution lets no next version be published. An "
        "operator records the review on the page “Reviews”; this date does not replace it."
    ),
    "not_a_badge": _l(
        "This file is neither a template exported from Nozimite nor a badge. Choose another file."
    ),
    "badge_elsewhere": _l(
        "This file contains only the address of a badge. Open that address, save the JSON file "
        "found there, and choose it here."
    ),
    "unknown_field": _l("Nozimite does not know this field. Remove it from the file."),
    "not_an_object": _l("A JSON object is needed here."),
    "not_a_list": _l("A JSON list is needed here."),
    "picture_too_complex": _l(
        "This JPEG is built in a way that takes very long to open. Save it as PNG and choose that file."
    ),
    "part_too_small": _l(
        "This part of the picture has too few pixels. Choose a larger part, or a larger picture."
    ),
    "not_a_picture": _l("This file is not a PNG, JPEG or SVG picture. Choose another file."),
    "not_an_svg": _l(
        "This SVG cannot be read. Save it again as a plain SVG, in UTF-8, and choose that file."
    ),
    "svg_dtd": _l(
        "This SVG brings definitions of its own (a DTD). Save it again as a plain SVG, without the data of the drawing "
        "program, and choose that file."
    ),
    "svg_script": _l("This SVG contains a program. Save it without scripts, and choose that file."),
    "svg_too_complex": _l(
        "This SVG has too many parts. Simplify it in your drawing program, or save it as PNG and choose that file."
    ),
    "svg_without_size": _l(
        "This SVG does not say how large it is. Save it again with a size, and choose that file."
    ),
    "svg_empty": _l(
        "Nothing in this SVG can be drawn. Turn its text into paths in your drawing program, or save it as PNG and "
        "choose that file."
    ),
}


#: What an import changed or left out; codes of badges.importing.field_reader.
_NOTES: Mapping[str, Sentence] = {
    "markup_removed": _l("HTML was removed."),
    "cut": _l("It was too long and was shortened."),
    "not_text": _l("It is not text and was left out."),
    "not_a_number": _l("It is not a number and was left out."),
    "out_of_range": _l("The number is out of range and was left out."),
    "unknown_value": _l("It is not in the list and was left out."),
    "guessed": _l("It was replaced with the closest match. Check that it is correct."),
    "no_place": _l("A template has no field for it."),
    "too_many": _l("There were too many entries; the last ones were left out."),
    "language_assumed": _l(
        "The file does not say which language it is in. Check that the language is correct."
    ),
    "beyond_settings": _l("The issuer's settings do not allow it, and it was left out."),
    "picture_elsewhere": _l("The picture is not in the file. You can add it in the last step."),
}

_CHANGES: Mapping[str, Sentence] = {
    "begun": _l("created"),
    "copied": _l("created as a copy"),
    "imported": _l("imported from a file"),
    "edited": _l("edited"),
    "asked": _l("approval asked for"),
    "withdrawn": _l("request for approval withdrawn"),
    "approved": _l("approved"),
    "declined": _l("not approved"),
    "published": _l("published"),
    "retired": _l("retired"),
}

#: How demanding each level of the EQF is, in a few words.
EQF_LEVELS: Mapping[str, Sentence] = {
    "1": _l("simple tasks, with guidance"),
    "2": _l("routine tasks, partly independent"),
    "3": _l("tasks of a trade, with own responsibility"),
    "4": _l("skilled worker or secondary school graduate"),
    "5": _l("specialist, or short-cycle higher education"),
    "6": _l("bachelor's degree"),
    "7": _l("master's degree"),
    "8": _l("doctorate"),
}


def _level_too_high(issuer: IssuerProfile) -> str:
    return _(
        "%(issuer)s awards badges up to EQF level %(level)s only. Choose a lower level.",
        issuer=issuer.name_in(page_language()),
        level=issuer.authority.highest_level,
    )


def _no_level_allowed(issuer: IssuerProfile) -> str:
    return _(
        "The settings of %(issuer)s allow no level in a badge. Choose that no level applies, and leave the other "
        "levels empty.",
        issuer=issuer.name_in(page_language()),
    )


def _body_not_listed(issuer: IssuerProfile) -> str:
    names = [localized_text(body.legal_name) for body in issuer.authority.awarding_bodies]
    return _not_listed(issuer, names)


def _assurance_not_listed(issuer: IssuerProfile) -> str:
    assurances = (*issuer.accreditations, *issuer.authority.quality_assurance)
    named = [(vocabulary("quality_assurance")[each.code].label, each.agency) for each in assurances]
    names = [": ".join(filter(None, map(localized_text, pair))) for pair in named]
    return _not_listed(issuer, names)


def _not_listed(issuer: IssuerProfile, names: Sequence[str]) -> str:
    name = issuer.name_in(page_language())
    if not names:
        return _(
            "The settings of %(issuer)s list none that a badge may name. Remove this entry.", issuer=name
        )
    return _(
        "This is not in the settings of %(issuer)s. A badge may name: %(listed)s.",
        issuer=name,
        listed="; ".join(names),
    )


def _not_as_listed(issuer: IssuerProfile) -> str:
    return _(
        "The settings of %(issuer)s say something else here. Enter what they say, or ask the operator.",
        issuer=issuer.name_in(page_language()),
    )


#: What the settings of an issuer allow, by the codes of `badges.errors.ClaimError`.
_CLAIMS: Mapping[str, Callable[[IssuerProfile], str]] = {
    "level_too_high": _level_too_high,
    "no_level_allowed": _no_level_allowed,
    "awarding_body_not_listed": _body_not_listed,
    "quality_assurance_not_listed": _assurance_not_listed,
    "not_as_listed": _not_as_listed,
}


def change_label(what: str) -> str:
    """What was done to a template (`TemplateChange.what`), for its history."""
    return str(_CHANGES.get(what, what))


def note_sentence(code: str) -> str:
    """The sentence for a note of an import; a picture in the file may have a problem of its own."""
    return str(_NOTES.get(code) or problem_sentence(code))


def problem_sentence(
    code: str, bounds: tuple[int, int] | None = None, issuer: IssuerProfile | None = None
) -> str:
    """The sentence for a code of badges.errors; `bounds` are those of the number it is about.

    Where the settings of `issuer` do not allow something, it says what they allow.
    """
    if issuer is not None and code in _CLAIMS:
        return _CLAIMS[code](issuer)
    if code == "out_of_range" and bounds is not None and bounds[0] == 0:
        return _(
            "Enter a number greater than 0 and at most %(most)s, with two decimals at most.", most=bounds[1]
        )
    if code == "out_of_range" and bounds is not None:
        return _("Enter a number from %(least)s to %(most)s.", least=bounds[0], most=bounds[1])
    if code == "too_many":
        return _("There are too many entries. The limit is %(most)s.", most=MOST_ITEMS)
    if code == "picture_too_large":
        return _("The picture file is too large. The limit is %(size)s kB.", size=MAX_BYTES // 1000)
    if code == "picture_too_small":
        return _("The picture is too small. Each side must have at least %(size)s pixels.", size=MIN_SIDE)
    if code == "picture_too_wide":
        return _(
            "The picture has too many pixels. Each side may have at most %(size)s pixels.", size=MAX_SIDE
        )
    return str(_PROBLEMS.get(code) or _("This value cannot be used. Change it, or leave it empty."))
