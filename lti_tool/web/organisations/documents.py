"""The documents of organisations: identity, keys, status lists, and endorsements that are shown."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError
from lti_tool.publishing import organisation_documents
from lti_tool.web.current import current_tool
from lti_tool.web.documents.issuer import KEYS_MAX_AGE
from lti_tool.web.documents.responses import document, json_document
from lti_tool.web.headers import unlisted
from lti_tool.web.negotiation import prefers_html
from lti_tool.web.organisations.shown_endorsements import shown
from lti_tool.web.page_issuer import set_page_issuer
from lti_tool.web.public.badge_pages import CREDENTIAL_TYPES, JWT_TYPES

pages = Blueprint("organisation_documents", __name__)

#: Short, because one that is no longer shown is not given out.
_MAX_AGE = 60


@pages.get("/organisations/<uuid:organisation_id>/did.json")
def did_document(organisation_id: UUID) -> Response:
    found = organisation_documents.did_document(current_tool(), str(organisation_id))
    return json_document(found, "application/did+json", KEYS_MAX_AGE)


@pages.get("/organisations/<uuid:organisation_id>/keys/<kid>.json")
def public_key(organisation_id: UUID, kid: str) -> Response:
    found = organisation_documents.public_key(current_tool(), str(organisation_id), kid)
    return json_document(found, "application/jwk+json", KEYS_MAX_AGE)


@pages.get("/organisations/<uuid:organisation_id>/status/<int:list_id>")
def status_list(organisation_id: UUID, list_id: int) -> Response:
    found = organisation_documents.status_list(current_tool(), str(organisation_id), list_id)
    return _in_asked_form(found.text, found.jwt, found.max_age)


@pages.get("/endorsements/<uuid:endorsement_id>")
def endorsement(endorsement_id: UUID) -> Response:
    """An endorsement that is shown: the document, or for a browser its page. Raises NotFoundError for any other."""
    tool = current_tool()
    with tool.store.read() as session:
        row = organisation_documents.shown_endorsement(session, str(endorsement_id))
        if not prefers_html((*CREDENTIAL_TYPES, *JWT_TYPES)):
            return unlisted(_in_asked_form(row.text, row.jwt, _MAX_AGE))
        set_page_issuer(tool.issuers.of(session, row.issuer_id))
        text = render_template("organisations/endorsement.html", endorsement=shown(session, row))
    response = Response(text, mimetype="text/html")
    response.vary.add("Accept")
    return unlisted(response)


@pages.get("/endorsements/<uuid:endorsement_id>/<language>")
def endorsement_in(endorsement_id: UUID, language: str) -> Response:
    """The same about the achievement in a further language. Raises NotFoundError where there is none."""
    row = organisation_documents.endorsement(current_tool(), str(endorsement_id))
    found = [text for subject, text in row.in_languages.items() if subject.rpartition("/")[2] == language]
    if not found:
        raise NotFoundError("there is no such endorsement")
    return unlisted(document(found[0].encode(), CREDENTIAL_TYPES[0], _MAX_AGE))


@pages.get("/endorsements/<uuid:endorsement_id>.<form>")
def endorsement_file(endorsement_id: UUID, form: str) -> Response:
    """The same as a file: `json`, or `jwt`. Raises NotFoundError for another form."""
    row = organisation_documents.endorsement(current_tool(), str(endorsement_id))
    body, media_type = (row.jwt, "application/jwt") if form == "jwt" else (row.text, "application/json")
    response = document(body.encode(), media_type, _MAX_AGE)
    ending = "jwt" if form == "jwt" else "json"
    response.headers["Content-Disposition"] = f'inline; filename="endorsement-{row.id[-12:]}.{ending}"'
    return unlisted(response)


def _in_asked_form(text: str, jwt: str, max_age: int) -> Response:
    media_type = request.accept_mimetypes.best_match((*CREDENTIAL_TYPES, *JWT_TYPES), CREDENTIAL_TYPES[0])
    response = document((jwt if media_type in JWT_TYPES else text).encode(), media_type, max_age)
    response.vary.add("Accept")
    return response
