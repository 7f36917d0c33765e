"""What is wrong with what was typed, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from badges.pictures import MAX_BYTES, MAX_SIDE, MIN_SIDE
from badges.reader import MOST_ITEMS
from lti_tool.web.error_messages import Sentence

_PROBLEMS: Mapping[str, Sentence] = {
    "required": _l("Fill this in, or take the whole entry away."),
    "not_text": _l(
        "There are characters in it that cannot be shown. Type the text anew instead of pasting it."
    ),
    "markup": _l(
        "There is HTML in it. Write plain text, without tags such as <b> and without codes such as &amp;."
    ),
    "too_long": _l("This is too long. Shorten it."),
    "not_a_number": _l("Write it as a number, in digits."),
    "unknown_code": _l("Choose one of the entries of the list."),
    "unknown_language": _l("Choose one of the languages of the list."),
    "not_a_web_address": _l("Write the whole web address, beginning with https://."),
    "not_an_esco_skill": _l("Search for the skill, and choose it from what is found."),
    "not_yes_or_no": _l("Choose yes or no."),
    "not_a_date": _l("Write the date as year-month-day, such as 2027-06-30."),
    "in_the_future": _l("This day has not come yet. Give the day on which it happened."),
    "ends_before_it_starts": _l("It ends before it begins. Change one of the two days."),
    "not_an_eidas_identifier": _l(
        "Write it as eIDAS does: a kind, a country and a number, such as VATLV-40000000000."
    ),
    "level_not_applicable": _l(
        "You have said that no level applies. Take this one away, or choose the EQF level."
    ),
    "not_a_badge": _l(
        "This is neither a template that Nozimite has exported nor a badge. Choose another file."
    ),
    "badge_elsewhere": _l(
        "This file only names the address of a badge. Open the address, and choose the JSON that is there."
    ),
    "unknown_field": _l("Nozimite knows nothing by this name. Take it out of the file."),
    "not_an_object": _l("Here the file has to have an object."),
    "not_a_list": _l("Here the file has to have a list."),
    "not_a_picture": _l("This is neither a PNG nor a JPEG picture. Choose another file."),
}


#: What an import did not take as it stood; codes of badges.importing.field_reader.
_NOTES: Mapping[str, Sentence] = {
    "markup_removed": _l("HTML was taken out of it."),
    "cut": _l("It was too long, and was cut."),
    "not_text": _l("It is no text, and was left out."),
    "not_a_number": _l("It is no number, and was left out."),
    "out_of_range": _l("The number cannot be right, and was left out."),
    "unknown_value": _l("It is not in our list, and was left out."),
    "guessed": _l("It was taken for what it most likely means. Look whether that is right."),
    "no_place": _l("A template has no place for it."),
    "too_many": _l("There were too many of them; the last ones were left out."),
    "language_assumed": _l(
        "The file does not say in which language it is written. Look whether it is the right one."
    ),
    "picture_elsewhere": _l("The picture is not in the file. Choose it in the last step, if you want it."),
}

_DEEDS: Mapping[str, Sentence] = {
    "begun": _l("begun"),
    "copied": _l("begun as a copy"),
    "imported": _l("begun from a file"),
    "edited": _l("written"),
    "published": _l("published"),
    "retired": _l("retired"),
}

#: How demanding each level of the EQF is, in a few words.
LEVELS: Mapping[str, Sentence] = {
    "1": _l("simple tasks, with guidance"),
    "2": _l("routine tasks, partly on one's own"),
    "3": _l("tasks of a trade, on one's own responsibility"),
    "4": _l("a skilled worker or secondary school leaver"),
    "5": _l("a specialist, or a short programme of higher education"),
    "6": _l("as a bachelor's degree"),
    "7": _l("as a master's degree"),
    "8": _l("as a doctorate"),
}


def deed(what: str) -> str:
    """What was done to a template, for its history."""
    return str(_DEEDS.get(what, what))


def note_sentence(code: str) -> str:
    """What became of something in an imported badge; a picture may have its problems, too."""
    return str(_NOTES.get(code) or problem_sentence(code))


def problem_sentence(code: str, bounds: tuple[int, int] | None = None) -> str:
    """The sentence for a code of badges.errors; `bounds` are those of the number it is about."""
    if code == "out_of_range" and bounds is not None and bounds[0] == 0:
        return _("Write a number above 0, at most %(most)s, with two decimals at most.", most=bounds[1])
    if code == "out_of_range" and bounds is not None:
        return _("Write a number from %(least)s to %(most)s.", least=bounds[0], most=bounds[1])
    if code == "too_many":
        return _("These are too many: %(most)s at most.", most=MOST_ITEMS)
    if code == "picture_too_large":
        return _(
            "The picture is too large a file. Choose one of at most %(size)s kB.", size=MAX_BYTES // 1000
        )
    if code == "picture_too_small":
        return _("The picture is too small. Each side needs at least %(size)s pixels.", size=MIN_SIDE)
    if code == "picture_too_wide":
        return _("The picture has too many pixels. Each side may have at most %(size)s.", size=MAX_SIDE)
    return str(_PROBLEMS.get(code) or _("This cannot be used as it is. Change it, or leave it empty."))
