"""A learner makes an offer of their own badge: a link for a wallet here, a QR code with digits for one elsewhere."""

from __future__ import annotations

import re
from html import unescape

import pytest

from lti_tool.store.models import WalletOffer
from tests.fixtures import ANNA, JANIS, rows
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, hidden, text_of
from tests.lti_tool.web.wallets.test_exchanges import links_of
from tests.lti_tool.web.wallets.test_oid4vci import error_of, signed_text


@pytest.fixture
def ask(school, annas_badge):
    """Sends the form of the page, as Anna or as somebody else."""
    token = hidden(school.launch(ANNA), "_launch")

    def ask(where, form="ob3-json", page="wallet/offer", token=token):
        data = {"_launch": token, "where": where, "form": form}
        return school.browser.post(f"/lti/app/badges/{annas_badge}/{page}", data=data)

    return ask


def digits_on(page):
    return re.search(r'class="code tx-code">(\d{6})<', page.text)[1]


def test_on_this_device_a_link_is_enough(ask, wallet, web_tool):
    page = ask("here")
    (link,) = {unescape(each) for each in re.findall(r'"(openid-credential-offer:[^"]*)"', page.text)}
    offer = wallet.read_offer(link)
    assert '<svg class="qr-code"' not in page.text
    assert signed_text(web_tool) in wallet.ask_credential(wallet.token(offer), offer).text


@pytest.mark.parametrize("where", ["there", "", "elsewhere"])
def test_whatever_is_shown_as_a_qr_code_asks_for_digits(ask, web_tool, where):
    page = ask(where)
    (row,) = rows(web_tool, WalletOffer)
    assert row.asks_code and digits_on(page) and "openid-credential-offer:" not in page.text
    assert '<svg class="qr-code"' in page.text


def test_each_form_can_be_chosen_and_no_other(ask, web_tool):
    page = ask("there", page="wallet")
    offered = re.findall(r'name="form" value="([^"]*)"', page.text)
    for form in offered:
        assert ask("here", form).status_code == 200
    made = [row.configuration for row in rows(web_tool, WalletOffer)][1:]
    assert made == offered == ["ob3-json", "ob3-json-bound", "ob3-sdjwt", "ob3-w3c-sdjwt"]
    assert ask("here", "another").status_code == 404


def test_nobody_offers_the_badge_of_somebody_else(ask, school, web_tool, annas_badge):
    janis = hidden(school.launch(JANIS), "_launch")
    assert ask("here", token=janis).status_code == 404
    assert ask("here", token="guessed").status_code == 403
    answer = school.browser.post(f"/my/badges/{annas_badge}/wallet/offer", headers=FROM_ELSEWHERE)
    assert answer.status_code == 403
    assert rows(web_tool, WalletOffer) == []


def test_the_one_qr_code_leads_to_an_offer_too(ask, wallet, web_tool):
    """A wallet for this protocol finds it by the same address as one for the other, and asks for the digits."""
    page = ask("", page="wallet")
    _, interaction, _, _ = links_of(page)
    protocols = wallet.client.get(interaction).get_json()["protocols"]
    offer = wallet.read_offer(protocols["OID4VCI"])
    assert error_of(wallet.ask_token(offer)) == "invalid_request"
    answer = wallet.ask_credential(wallet.token(offer, tx_code=digits_on(page)), offer)
    assert signed_text(web_tool) in answer.text
    assert "Anna" not in text_of(wallet.client.get(interaction, headers={"Accept": "text/html"}))
