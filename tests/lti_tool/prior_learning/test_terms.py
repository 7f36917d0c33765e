"""A price list has one currency that is in use, and no more digits after the point than that has; else euros."""

from decimal import Decimal

import pytest

from lti_tool.errors import PriorLearningError
from lti_tool.prior_learning.currencies import currencies, currency_of, written_amount
from lti_tool.prior_learning.terms import Fee, Terms, fees_as_typed, stored_terms, typed_currency, typed_fees


def refused(act, *given):
    with pytest.raises(PriorLearningError) as error:
        act(*given)
    return error.value.code


def test_a_price_list_is_read_as_it_is_shown_to_be_typed():
    fees = typed_fees("Assessment = 25.00\n\nFrom abroad = 1200,5", "SEK")
    assert fees == (
        Fee(what="Assessment", amount=Decimal("25.00")),
        Fee(what="From abroad", amount=Decimal("1200.50")),
    )
    assert typed_fees(fees_as_typed(fees), "SEK") == fees


@pytest.mark.parametrize(
    ("line", "currency"),
    [
        ("Assessment", "EUR"),
        ("= 25", "EUR"),
        ("  = 25", "EUR"),
        ("Assessment = free", "EUR"),
        ("Assessment = -1", "EUR"),
        ("Assessment = 1e3", "EUR"),
        ("Assessment = 1.005", "EUR"),
        ("Assessment = 1500.5", "JPY"),
        ("Assessment = 1.0005", "KWD"),
        ("Assessment = 1234567890", "HUF"),
        ("Assessment = ٢٥", "EUR"),
        ("x" * 201 + " = 1", "EUR"),
        ("\n".join(["a = 1"] * 21), "EUR"),
    ],
)
def test_what_is_no_fee_in_the_currency_is_refused(line, currency):
    assert refused(typed_fees, line, currency) == "fees"


@pytest.mark.parametrize(
    ("line", "currency", "amount"),
    [("a = 1500", "JPY", "1500"), ("a = 1.005", "KWD", "1.005"), ("a = 1500.0", "JPY", "1500")],
)
def test_each_currency_has_its_digits(line, currency, amount):
    assert str(typed_fees(line, currency)[0].amount) == amount


@pytest.mark.parametrize("code", ["", "EURO", "€", "LVL", "DEM", "XXX", "EU", "ĒUR", "eur ", " sek"])
def test_a_currency_is_one_that_is_in_use(code):
    if code.strip().upper() in ("EUR", "SEK"):
        assert typed_currency(code) == code.strip().upper()
    else:
        assert refused(typed_currency, code) == "currency"


def test_there_are_the_currencies_of_europe_and_many_more():
    assert {"EUR", "SEK", "PLN", "HUF", "CZK", "RON", "NOK", "CHF", "GBP", "UAH"} <= currencies()
    assert len(currencies()) > 140


@pytest.mark.parametrize(
    ("country", "currency"), [("LV", "EUR"), ("SE", "SEK"), ("PL", "PLN"), (None, "EUR"), ("ZZ", "EUR")]
)
def test_the_currency_is_at_first_that_of_the_issuers_country(country, currency):
    assert currency_of(country) == currency


def test_terms_of_before_are_in_euros():
    stored = Terms(fees=typed_fees("Assessment = 25"), rubric=("a",)).as_json()
    del stored["currency"]
    assert stored_terms(stored).currency == "EUR"
    kept = Terms(currency="SEK", rubric=("a",))
    assert stored_terms(kept.as_json()) == kept


def test_an_amount_is_written_as_the_language_has_it_with_the_code():
    assert written_amount(Decimal("1500.00"), "EUR", "en") == "1,500.00 EUR"
    assert written_amount(Decimal("1500.00"), "SEK", "lv") == "1\xa0500,00 SEK"
    assert written_amount(Decimal("1500"), "JPY", "en") == "1,500 JPY"
