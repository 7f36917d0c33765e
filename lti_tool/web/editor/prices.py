"""The control of a price: an amount to type and a currency to choose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from babel import Locale

from badges.template.price import CURRENCIES
from lti_tool.web.languages import page_language

#: Chosen where nobody has chosen one.
FIRST = "EUR"


def price_parts(value: Any) -> tuple[str, str]:
    """The amount and the currency of a price as it is stored or was typed; of one that is free, no currency."""
    amount, _, currency = str(value or "").rpartition(" ")
    return (amount, currency) if amount else (currency, "")


def currencies() -> Iterator[tuple[str, str]]:
    """Each currency by its code, with its name in the language of the page; the euro first."""
    names = Locale(page_language()).currencies
    for code in (FIRST, *(code for code in CURRENCIES if code != FIRST)):
        yield code, names.get(code, code)
