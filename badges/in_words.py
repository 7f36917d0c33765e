"""Values in words, in English and Latvian: days, periods, hours, numbers, yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

#: One text by language: {"en": "...", "lv": "..."}. No text in it is empty.
Texts = Mapping[str, str]

#: BCP 47 for "undetermined": the language of names, numbers and addresses.
NO_LANGUAGE = "und"

YES: Texts = {"en": "yes", "lv": "jā"}
NO: Texts = {"en": "no", "lv": "nē"}

_MONTHS_EN = "January February March April May June July August September October November December".split()
_MONTHS_LV = (
    "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris"
).split()
#: After „no” and after „līdz”.
_MONTHS_LV_FROM = (
    "janvāra februāra marta aprīļa maija jūnija jūlija augusta septembra oktobra novembra decembra"
).split()
_MONTHS_LV_UNTIL = (
    "janvārim februārim martam aprīlim maijam jūnijam jūlijam augustam septembrim oktobrim novembrim decembrim"
).split()


def day_in_words(day: date) -> Texts:
    """A day in words."""
    return {"en": _english_day(day), "lv": _latvian_day(day, _MONTHS_LV)}


def _english_day(day: date) -> str:
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def _latvian_day(day: date, months: list[str]) -> str:
    return f"{day.year}. gada {day.day}. {months[day.month - 1]}"


def number_in_words(number: Decimal) -> Texts:
    """A number without trailing zeros, with the decimal sign of each language."""
    return {language: number_text(number, language) for language in ("en", "lv")}


def number_text(value: Decimal, language: str) -> str:
    """The number without trailing zeros, with the decimal sign of the language."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language == "lv" else text


def hours_in_words(hours: Decimal) -> Texts:
    """A number of hours in words; Latvian has 21 stunda, but 11 stundas."""
    number = format(hours.normalize(), "f")
    one = number.endswith("1") and not number.endswith("11") and "." not in number
    return {
        "en": f"{number} hour" if number == "1" else f"{number} hours",
        "lv": f"{number.replace('.', ',')} {'stunda' if one else 'stundas'}",
    }


def period_in_words(first: date | None, last: date | None) -> Texts:
    """From when until when something is valid; empty without either."""
    english = (
        f"from {_english_day(first)}" if first else "",
        f"until {_english_day(last)}" if last else "",
    )
    latvian = (
        f"no {_latvian_day(first, _MONTHS_LV_FROM)}" if first else "",
        f"līdz {_latvian_day(last, _MONTHS_LV_UNTIL)}" if last else "",
    )
    if not any(english):
        return {}
    return {
        "en": " ".join(("valid", *filter(None, english))),
        "lv": " ".join(("spēkā", *filter(None, latvian))),
    }
