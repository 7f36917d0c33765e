"""Where wallets take badges: the exchange of an offer, the one that binds, and what a QR code leads to.

Who comes here has a link that a learner has made a moment ago, and no session. Wallets get the JSON that was signed,
byte for byte: it is ASCII, and what a wallet would take for HTML or for a brace is escaped in it.
"""

from __future__ import annotations

import json

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.errors import MissingElementsError
from badges.template.model import stored_template
from lti_tool.errors import NotAllowedError
from lti_tool.logs import error_name
from lti_tool.wallets import exchanges, links
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.errors import error_page
from lti_tool.web.headers import private
from lti_tool.web.negotiation import prefers_html
from lti_tool.web.page_issuer import page_issuer, set_page_issuer
from signing.document_loader import CREDENTIALS_V2
from signing.errors import ProofError, SigningError

pages = Blueprint("exchanges", __name__)

#: A presentation without credentials, with room for what wallets add.
MAX_BYTES = 20_000


@pages.post("/exchanges/<token>")
def give_copy(token: str) -> Response:
    """A presentation with the badge, whatever the wallet says of itself. Raises ExchangeOverError.

    Raises RequestEntityTooLarge.
    """
    _read_body()
    tool = current_tool()
    text = exchanges.give_copy(tool.store, token, rate_limits.visitor(), tool.clock())
    return _json(
        f'{{"verifiablePresentation":{{"@context":["{CREDENTIALS_V2}"],"type":["VerifiablePresentation"],'
        f'"verifiableCredential":[{text}]}}}}'
    )


@pages.post("/exchanges/<token>/presentation")
def give_bound(token: str) -> Response:
    """The badge, bound to the key that has signed the presentation in the request.

    A wallet that comes again later may be given what cannot be signed now. Raises ExchangeOverError and
    RequestEntityTooLarge.
    """
    tool = current_tool()
    presentation = _read_body()
    try:
        text = exchanges.give_bound(tool.store, tool.issuers, token, presentation, _own_names(), tool.clock())
    except ProofError as error:
        return error_page("presentation_refused", 400, reason=error.code)
    except SigningError as error:
        # Such as a device with the issuer's keys that does not answer at this moment.
        answer = error_page("http_503", 503, reason=error_name(error))
        answer.headers["Retry-After"] = "30"
        return answer
    except (NotAllowedError, MissingElementsError) as error:
        return error_page("not_bound", 403, reason=str(error))
    return _json(text)


@pages.get("/interactions/<token>")
def interaction(token: str) -> Response:
    """By which protocols a wallet gets the badge; for a browser a page that opens wallets. Nothing is used up.

    Raises ExchangeOverError.
    """
    tool = current_tool()
    with tool.store.read() as session:
        row = exchanges.offered(session, token, tool.clock())
        set_page_issuer(tool.issuers.of(session, row.issuer_id))
        addresses = page_issuer().addresses
        if prefers_html():
            text = render_template(
                "wallets/interaction.html",
                template=stored_template(row.template_version.body),
                version=row.template_version,
                link=links.offer_link(addresses, token),
            )
            answer = Response(text, mimetype="text/html")
        else:
            answer = Response(
                json.dumps({"protocols": links.protocols(addresses, token, tool.secret_key)}),
                mimetype="application/json",
            )
    answer.vary.add("Accept")
    return private(answer)


def _read_body() -> str:
    request.max_content_length = MAX_BYTES
    return request.get_data().decode(errors="replace")


def _own_names() -> tuple[str, ...]:
    """How a wallet may name the site that it signs for."""
    addresses = page_issuer().addresses
    return addresses.tool_url, addresses.host


def _json(text: str) -> Response:
    return private(Response(text, mimetype="application/json"))
