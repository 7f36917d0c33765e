"""Where operators get mails about their work: proved by a code, which opens nothing else; taken away at any time."""

import re
from email import message_from_bytes, policy

import pytest

from lti_tool.people import addresses
from lti_tool.people.addresses import Asking
from lti_tool.store.models import Event, LearnerSession, OperatorMailAddress
from lti_tool.web import rate_limits
from lti_tool.web.learner.learner_visits import TICKET_COOKIE
from tests.fixtures import rows, run_due_jobs
from tests.lti_tool.web.conftest import FROM_US, browser_of, hidden, text_of

ACCOUNT = "/operator/account"
ADDRESS = "ieva@college.example"


def mails(tool, tmp_path):
    run_due_jobs(tool)
    files = sorted((tmp_path / "mail").glob("*code*"))
    return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]


def code_in(mail):
    return re.search(r"\b(\d{8})\b", mail.get_body(("plain",)).get_content())[1]


def ask(operator, address=ADDRESS):
    return operator.press(ACCOUNT, f"{ACCOUNT}/address", address=address)


def prove(operator, asked, code):
    return operator.press(
        ACCOUNT, f"{ACCOUNT}/address/prove", ticket=hidden(asked, "ticket"), address=ADDRESS, code=code
    )


@pytest.fixture
def ieva(join):
    return join("assessor")


def test_an_operator_says_where_they_get_mails_and_takes_it_away(web_tool, ieva, tmp_path):
    assert "You get none." in text_of(ieva.get(ACCOUNT))
    asked = ask(ieva, " Ieva@College.example ")
    assert ADDRESS in text_of(asked)
    (mail,) = mails(web_tool, tmp_path)
    assert mail["Subject"] == "The code for your mails about your work"
    assert prove(ieva, asked, code_in(mail)).status_code == 303
    (row,) = rows(web_tool, OperatorMailAddress)
    assert (row.address, row.language) == (ADDRESS, "en")
    assert ADDRESS in text_of(ieva.get(ACCOUNT))
    assert ieva.press(ACCOUNT, f"{ACCOUNT}/address/remove").status_code == 303
    assert rows(web_tool, OperatorMailAddress) == []
    whats = [event.what for event in rows(web_tool, Event)]
    assert whats.count("operator_address_proved") == whats.count("operator_address_removed") == 1
    assert ADDRESS not in str([(event.why, event.data) for event in rows(web_tool, Event)])


def test_another_code_proves_nothing(web_tool, ieva, tmp_path):
    asked = ask(ieva)
    (mail,) = mails(web_tool, tmp_path)
    wrong = f"{(int(code_in(mail)) + 1) % 10**8:08d}"
    page = prove(ieva, asked, wrong)
    assert (page.status_code, rows(web_tool, OperatorMailAddress)) == (200, [])
    assert prove(ieva, page, code_in(mail)).status_code == 303
    assert prove(ieva, asked, code_in(mail)).status_code == 200, "it is used up"


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "a b@c.example", "x" * 400 + "@c.example"])
def test_what_is_no_address_gets_no_mail(web_tool, ieva, tmp_path, typed):
    assert "This is no e-mail address" in text_of(ask(ieva, typed))
    assert mails(web_tool, tmp_path) == []


def test_a_code_for_mails_opens_no_badges(app, web_tool, ieva, tmp_path):
    """Whoever talks somebody into telling such a code would else be signed in as them."""
    asked = ask(ieva)
    (mail,) = mails(web_tool, tmp_path)
    browser = browser_of(app)
    browser.set_cookie(TICKET_COOKIE, hidden(asked, "ticket"), secure=True)
    page = browser.post("/my/session", data={"code": code_in(mail), "address": ADDRESS}, headers=FROM_US)
    assert page.status_code == 200
    assert rows(web_tool, LearnerSession) == []


@pytest.mark.parametrize("purpose", ["", addresses.PRIOR_LEARNING])
def test_a_code_for_badges_proves_no_address_of_an_operator(web_tool, ieva, purpose):
    asking = Asking(person_id=None, issuer_id=web_tool.issuer.id, language="en", purpose=purpose)
    with web_tool.store.begin() as session:
        ticket = addresses.ask_code(session, ADDRESS, asking, web_tool.clock())
        row = session.query(addresses.AddressCode).one()
        code = addresses.code_of(row, web_tool.secret_key)
    page = ieva.press(ACCOUNT, f"{ACCOUNT}/address/prove", ticket=ticket, address=ADDRESS, code=code)
    assert page.status_code == 200
    assert rows(web_tool, OperatorMailAddress) == []


def test_so_many_codes_are_mailed_to_one_address_and_no_more(app, ieva, monkeypatch):
    monkeypatch.setattr(app.extensions["nozimite_limiter"], "enabled", True)
    answers = [ask(ieva).status_code for _ in range(rate_limits.CODES_TO_ADDRESS.amount + 1)]
    assert answers[:-1] == [200] * rate_limits.CODES_TO_ADDRESS.amount
    assert answers[-1] == 429
