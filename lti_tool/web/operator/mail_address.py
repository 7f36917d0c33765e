"""Where the operator gets mails about their work: an address that they prove by a code, on their account's page."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError
from lti_tool.operators import mail_addresses
from lti_tool.people import addresses
from lti_tool.people.addresses import OPERATOR, Asking
from lti_tool.web import rate_limits
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.learner.mine import AskedCode, wrong_code
from lti_tool.web.operator.account import HERE, account_page
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuers_of
from lti_tool.web.translation import gettext as _

pages = Blueprint("operator_mail_address", __name__)


@pages.post(f"{HERE}/address")
def ask_code() -> Response:
    """Sends a code to the address. Raises TooManyRequests, and NotAllowedError for whoever has no role anywhere."""
    visit = current_operator()
    issuer_id = _an_issuer(visit)
    typed = typed_line("address", addresses.MAX_LENGTH)
    address = addresses.comparable_address(typed)
    if address is None:
        return account_page(
            visit, wrong=_("This is no e-mail address. Check it, and try again."), typed=typed
        )
    rate_limits.count_code(address, f"operator {visit.operator.id}")
    tool = current_tool()
    asking = Asking(person_id=None, issuer_id=issuer_id, language=page_language(), purpose=OPERATOR)
    with tool.store.begin() as session:
        ticket = addresses.ask_code(session, address, asking, tool.clock())
    return account_page(visit, asked=AskedCode(address=address, ticket=ticket))


@pages.post(f"{HERE}/address/prove")
def prove() -> Response:
    """Keeps the address, where the code is the one that was sent there."""
    visit = current_operator()
    tool = current_tool()
    now, ticket = tool.clock(), request.form.get("ticket", "")
    address = addresses.proved_by(
        tool.store, ticket, typed_line("code", 40), None, tool.secret_key, now, (OPERATOR,)
    )
    if address is None:
        asked = AskedCode(address=typed_line("address", addresses.MAX_LENGTH), ticket=ticket)
        return account_page(visit, asked=asked, wrong=str(wrong_code()))
    with tool.store.begin() as session:
        mail_addresses.save(session, visit.operator.id, address, page_language(), now)
    return redirect(f"{HERE}?lang={page_language()}", 303)


@pages.post(f"{HERE}/address/remove")
def remove() -> Response:
    """Takes the address away: no more mails."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        mail_addresses.remove(session, visit.operator.id, tool.clock())
    return redirect(f"{HERE}?lang={page_language()}", 303)


def _an_issuer(visit: OperatorVisit) -> str:
    """In whose name the code is mailed: the first issuer where the operator has a role. Raises NotAllowedError."""
    with current_tool().store.read() as session:
        found = issuers_of(session, visit)
        if not found:
            raise NotAllowedError("the operator has no role at any issuer")
        return found[0].id
