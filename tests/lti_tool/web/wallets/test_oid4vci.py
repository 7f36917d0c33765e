"""A wallet takes the badge that its learner offers it: once, as it was signed, and says so."""

from __future__ import annotations

import json

import pytest

from lti_tool.store.models import CredentialRow, Delivery, Event, WalletOffer
from tests.fixtures import rows


def signed_text(tool) -> str:
    with tool.store.read() as session:
        return session.query(CredentialRow).one().text


def error_of(answer, status: int = 400) -> str:
    assert (answer.status_code, answer.mimetype) == (status, "application/json"), answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_json()["error"]


def test_from_an_offer_to_the_badge_and_the_word_that_it_is_there(wallet, offer, web_tool, clock):
    token = wallet.token(offer)
    answer = wallet.ask_credential(token, offer)
    assert answer.headers["Cache-Control"] == "no-store"
    # Not only the same JSON: the same characters, which some wallets store and show as they come.
    assert f'{{"credentials":[{{"credential":{signed_text(web_tool)}}}],' in answer.text
    assert "wallet" not in [each.channel for each in rows(web_tool, Delivery)]
    clock.advance(minutes=1)
    notification_id = answer.get_json()["notification_id"]
    assert wallet.notify(token, notification_id).status_code == 204
    (taken,) = [each for each in rows(web_tool, Delivery) if each.channel == "wallet"]
    assert (taken.status, taken.sent_at) == ("sent", clock())


@pytest.mark.parametrize(
    "asking", [{"credential_configuration_id": "ob3-json"}, {"credential_identifier": "badge"}]
)
def test_it_can_be_asked_for_by_both_names(wallet, offer, web_tool, asking):
    answer = wallet.ask(wallet.token(offer), asking)
    assert answer.get_json()["credentials"][0]["credential"] == json.loads(signed_text(web_tool))


def test_a_wallet_that_comes_again_gets_the_same(wallet, offer, clock):
    """It may have died before it had stored the badge. It has its token, as long as that is good."""
    token = wallet.token(offer)
    first = wallet.ask_credential(token, offer)
    clock.advance(minutes=29)
    assert wallet.ask_credential(token, offer).text == first.text
    clock.advance(minutes=1)
    answer = wallet.ask_credential(token, offer)
    assert error_of(answer, 401) == "invalid_token"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')


def test_nothing_of_an_offer_is_stored_that_opens_it(wallet, made, web_tool):
    link = made(asks_code=True)
    offer = wallet.read_offer(link.link)
    token = wallet.token(offer, tx_code=link.tx_code)
    (row,) = rows(web_tool, WalletOffer)
    stored = " ".join(str(value) for value in vars(row).values())
    told = " ".join(str(vars(each)) for each in rows(web_tool, Event))
    for secret in (token, link.tx_code, link.link[-32:], offer["grants"].popitem()[1]["pre-authorized_code"]):
        assert secret not in stored and secret not in told
