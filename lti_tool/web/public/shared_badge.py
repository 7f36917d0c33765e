"""The page that a learner's link opens: a badge for people, with or without its learner's name, until the link ends.

A page without a name is made of what was signed about the achievement alone: identity and evidence are taken out before
anything is read from it, and no text that somebody typed about the learner is shown. It leads to no file and to no
address of the badge. That holds for a copy without some details too: each copy has the badge's own address in it, as
the id that was signed, and that address names the learner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from badges.verify import Report
from lti_tool.errors import LinkEndedError, RevokedError
from lti_tool.issuing.baking import bake_badge
from lti_tool.issuing.signed_content import signed_content
from lti_tool.organisations import answers
from lti_tool.people import share_links
from lti_tool.store import Session
from lti_tool.store.models import CredentialRow, ShareLink
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private
from lti_tool.web.organisations.shown_endorsements import MOST_SHOWN, ShownEndorsement, answers_shown
from lti_tool.web.page_issuer import set_page_issuer
from lti_tool.web.public.verification_answers import Answers, answers_of

pages = Blueprint("shared_badge", __name__)

#: What a page without a name may tell of a credential: nothing here says whose it is.
_OF_CREDENTIAL = ("@context", "type", "name", "issuer", "validFrom", "validUntil", "awardedDate")
#: The same of its subject.
_OF_SUBJECT = (
    "type",
    "achievement",
    "awardedBy",
    "creditReceived",
    "creditsEarned",
    "provenBy",
    "recognitionOfPriorLearning",
    "result",
)


@pages.get("/shared/<token>")
def shared(token: str) -> Response:
    """The badge as it is now. Raises LinkEndedError for a link that has ended, expired, or never was."""
    tool = current_tool()
    with tool.store.read() as session:
        link, row = _shown(session, token)
        report = tool.verify_own(row.text)
        text = render_template(
            "public/shared.html",
            token=token,
            link=link,
            credential=row,
            learner=signed_content(row.text).name if link.with_name else None,
            template=stored_template(row.template_version.body),
            version=row.template_version,
            has_expired=row.has_expired(tool.clock()),
            verification=_answers(report, link),
            endorsements=_received(session, link, row),
        )
    return private(Response(text, mimetype="text/html"))


@pages.get("/shared/<token>/badge.png")
def shared_file(token: str) -> Response:
    """The badge as a file, by a link with the name; it holds all that was signed.

    Raises LinkEndedError as `shared` does, and for a link without the name; RevokedError for a revoked badge.
    """
    tool = current_tool()
    with tool.store.read() as session:
        link, row = _shown(session, token)
        if not link.with_name:
            raise LinkEndedError("this link gives no file")
        if row.revoked_at is not None:
            raise RevokedError("the badge is revoked")
        badge = bake_badge(tool.issuers.of(session, row.issuer_id), row)
    response = private(Response(badge.png, mimetype="image/png"))
    response.headers["Content-Disposition"] = f'attachment; filename="badge-{row.id[-12:]}.png"'
    return response


def _received(session: Session, link: ShareLink, row: CredentialRow) -> Sequence[ShownEndorsement]:
    """What organisations have decided and the learner has published; it names the badge, so it is not for all links."""
    if not link.with_name:
        return ()
    return answers_shown(session, answers.shown_answers(session, link.award_id)[:MOST_SHOWN], row)


def _shown(session: Session, token: str) -> tuple[ShareLink, CredentialRow]:
    """The link, and the credential that it shows: the newest of its award, which may be revoked."""
    link = share_links.find_link(session, token, current_tool().clock())
    row = link.award.last_credential
    if row is None:
        raise LinkEndedError("the award has no badge")
    set_page_issuer(current_tool().issuers.of(session, row.issuer_id))
    return link, row


def _answers(report: Report, link: ShareLink) -> Answers:
    whole = answers_of(report, current_tool().issuers.is_own)
    if link.with_name or report.credential is None:
        return whole
    nameless = replace(report, credential=_without_learner(report.credential), in_open_badges_3=None)
    # The learner is one of the elements that are stated: that they are not shown makes none missing.
    found = answers_of(nameless, current_tool().issuers.is_own)
    # Whose it is this page does not tell; that the badge bears no name would be untrue.
    about_badge = tuple(each for each in found.answers if each.light != "off")
    return replace(found, answers=about_badge, mandatory=whole.mandatory)


def _without_learner(credential: Json) -> Json:
    subject = credential["credentialSubject"]
    shown = {name: credential[name] for name in _OF_CREDENTIAL if name in credential}
    return shown | {"credentialSubject": {name: subject[name] for name in _OF_SUBJECT if name in subject}}
