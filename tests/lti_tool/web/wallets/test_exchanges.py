"""A badge goes into a wallet: by a copy or bound to the wallet's key, once, and to nobody else."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from badges.errors import MissingElementsError
from lti_tool.awarding import awards
from lti_tool.deliveries import dispatch
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.models import Award, CredentialRow, Delivery, Event, ExpiringValue, SigningKeyRow
from lti_tool.wallets import exchanges
from lti_tool.web import rate_limits
from signing.did import did_key
from signing.errors import SigningError
from signing.keys import generate
from tests.at_once import all_at_once
from tests.fixtures import ANNA, JANIS, NOW, ZANE, rows, run_due_jobs
from tests.lti_tool.web.conftest import TOOL, browser_of, hidden, list_of_everybody, text_of
from tests.presentations import presentation_of, presented

KEY, ANOTHER = generate("Ed25519"), generate("Ed25519")
TEACHER = events.person(10_000)


@pytest.fixture
def anna(school, annas_badge):
    """The token of Anna's page."""
    return hidden(school.launch(ANNA), "_launch")


@pytest.fixture
def offer(school, annas_badge, anna):
    """The page with links that Anna has made, or whoever has another token."""

    def offer(token=anna):
        return school.browser.post(f"/lti/app/badges/{annas_badge}/wallet", data={"_launch": token})

    return offer


@pytest.fixture
def wallet(app):
    """A wallet in another network than the learner's browser, whose address may be given."""

    def ask(path, body="{}", visitor="198.51.100.7", **headers):
        client = app.test_client()
        client.environ_base |= {
            "wsgi.url_scheme": "https",
            "HTTP_HOST": "badges.example.org",
            "REMOTE_ADDR": visitor,
        }
        headers = {"Accept": "application/json"} | headers
        if body is None:
            return client.get(path, headers=headers)
        return client.post(path, data=body, content_type="application/json", headers=headers)

    return ask


def links_of(page):
    """Of a page with an offer: the paths of the exchange, the interaction and the binding, and its challenge."""
    offered, binding = re.findall(r'href="(https://lcw\.app/[^"]*)"', page.text)
    request = json.loads(parse_qs(urlsplit(unescape(offered)).query)["request"][0])
    assert request["credentialRequestOrigin"] == TOOL and "%" not in request["protocols"]["vcapi"]
    query = parse_qs(urlsplit(unescape(binding)).query)
    assert urlsplit(unescape(binding)).path == "/request.html" and query["auth_type"] == ["bearer"]
    assert query["issuer"] == ["did:web:badges.example.org:issuers:riga-college"]
    interaction = unescape(re.search(r'id="wallet-address"[^>]*value="([^"]*)"', page.text)[1])
    paths = (request["protocols"]["vcapi"], interaction, query["vc_request_url"][0])
    return (*(each.removeprefix(TOOL) for each in paths), query["challenge"][0])


def stored(tool):
    return next(row for row in rows(tool, CredentialRow) if row.holder is None and not row.replaced_at)


def act(tool, deed, *arguments):
    with tool.store.begin() as session:
        deed(session, session.query(Award).one(), *arguments, tool.clock(), TEACHER)
    run_due_jobs(tool)


def numbers(tool):
    """What the issuer's overview counts."""
    with tool.store.read() as session:
        return queries.operator_home.numbers(session, tool.issuer.id, NOW)


def taken(tool):
    return [row for row in rows(tool, Delivery) if row.channel == "wallet"]


def test_a_wallet_takes_the_stored_text_and_the_teacher_sees_it(offer, wallet, web_tool, school, annas_badge):
    exchange, _, _, _ = links_of(offer())
    before = numbers(web_tool)
    answer = wallet(exchange)
    assert numbers(web_tool) == before and before.deliveries == 1
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.text.isascii() and stored(web_tool).text in answer.text
    presentation = answer.json["verifiablePresentation"]
    assert presentation["@context"] == ["https://www.w3.org/ns/credentials/v2"]
    assert (
        presentation["type"] == ["VerifiablePresentation"] and len(presentation["verifiableCredential"]) == 1
    )
    (delivery,) = taken(web_tool)
    assert (delivery.status, delivery.sent_at, delivery.reference) == ("sent", web_tool.clock(), "vcapi")
    acts = [
        (row.what, row.why, row.actor)
        for row in rows(web_tool, Event)
        if row.what in ("wallet_offered", "delivered")
    ]
    anna = rows(web_tool, Award)[0].person_id
    assert ("wallet_offered", "", str(anna)) in acts and ("delivered", "wallet", "") in acts
    assert "Wallet: taken by the learner" in text_of(list_of_everybody(school))
    page = text_of(school.launch(ANNA))
    assert "A wallet took it" in page and page.count("It was also sent to") <= 1


def test_an_exchange_answers_whoever_used_it_first_again_and_nobody_else(offer, wallet, web_tool):
    exchange, _, _, _ = links_of(offer())
    first = wallet(exchange)
    assert wallet(exchange).data == first.data and len(taken(web_tool)) == 1
    refused = wallet(exchange, visitor="203.0.113.9")
    assert (refused.status_code, refused.json["error"]) == (404, "exchange_over")
    assert b"Anna" not in refused.data and "Make a new one" in refused.json["message"]
    web_tool.clock.advance(minutes=10)
    assert wallet(exchange).status_code == 404
    acts = [row.data for row in rows(web_tool, Event) if row.why == "wallet"]
    assert [each["times"] for each in acts] == [1, 2]


def test_a_link_gives_the_badge_so_often_and_the_learner_and_the_teacher_see_how_often(
    offer, wallet, web_tool, school
):
    exchange, _, binding, challenge = links_of(offer())
    assert "in all" not in text_of(school.launch(ANNA))
    for link, body in ((exchange, "{}"), (binding, presented(KEY, challenge, web_tool.clock()))):
        for _ in range(exchanges.MOST_TAKES):
            assert wallet(link, body).status_code == 200
        refused = wallet(link, body)
        assert (refused.status_code, refused.json["error"]) == (404, "exchange_over")
    times = 2 * exchanges.MOST_TAKES
    assert taken(web_tool)[0].taken_times == times
    assert f"Wallets were given it {times} times in all." in text_of(school.launch(ANNA))
    assert f", {times} times in all" in text_of(list_of_everybody(school))


def test_of_many_who_share_an_address_at_once_so_many_get_it(offer, web_tool):
    token = links_of(offer())[0].rpartition("/")[2]

    def take():
        try:
            exchanges.give_copy(web_tool.store, token, "the school", web_tool.clock())
        except exchanges.ExchangeOverError:
            return 0
        return 1

    assert sum(all_at_once(*[take] * (exchanges.MOST_TAKES + 3))) == exchanges.MOST_TAKES
    assert taken(web_tool)[0].taken_times == exchanges.MOST_TAKES


def test_of_two_who_are_there_at_once_one_is_the_first(offer, web_tool):
    token = links_of(offer())[0].rpartition("/")[2]

    def take(visitor):
        try:
            exchanges.give_copy(web_tool.store, token, visitor, web_tool.clock())
        except exchanges.ExchangeOverError:
            return 0
        return 1

    assert sum(all_at_once(*[lambda name=str(number): take(name) for number in range(4)])) == 1


def test_an_interaction_tells_wallets_the_protocols_and_people_what_to_open(offer, wallet, web_tool, app):
    exchange, interaction, _, _ = links_of(offer())
    assert interaction.endswith("?iuv=1")
    for accept in ("application/json", "*/*"):
        answer = wallet(interaction, None, Accept=accept)
        assert answer.json["protocols"]["vcapi"] == TOOL + exchange and answer.mimetype == "application/json"
    for language in ("en", "lv"):
        page = browser_of(app).get(f"{interaction}&lang={language}")
        assert page.mimetype == "text/html" and "https://lcw.app/request?" in page.text
        assert "Anna" not in page.text and "noindex" in page.headers["X-Robots-Tag"]
        assert f"lang={'lv' if language == 'en' else 'en'}" in page.text
    # Looking uses nothing up.
    assert wallet(exchange).status_code == 200
    web_tool.clock.advance(minutes=11)
    over = browser_of(app).get(interaction)
    assert over.status_code == 404 and "This link for a wallet is over" in text_of(over)


def test_the_code_on_the_page_is_the_interaction(offer):
    page = offer()
    side = int(re.search(r'viewBox="0 0 (\d+) \d+" role="img"', page.text)[1])
    image = Image.new("L", (side * 4, side * 4), 255)
    draw = ImageDraw.Draw(image)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", page.text):
        x, y, length = int(x), int(y), int(length)
        draw.rectangle((x * 4, y * 4, (x + length) * 4 - 1, y * 4 + 3), fill=0)
    (code,) = zxingcpp.read_barcodes(image)
    assert code.text == TOOL + links_of(page)[1]
    assert 'aria-label="QR code with the address for wallets"' in page.text


def test_a_wallet_that_proves_its_key_is_given_a_badge_bound_to_it(offer, wallet, web_tool):
    _, _, binding, challenge = links_of(offer())
    now = web_tool.clock()
    answer = wallet(binding, presented(KEY, challenge, now))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json["credentialSubject"]["id"] == did_key(KEY.public_key())
    assert web_tool.verify(answer.data).verdict == "verified"
    assert taken(web_tool)[0].reference == "bound"
    # The answer was lost: the same wallet asks again, with a new proof or the old one.
    web_tool.clock.advance(minutes=1)
    for proof in (presented(KEY, challenge, now), presented(KEY, challenge, web_tool.clock())):
        assert wallet(binding, proof).data == answer.data
    # Somebody who has seen the link is not given one, though they prove their key.
    refused = wallet(binding, presented(ANOTHER, challenge, now))
    assert (refused.status_code, refused.json["error"]) == (404, "exchange_over")
    assert [row.holder for row in rows(web_tool, CredentialRow)].count(None) == len(
        rows(web_tool, CredentialRow)
    ) - 1


def test_a_badge_that_cannot_be_bound_now_comes_later_or_is_refused(offer, wallet, web_tool, monkeypatch):
    _, _, binding, challenge = links_of(offer())
    body = presented(KEY, challenge, web_tool.clock())

    def failing(error):
        def fail(*_arguments):
            raise error

        return fail

    with monkeypatch.context() as away:
        away.setattr("lti_tool.issuing.bound._make", failing(SigningError("the device does not answer")))
        later = wallet(binding, body)
        assert (later.status_code, later.json["error"]) == (503, "http_503")
        assert int(later.headers["Retry-After"]) > 0
        away.setattr("lti_tool.issuing.bound._make", failing(MissingElementsError(("level",))))
        lacking = wallet(binding, body)
        assert (lacking.status_code, lacking.json["error"]) == (403, "not_bound")
    assert wallet(binding, body).status_code == 200


def test_without_a_key_on_a_curve_no_link_binds_and_one_from_before_is_refused(offer, wallet, web_tool):
    page = offer()
    _, _, binding, challenge = links_of(page)
    with web_tool.store.begin() as session:
        keys = session.query(SigningKeyRow).filter_by(algorithm="P-256")
        keys.update({"retired_at": web_tool.clock()})
    without = offer()
    assert "Bind it to the key" in text_of(page) and "Bind it to the key" not in text_of(without)
    assert "/request.html" not in without.text and "lcw.app" in without.text
    refused = wallet(binding, presented(KEY, challenge, web_tool.clock()))
    assert (refused.status_code, refused.json["error"]) == (403, "not_bound")


def test_a_badge_is_bound_to_so_many_keys_and_no_more(offer, wallet, web_tool, monkeypatch):
    monkeypatch.setattr("lti_tool.issuing.storing.MOST_BOUND", 1)
    _, _, binding, challenge = links_of(offer())
    first = wallet(binding, presented(KEY, challenge, web_tool.clock()))
    assert first.status_code == 200
    _, _, binding, challenge = links_of(offer())
    refused = wallet(binding, presented(ANOTHER, challenge, web_tool.clock()))
    assert (refused.status_code, refused.json["error"]) == (403, "not_bound")
    # The key that has it is given it all the same.
    _, _, binding, challenge = links_of(offer())
    assert wallet(binding, presented(KEY, challenge, web_tool.clock())).data == first.data


def test_what_proves_nothing_is_given_nothing_and_uses_nothing_up(offer, wallet, web_tool):
    _, _, binding, challenge = links_of(offer())
    now = web_tool.clock()
    proof = presentation_of(KEY, challenge, now)
    wrong = [
        "{}",
        "",
        "no json",
        "\ud800".encode("utf-8", "surrogatepass"),
        presented(KEY, "another", now),
        presented(KEY, challenge, now, domain="elsewhere.example"),
        presented(KEY, challenge, now, proofPurpose="assertionMethod"),
        presented(KEY, challenge, now, holder=did_key(ANOTHER.public_key())),
        json.dumps(proof | {"holder": did_key(ANOTHER.public_key())}),
        json.dumps({"verifiablePresentation": proof}),
    ]
    for body in wrong:
        refused = wallet(binding, body)
        assert (refused.status_code, refused.json["error"]) == (400, "presentation_refused"), body
        assert b"Anna" not in refused.data
    assert wallet(binding, " " * 30_000).status_code == 413
    assert len(rows(web_tool, CredentialRow)) == 1 and taken(web_tool) == []
    named = presented(KEY, challenge, now, domain="badges.example.org")
    assert wallet(binding, named).status_code == 200


def test_a_token_of_one_kind_is_none_of_the_other(offer, wallet, web_tool):
    exchange, _, binding, _ = links_of(offer())
    copy, bound = exchange.rpartition("/")[2], binding.split("/")[2]
    challenge = exchanges.challenge_of(copy)
    body = presented(KEY, challenge, web_tool.clock())
    assert wallet(f"/exchanges/{copy}/presentation", body).status_code == 404
    assert wallet(f"/exchanges/{bound}").status_code == 404
    assert wallet(f"/interactions/{bound}", None).status_code == 404
    assert wallet("/exchanges/unknown", "[" * 5000).status_code == 404
    assert wallet(exchange, "x" * 30_000).status_code == 413
    assert wallet(exchange, "no json").status_code == 200


def test_what_ended_in_between_is_not_given(offer, wallet, web_tool):
    exchange, interaction, binding, challenge = links_of(offer())
    body = presented(KEY, challenge, web_tool.clock())

    def check_over():
        for answer in (wallet(exchange), wallet(interaction, None), wallet(binding, body)):
            assert (answer.status_code, answer.json["error"]) == (404, "exchange_over")
        assert taken(web_tool) == []

    def change(**columns):
        with web_tool.store.begin() as session:
            for name, value in columns.items():
                setattr(session.query(CredentialRow).one(), name, value)

    change(suspended_at=web_tool.clock())
    check_over()
    change(suspended_at=None, valid_until=web_tool.clock())
    check_over()
    change(valid_until=None)
    assert wallet(interaction, None).status_code == 200
    act(web_tool, awards.revoke, "Plagiarism.")
    check_over()
    with web_tool.store.begin() as session:
        person_id = session.query(Award).one().person_id
        erase_person(session, web_tool.issuers, person_id, web_tool.clock(), events.operator("root"))
    check_over()


def test_what_was_corrected_in_between_is_given_as_it_is_now(offer, wallet, web_tool, school):
    exchange, _, _, _ = links_of(offer())
    with web_tool.store.begin() as session:
        session.query(Award).one().person.name = "Anna Kalniņa"
    act(web_tool, awards.correct)
    assert "Kalni" in wallet(exchange).text
    web_tool.clock.advance(minutes=1)
    act(web_tool, awards.correct)
    assert "The badge was changed after that" in text_of(school.launch(ANNA))


def test_nobody_makes_links_for_the_badge_of_another(school, annas_badge, offer, web_tool):
    before = len(rows(web_tool, ExpiringValue))
    for token in (hidden(school.launch(JANIS), "_launch"), hidden(school.launch(ZANE), "_launch"), "", "x"):
        answer = offer(token)
        assert answer.status_code in (403, 404) and "lcw.app" not in answer.text
    of_exchanges = [row for row in rows(web_tool, ExpiringValue) if row.key.startswith("exchange:")]
    assert of_exchanges == [] and before >= 0


def test_a_badge_that_is_not_valid_has_no_section_and_no_links(school, annas_badge, offer, web_tool):
    assert "Keep this badge" in text_of(school.launch(ANNA))
    act(web_tool, awards.revoke, "Plagiarism.")
    assert "Keep this badge" not in text_of(school.launch(ANNA))
    answer = offer()
    assert answer.status_code == 403 and "lcw.app" not in answer.text


def test_tokens_are_in_no_table_and_no_log(offer, wallet, web_tool, capfd, caplog):
    page = offer()
    exchange, _, binding, challenge = links_of(page)
    tokens = [exchange.rpartition("/")[2], binding.split("/")[2], challenge, did_key(KEY.public_key())]
    body = presented(KEY, challenge, web_tool.clock())
    answers = (wallet(exchange), wallet(binding, body), wallet(binding, "{}"), wallet("/exchanges/none"))
    assert [each.status_code for each in answers] == [200, 200, 400, 404]
    kept = str([(row.key, row.value) for row in rows(web_tool, ExpiringValue)])
    said = "".join(capfd.readouterr()) + caplog.text + str([row.data for row in rows(web_tool, Event)])
    for token in tokens:
        assert token not in kept and token not in said
    assert "presentation_refused" in said


def test_a_revoked_badge_that_a_wallet_took_is_no_trouble_for_what_takes_back(offer, wallet, web_tool):
    wallet(links_of(offer())[0])
    (delivery,) = taken(web_tool)
    act(web_tool, awards.revoke, "Plagiarism.")
    dispatch.take_back(web_tool.store, web_tool.connect, delivery.id, web_tool.clock())


def test_each_endpoint_has_a_limit_of_its_own():
    for name in ("give_copy", "give_bound", "interaction"):
        assert rate_limits.per_minute(f"exchanges.{name}") < rate_limits.READING
