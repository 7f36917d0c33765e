"""A price is an amount that programs compare, in a currency that there is; nothing else is taken for one."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from badges.issuer import IssuerProfile
from badges.quality import CATALOGUE
from badges.quality.evaluation import failed_rules
from badges.reader import Reader
from badges.template.declarations import Declarations
from badges.template.model import Template
from badges.template.price import Price, WrittenPrice, price_in_words, price_of


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("150 EUR", "150", "EUR"),
        ("19.50 USD", "19.50", "USD"),
        ("0.05 PLN", "0.05", "PLN"),
        ("9999999 HUF", "9999999", "HUF"),
        ("0", "0", ""),
        ("0 EUR", "0", ""),
        ("0.00 EUR", "0", ""),
    ],
)
def test_an_amount_with_its_currency_is_a_price(written: str, amount: str, currency: str) -> None:
    reader = Reader()
    read = WrittenPrice().read(reader, written, "/price")
    assert reader.problems == [] and read == written
    assert price_of(read) == Price(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    "written",
    [
        "150",
        "EUR",
        "EUR 150",
        "150 eur",
        "150 EURO",
        "150 XXX",
        "150 BGN",
        "-5 EUR",
        "1e3 EUR",
        "1.234 EUR",
        "1,50 EUR",
        "01 EUR",
        "NaN EUR",
        "10000000 EUR",
        "150 EUR\n",
        " 150 EUR",
        "١٥٠ EUR",
        "150 EUR a month",
        1500,
        False,
        ["150 EUR"],
        {"amount": 150},
    ],
)
def test_anything_else_is_none(written: Any) -> None:
    reader = Reader()
    assert WrittenPrice().read(reader, written, "/price") is None
    assert list(reader.problems) == [("/price", "not_a_price")]
    if isinstance(written, str):
        assert not re.fullmatch(WrittenPrice().schema()["pattern"], written)
        with pytest.raises(ValueError, match="no price"):
            price_of(written)


def test_nobody_has_to_state_one() -> None:
    reader = Reader()
    assert WrittenPrice().read(reader, None, "/price") is None is WrittenPrice().read(reader, "", "/price")
    assert reader.problems == [] and price_of(None) is None is price_of("")


def test_it_is_written_as_each_language_has_it() -> None:
    assert price_in_words(Price(amount=Decimal("19.50"), currency="EUR")) == {
        "en": "EUR 19.5",
        "lv": "19,5 EUR",
    }
    assert price_in_words(Price(amount=Decimal(0), currency="")) == {
        "en": "free of charge",
        "lv": "bez maksas",
    }


def test_amount_and_words_are_of_one_of_both() -> None:
    free = Declarations(price="0", cost={"en": "Free for everybody"})
    assert Declarations().with_those_of(free).price == "0"
    of_its_own = Declarations(cost={"en": "EUR 300 for each learner"}).with_those_of(free)
    assert (of_its_own.price, of_its_own.cost) == (None, {"en": "EUR 300 for each learner"})
    priced = Declarations(price="300 EUR").with_those_of(free)
    assert priced.cost_in_words == {"en": "EUR 300", "lv": "300 EUR"}


def test_an_amount_says_what_it_costs(data_literacy: Template, issuer: IssuerProfile) -> None:
    silent = replace(data_literacy, quality=replace(data_literacy.quality, cost={}, price=None))
    priced = replace(silent, quality=replace(silent.quality, price="150 EUR"))
    assert "cost" in failed_rules(CATALOGUE, silent, issuer)
    assert "cost" not in failed_rules(CATALOGUE, priced, issuer)
