"""A wallet takes the badge that its learner offers it: once, as it was signed, and says so."""

from __future__ import annotations

import json
from functools import partial
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from limits import RateLimitItemPerMinute

from lti_tool.awarding import awards
from lti_tool.errors import NotAllowedError, WalletError
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import queries
from lti_tool.store.events import person
from lti_tool.store.models import Award, CredentialRow, Delivery, Event, WalletOffer
from lti_tool.wallets import tokens
from lti_tool.wallets.messages import PRE_AUTHORIZED, TokenRequest
from lti_tool.wallets.offers import OFFER_MINUTES
from lti_tool.web import create_app, rate_limits
from tests.at_once import all_at_once
from tests.fixtures import DAUGAVA, add_another_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import browser_of
from tests.lti_tool.web.wallets.conftest import code_of, path


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


# --- What a wallet does not get


def test_a_code_is_good_once_and_for_a_short_time(wallet, made, clock):
    link = made().link
    offer = wallet.read_offer(link)
    wallet.token(offer)
    assert error_of(wallet.ask_token(offer)) == "invalid_grant"
    assert error_of(wallet.get(parse_qs(urlsplit(link).query)["credential_offer_uri"][0]), 404) == "not_found"
    link = made().link
    offer = wallet.read_offer(link)
    clock.advance(minutes=OFFER_MINUTES)
    assert error_of(wallet.ask_token(offer)) == "invalid_grant"
    assert error_of(wallet.get(parse_qs(urlsplit(link).query)["credential_offer_uri"][0]), 404) == "not_found"


def test_a_transaction_code_can_be_tried_three_times(wallet, made):
    link = made(asks_code=True)
    offer = wallet.read_offer(link.link)
    asked = offer["grants"][PRE_AUTHORIZED]["tx_code"]
    assert (asked["input_mode"], asked["length"]) == ("numeric", len(link.tx_code)) and asked["description"]
    wrong = f"{(int(link.tx_code) + 1) % 10**6:06d}"
    # Without one nothing is tried.
    for _ in range(3):
        assert error_of(wallet.ask_token(offer)) == "invalid_request"
    assert error_of(wallet.ask_token(offer, tx_code=wrong)) == "invalid_grant"
    assert error_of(wallet.ask_token(offer, tx_code=wrong)) == "invalid_grant"
    wallet.token(offer, tx_code=link.tx_code)
    link = made(asks_code=True)
    offer = wallet.read_offer(link.link)
    wrong = f"{(int(link.tx_code) + 1) % 10**6:06d}"
    for _ in range(3):
        assert error_of(wallet.ask_token(offer, tx_code=wrong)) == "invalid_grant"
    assert error_of(wallet.ask_token(offer, tx_code=link.tx_code)) == "invalid_grant"


WRONG_TOKEN_REQUESTS = [
    ({"grant_type": None}, "unsupported_grant_type"),
    ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    ({"pre-authorized_code": None}, "invalid_request"),
    ({"pre-authorized_code": "guessed"}, "invalid_grant"),
    ({"pre-authorized_code": "é"}, "invalid_grant"),
    ({"tx_code": "123456"}, "invalid_request"),
    ({"authorization_details": "{"}, "invalid_authorization_details"),
    ({"authorization_details": "[" * 100_000}, "invalid_authorization_details"),
    ({"authorization_details": "[]"}, "invalid_authorization_details"),
    ({"authorization_details": '[{"type":"openid_credential"}]'}, "invalid_authorization_details"),
    (
        {"authorization_details": '[{"type":"openid_credential","credential_configuration_id":"x"}]'},
        "invalid_authorization_details",
    ),
]


def test_a_wrong_token_request_is_named_and_uses_no_code_up(wallet, offer):
    for changes, error in WRONG_TOKEN_REQUESTS:
        assert error_of(wallet.ask_token(offer, **changes)) == error, changes
    wallet.token(offer)


def test_a_code_in_the_address_or_twice_is_none(wallet, offer):
    code = code_of(offer)
    address = path(wallet.token_endpoint)
    form = {"grant_type": PRE_AUTHORIZED}
    answer = wallet.client.post(address, query_string={"pre-authorized_code": code}, data=form)
    assert error_of(answer) == "invalid_request"
    answer = wallet.client.post(address, data=form | {"pre-authorized_code": [code, code]})
    assert error_of(answer) == "invalid_request"


def test_authorization_details_are_answered_with_what_to_ask_for(wallet, offer):
    details = [{"type": "openid_credential", "credential_configuration_id": "ob3-json"}]
    answer = wallet.ask_token(offer, authorization_details=json.dumps(details)).get_json()
    (granted,) = answer["authorization_details"]
    (identifier,) = granted.pop("credential_identifiers")
    assert [granted] == details
    assert wallet.ask(answer["access_token"], {"credential_identifier": identifier}).status_code == 200


WRONG_CREDENTIAL_REQUESTS = [
    ("", "invalid_credential_request"),
    ("[]", "invalid_credential_request"),
    ('{"credential_identifier":"badge","credential_identifier":"badge"}', "invalid_credential_request"),
    ("[" * 50_000, "invalid_credential_request"),
    (b"\xff", "invalid_credential_request"),
    ({}, "invalid_credential_request"),
    ({"credential_configuration_id": 5}, "invalid_credential_request"),
    (
        {"credential_configuration_id": "ob3-json", "credential_identifier": "badge"},
        "invalid_credential_request",
    ),
    ({"credential_configuration_id": "ob3"}, "unknown_credential_configuration"),
    ({"credential_configuration_id": "ob3-json-bound"}, "credential_request_denied"),
    ({"credential_identifier": "other"}, "unknown_credential_identifier"),
    ({"format": "mso_mdoc"}, "unknown_credential_configuration"),
    (
        {"format": "ldp_vc", "credential_definition": {"type": ["Diploma"]}},
        "unknown_credential_configuration",
    ),
    (
        {"credential_configuration_id": "ob3-json", "credential_response_encryption": {}},
        "invalid_encryption_parameters",
    ),
]


def test_a_wrong_credential_request_is_named(wallet, offer):
    token = wallet.token(offer)
    for body, error in WRONG_CREDENTIAL_REQUESTS:
        assert error_of(wallet.ask(token, body)) == error, body


def test_a_huge_request_is_not_read(wallet, offer):
    assert error_of(wallet.ask(wallet.token(offer), " " * 100_001), 413) == "invalid_request"


def test_what_is_no_request_at_all_is_answered_with_json_too(wallet, offer):
    """Whatever a program says that it accepts: a wallet has no use for a page."""
    address = path(wallet.token_endpoint)
    for accepted in ("*/*", "text/html"):
        wallet.client.environ_base["HTTP_ACCEPT"] = accepted
        half = wallet.client.post(address, data={"grant_type": PRE_AUTHORIZED, "pre-authorized_code": "\0"})
        assert error_of(half) == "invalid_request"
        other_method = wallet.client.get(address)
        assert (other_method.status_code, other_method.mimetype) == (405, "application/json")


@pytest.mark.parametrize("limited", ["requests", "refusals"])
def test_a_wallet_that_asks_too_often_is_told_when_to_come_again(
    school, web_tool, monkeypatch, capsys, limited
):
    if limited == "requests":
        monkeypatch.setitem(rate_limits.READING_OF, "oid4vci.token", 2)
    else:
        monkeypatch.setattr(rate_limits, "REFUSALS", RateLimitItemPerMinute(2))
    client = browser_of(create_app(web_tool))
    ask = partial(client.post, "/issuers/riga-college/wallet/token", data={"grant_type": PRE_AUTHORIZED})
    assert [error_of(ask()) for _ in range(2)] == ["invalid_request"] * 2
    capsys.readouterr()
    stopped = ask()
    assert error_of(stopped, 429) == "slow_down" and int(stopped.headers["Retry-After"]) > 0
    assert stopped.headers["Access-Control-Allow-Origin"] == "*"
    assert capsys.readouterr().out.count("wallet_refused") == 1


def test_without_a_good_token_there_is_nothing(wallet, offer):
    shown = ({}, {"Authorization": "Bearer guessed"}, {"Authorization": "Basic x"}, {"Authorization": "é"})
    endpoints = ("credential_endpoint", "deferred_credential_endpoint", "notification_endpoint")
    for endpoint, headers in product(endpoints, shown):
        answer = wallet.client.post(path(wallet.metadata[endpoint]), data="{}", headers=headers)
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_of_one_issuer_opens_nothing_of_another(wallet, offer, web_tool):
    add_another_issuer(web_tool)
    token = wallet.token(offer)
    address = path(wallet.metadata["credential_endpoint"]).replace("riga-college", DAUGAVA["slug"])
    body = json.dumps({"credential_configuration_id": "ob3-json"})
    answer = wallet.client.post(address, data=body, headers={"Authorization": f"Bearer {token}"})
    assert error_of(answer, 401) == "invalid_token"


def test_a_code_of_one_issuer_is_none_of_another(wallet, offer, web_tool):
    add_another_issuer(web_tool)
    wallet.token_endpoint = wallet.token_endpoint.replace("riga-college", DAUGAVA["slug"])
    assert error_of(wallet.ask_token(offer)) == "invalid_grant"


def revoke(session, award, now):
    awards.revoke(session, award, "an error", now)


def suspend(_session, award, now):
    award.credential.suspended_at = now


def expire(_session, award, now):
    award.credential.valid_until = now


@pytest.mark.parametrize("change", [revoke, suspend, expire])
def test_what_is_not_valid_any_more_is_not_given(wallet, offer, made, web_tool, clock, change):
    token = wallet.token(offer)
    with web_tool.store.begin() as session:
        change(session, session.query(Award).one(), clock())
    assert error_of(wallet.ask_credential(token, offer)) == "credential_request_denied"
    with pytest.raises(NotAllowedError):
        made()


def test_of_somebody_who_was_erased_nothing_is_left(wallet, offer, web_tool):
    token = wallet.token(offer)
    with web_tool.store.begin() as session:
        person_id = session.query(Award).one().person_id
        erase_person(session, web_tool.issuers, person_id, web_tool.clock(), person(1))
    assert rows(web_tool, WalletOffer) == []
    assert error_of(wallet.ask_credential(token, offer), 401) == "invalid_token"


def test_a_badge_that_is_awarded_again_comes_later(wallet, offer, web_tool, clock):
    token = wallet.token(offer)
    with web_tool.store.begin() as session:
        award = session.query(Award).one()
        awards.revoke(session, award, "an error", clock())
        awards.award_again(session, award, "it was right", clock(), person(1))
    answer = wallet.ask_credential(token, offer)
    assert answer.status_code == 202
    transaction = {"transaction_id": answer.get_json()["transaction_id"]}
    assert wallet.ask(token, transaction, "deferred_credential_endpoint").status_code == 202
    wrong = wallet.ask(token, {"transaction_id": "guessed"}, "deferred_credential_endpoint")
    assert error_of(wrong) == "invalid_transaction_id"
    run_due_jobs(web_tool)
    given = wallet.ask(token, transaction, "deferred_credential_endpoint").get_json()
    assert given == {"credentials": [{"credential": json.loads(rows(web_tool, CredentialRow)[-1].text)}]}


def test_a_notification_names_what_was_given(wallet, offer, web_tool):
    token = wallet.token(offer)
    notification_id = wallet.ask_credential(token, offer).get_json()["notification_id"]
    assert error_of(wallet.notify(token, "guessed")) == "invalid_notification_id"
    assert error_of(wallet.notify(token, notification_id, "sold")) == "invalid_notification_request"
    assert error_of(wallet.ask(token, "x", "notification_endpoint")) == "invalid_notification_request"
    # What a learner does with the badge in their wallet is their own affair.
    for event in ("credential_failure", "credential_deleted"):
        assert wallet.notify(token, notification_id, event).status_code == 204
    assert "wallet" not in [each.channel for each in rows(web_tool, Delivery)]
    for _ in range(2):
        assert wallet.notify(token, notification_id).status_code == 204
    told = [each for each in rows(web_tool, Event) if each.what == "delivered" and each.why == "wallet"]
    assert len(told) == 1


def test_of_several_exchanges_at_once_one_gets_the_token(wallet, offer, web_tool, clock):
    request = TokenRequest(code=code_of(offer), tx_code=None, wanted=None)

    def exchange() -> str:
        try:
            tokens.exchange(web_tool.store, request, web_tool.issuer.id, web_tool.secret_key, clock())
        except WalletError as error:
            return error.code
        return "given"

    assert sorted(all_at_once(*[exchange] * 4)) == ["given", *["invalid_grant"] * 3]
    # Whoever has found the code open a moment before the other used it does not get it either.
    (row,) = rows(web_tool, WalletOffer)
    with web_tool.store.begin() as session:
        late = queries.wallet_offers.use_code(session, row.id, "0" * 64, clock() + tokens.TOKEN_LIFE, clock())
    assert not late


def test_what_is_over_is_deleted(wallet, made, web_tool, clock):
    with web_tool.store.begin() as session:
        tokens.delete_over(session, clock())
    wallet.token(wallet.read_offer(made().link))
    made()
    clock.advance(minutes=OFFER_MINUTES)
    with web_tool.store.begin() as session:
        tokens.delete_over(session, clock())
    assert [each.used_at is None for each in rows(web_tool, WalletOffer)] == [False]
    clock.advance(minutes=20)
    with web_tool.store.begin() as session:
        tokens.delete_over(session, clock())
    assert rows(web_tool, WalletOffer) == []


def test_wallets_in_browsers_may_call(wallet, offer):
    for endpoint in ("credential_endpoint", "nonce_endpoint", "notification_endpoint"):
        answer = wallet.client.options(path(wallet.metadata[endpoint]))
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert wallet.ask_token(offer).headers["Access-Control-Allow-Origin"] == "*"
    assert wallet.ask("", {}).headers["Access-Control-Allow-Origin"] == "*"


def test_no_token_and_no_code_is_logged(wallet, made, capsys):
    link = made(asks_code=True)
    offer = wallet.read_offer(link.link)
    wallet.ask_token(offer, tx_code="000000x")
    token = wallet.token(offer, tx_code=link.tx_code)
    wallet.ask(token, {"credential_configuration_id": "ob3"})
    wallet.ask(f"{token}x", {})
    logged = capsys.readouterr()
    assert "wallet_refused" in logged.err + logged.out
    for secret in (token, link.tx_code, code_of(offer), link.link[-32:]):
        assert secret not in logged.err + logged.out
