"""The public pages of badges, achievements and the issuer, with the documents at the same addresses."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from badges.disclosure import removable_parts
from badges.eu.elements import Reading
from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.language import LANGUAGES
from lti_tool.pathways.announcing import announced_sets, wholes_with
from lti_tool.publishing import achievements, credentials, issuer_documents
from lti_tool.publishing.announced import Announced, announced, announced_readings
from lti_tool.store import Session, events, queries
from lti_tool.store.models import CredentialRow, EndorsementRow, TemplateVersion
from lti_tool.store.models.awards import JSON_FORM
from lti_tool.web.catalogue.reading import is_offered
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import (
    CORS_ANY_ORIGIN,
    document,
    json_document,
    personal_document,
)
from lti_tool.web.headers import unlisted
from lti_tool.web.languages import page_language, set_page_language
from lti_tool.web.negotiation import prefers_html
from lti_tool.web.organisations.shown_endorsements import all_shown
from lti_tool.web.page_issuer import issuer_of, set_page_issuer
from lti_tool.web.public.verification_answers import answers_of, technical_remarks
from lti_tool.web.requested_address import requested_base
from signing.secured import SecuredCredential

pages = Blueprint("badge_pages", __name__)

#: How long caches may keep a picture of an achievement, in seconds. It never changes, but it may be erased.
PICTURE_MAX_AGE = 86400

CREDENTIAL_TYPES = ("application/vc+ld+json", "application/ld+json", "application/json", "application/vc")
JWT_TYPES = ("application/jwt", "application/vc+jwt")


@pages.get("/")
def home() -> str:
    return render_template("public/home.html")


@pages.get("/badges/<uuid:badge_id>")
def badge(badge_id: UUID) -> Response:
    """The public page of a badge, with the checks of the verifier's page, made now on the stored credential.

    Raises NotFoundError where there is none, BadgeRemovedError where it was removed.
    """
    tool = current_tool()
    with tool.store.read() as session:
        row = credentials.row_to_show(session, str(badge_id))
        set_page_issuer(tool.issuers.of(session, row.issuer_id))
        report = tool.verify_own(row.text)
        successor = queries.credentials.successor(session, row.id)
        is_published = row.award.published_at is not None and row.revoked_at is None
        text = render_template(
            "public/badge.html",
            credential=row,
            successor=successor,
            # The successor may have been replaced too. Which badge somebody else holds is not told by a bound one.
            newest=successor if row.holder else row.award.credential or successor,
            has_expired=row.has_expired(tool.clock()),
            template=stored_template(row.template_version.body),
            verification=answers_of(report, tool.issuers.is_own),
            remarks=technical_remarks(report.checks),
            may_leave_out=_may_leave_out(row),
            endorsements=all_shown(session, _endorsements_of(session, row)),
        )
    response = Response(text, mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-cache"
    return response if is_published else unlisted(response)


@pages.get("/badges/<uuid:badge_id>.png")
def badge_png(badge_id: UUID) -> Response:
    badge = credentials.badge(current_tool(), str(badge_id))
    return with_file_name(personal_document(badge.png, "image/png"), badge_id, "png")


@pages.get("/badges/<uuid:badge_id>.svg")
def badge_svg(badge_id: UUID) -> Response:
    svg = credentials.badge_svg(current_tool(), str(badge_id))
    return with_file_name(personal_document(svg, "image/svg+xml"), badge_id, "svg")


@pages.get("/badges/<uuid:badge_id>.json")
def badge_json(badge_id: UUID) -> Response:
    text, _jwt = _signed_texts(badge_id)
    return with_file_name(personal_document(text.encode(), "application/json"), badge_id, "json")


@pages.get("/badges/<uuid:badge_id>.jwt")
def badge_jwt(badge_id: UUID) -> Response:
    """The badge as a JWT. Raises NotFoundError also for one that a wallet got in another form."""
    _json, text = _signed_texts(badge_id)
    if text is None:
        raise NotFoundError("the badge was not issued as a JWT")
    return with_file_name(personal_document(text.encode(), "application/jwt"), badge_id, "jwt")


@pages.get("/credentials/<uuid:credential_id>")
def credential(credential_id: UUID) -> Response:
    """The credential at the address that is its id: the document, or for a browser its page."""
    if prefers_html((*CREDENTIAL_TYPES, *JWT_TYPES)):
        response = redirect(url_for("badge_pages.badge", badge_id=credential_id), 303)
        response.vary.add("Accept")
        return response
    json_text, jwt_text = _signed_texts(credential_id)
    media_type = request.accept_mimetypes.best_match((*CREDENTIAL_TYPES, *JWT_TYPES), CREDENTIAL_TYPES[0])
    if media_type in JWT_TYPES and jwt_text is not None:
        body = jwt_text
    else:
        body, media_type = json_text, media_type if media_type in CREDENTIAL_TYPES else CREDENTIAL_TYPES[0]
    response = personal_document(body.encode(), media_type)
    response.vary.add("Accept")
    return response


@pages.get("/achievements/<uuid:template_id>/<int:version>")
@pages.get("/achievements/<uuid:template_id>/<int:version>/<language>")
def achievement(template_id: UUID, version: int, language: str | None = None) -> Response:
    """An achievement in the language of its address, else in that of the page: the document or the page.

    Raises NotFoundError for a draft, and for a language that the template is not written in.
    """
    tool = current_tool()
    if language is not None and language in LANGUAGES:
        set_page_language(language)
    json_ld = achievements.achievement(
        tool, str(template_id), version, language or page_language(), requested_base()
    )
    # The achievement falls back to its main language, but under the address of another it must not stand.
    if language not in (None, json_ld["inLanguage"]):
        raise NotFoundError("there is no such achievement")
    if not prefers_html():
        response = json_document(json_ld, "application/ld+json", 3600)
        response.vary.add("Accept")
        response.vary.add("Accept-Language")
        return response
    with tool.store.read() as session:
        row = queries.templates.template_version(session, str(template_id), version)
        if row is None:
            raise NotFoundError("there is no such achievement")
        set_page_issuer(_issuer_of(row))
        text = render_template(
            "public/achievement.html",
            version=row,
            template=stored_template(row.body),
            announced=announced_by(row),
            is_offered=is_offered(session, row.template_id),
            endorsements=all_shown(session, queries.organisations.shown_of_template(session, row.id)),
            made_of=announced_sets(session, row.template_id),
            part_of=wholes_with(session, row.template_id, row.issuer_id),
        )
    response = Response(text, mimetype="text/html")
    response.vary.add("Accept")
    response.headers["Access-Control-Allow-Origin"] = CORS_ANY_ORIGIN
    return response


@pages.get("/achievements/<uuid:template_id>/<int:version>/image.png")
def achievement_picture(template_id: UUID, version: int) -> Response:
    png = achievements.picture(current_tool(), str(template_id), version)
    return document(png, "image/png", PICTURE_MAX_AGE)


@pages.get("/achievements/<uuid:template_id>/<int:version>/mark.png")
def achievement_mark(template_id: UUID, version: int) -> Response:
    """The picture for lists: some kilobytes, and no words that nobody could read."""
    png = achievements.mark(current_tool(), str(template_id), version)
    return document(png, "image/png", PICTURE_MAX_AGE)


@pages.get("/issuers/<slug>")
def issuer(slug: str) -> Response:
    tool = current_tool()
    if not prefers_html():
        profile = issuer_documents.issuer_profile(tool, slug, requested_base())
        response = json_document(profile, "application/ld+json", 3600)
    else:
        with tool.store.read() as session:
            found = issuer_documents.found_issuer(session, tool, slug, requested_base())
            set_page_issuer(found)
            endorsements = all_shown(session, queries.organisations.shown_of_issuer(session, found.id))
            has_statistics = queries.statistics.has_published(session, found.id)
        text = render_template(
            "public/issuer.html",
            profile=found.profile,
            confirmed_at=found.confirmed_at,
            endorsements=endorsements,
            has_statistics=has_statistics,
        )
        response = Response(text, mimetype="text/html")
    response.vary.add("Accept")
    return response


def _issuer_of(row: TemplateVersion) -> Issuer:
    return issuer_of(events.session_of(row), row.issuer_id)


def readings_of(row: TemplateVersion) -> Sequence[Reading]:
    """The EU elements of the badges of this version, in the language of the page."""
    return announced_readings(_issuer_of(row), row, page_language())


def announced_by(row: TemplateVersion) -> Announced:
    """What the page of its achievement says of the badges of this version, in the language of the page."""
    return announced(_issuer_of(row), row, page_language())


def _endorsements_of(session: Session, row: CredentialRow) -> Sequence[EndorsementRow]:
    """What organisations say of the achievement of a badge and of its issuer, as far as it is shown."""
    return [
        *queries.organisations.shown_of_template(session, row.template_version_id),
        *queries.organisations.shown_of_issuer(session, row.issuer_id),
    ]


def _may_leave_out(row: CredentialRow) -> tuple[str, ...]:
    """The parts that a copy can do without; none where the credential was issued without a base proof."""
    if row.base_text is None:
        return ()
    return removable_parts(SecuredCredential(row.base_text, CREDENTIAL_TYPES[0]))


def _signed_texts(credential_id: UUID) -> tuple[str, str | None]:
    """The secured credential as JSON, and as a compact JWS. Raises NotFoundError and RevokedError.

    What a holder's wallet got in another form is given to that wallet alone: then there is no JWS.
    """
    with current_tool().store.read() as session:
        row = credentials.row_to_give_out(session, str(credential_id))
        return row.text, row.jwt if row.form == JSON_FORM else None


def with_file_name(response: Response, badge_id: UUID, ending: str) -> Response:
    """The response with a file name, and not to be indexed by search engines.

    The name has ASCII letters only: some wallets cannot import a file with spaces or other letters in its name.
    """
    name = f"badge-{str(badge_id)[-12:]}.{ending}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return unlisted(response)
