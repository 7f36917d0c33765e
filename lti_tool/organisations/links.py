"""Links by which organisations endorse an issuer or one of its templates: made by its operators, used a few times."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from badges.achievement import achievement_url
from badges.template.model import stored_template
from lti_tool.errors import LinkEndedError, NotAllowedError, NotFoundError, OrganisationError
from lti_tool.issuing.issuer import Issuer
from lti_tool.organisations.endorsements import Endorsed
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import EndorsementLink, TemplateVersion
from lti_tool.values import secret_hash

LIFE = timedelta(days=90)
#: So many endorsements come by one link, and so many links of an issuer work at once.
MOST_ENDORSEMENTS = 20
MOST_LINKS = 50


def make_link(
    session: Session, issuer: Issuer, version: TemplateVersion | None, now: datetime, by: Actor
) -> str:
    """The token of a new link, which is stored nowhere: to endorse that version of a template, or the issuer itself.

    Raises NotAllowedError for a version that is not published, or where MOST_LINKS work already.
    """
    if version is not None and version.status != "published":
        raise NotAllowedError("only what is published is endorsed")
    if len(queries.organisations.links_of(session, issuer.id, now)) >= MOST_LINKS:
        raise NotAllowedError(f"{MOST_LINKS} links work already")
    token = secrets.token_urlsafe(24)
    row = EndorsementLink(
        issuer_id=issuer.id,
        template_version_id=None if version is None else version.id,
        token_hash=secret_hash(token),
        created_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    _record(session, "endorsement_link_made", row, now, by)
    return token


def find_link(session: Session, token: str, now: datetime) -> EndorsementLink:
    """The link with that token. Raises LinkEndedError for one that has ended or expired, or never was."""
    row = queries.organisations.link_with(session, secret_hash(token))
    if row is None or row.ended_at is not None or row.expires_at <= now:
        raise LinkEndedError("no link with this token works")
    return row


def check_offered(link: EndorsementLink, issuer: Issuer) -> None:
    """Returns where what the link names can be endorsed now.

    Raises OrganisationError `retired` for a version that is no longer offered, `not_confirmed` where it is not known
    who the issuer is.
    """
    if issuer.confirmed_at is None:
        raise OrganisationError("not_confirmed", "the legal identity of the issuer is not confirmed")
    if link.template_version is not None and link.template_version.status != "published":
        raise OrganisationError("retired", "the version is no longer offered")


def end_link(session: Session, issuer_id: str, link_id: int, now: datetime, by: Actor) -> None:
    """Ends a link of the issuer. Raises NotFoundError for a link of another one."""
    row = queries.organisations.lock_link(session, link_id)
    if row is None or row.issuer_id != issuer_id:
        raise NotFoundError("the issuer has no such link")
    if row.ended_at is None:
        row.ended_at = now
        journal.note(session, "endorse_link_ended", {"token_hash": row.token_hash}, now)
        _record(session, "endorsement_link_ended", row, now, by)


def use_link(session: Session, token: str, now: datetime) -> EndorsementLink:
    """The link, by which one endorsement more has come.

    Raises LinkEndedError as `find_link`; OrganisationError `too_many`.
    """
    row = queries.organisations.lock_link(session, find_link(session, token, now).id)
    if row is None or row.ended_at is not None:
        raise LinkEndedError("the link has just ended")
    if row.answers >= MOST_ENDORSEMENTS:
        raise OrganisationError("too_many", f"{row.answers} endorsements came by this link already")
    row.answers += 1
    return row


def endorsed_by(link: EndorsementLink, issuer: Issuer) -> Endorsed:
    """What whoever has the link endorses: the version of the template, or the issuer."""
    version = link.template_version
    if version is None:
        return Endorsed(kind="issuer", issuer_id=issuer.id, subject=issuer.profile.id)
    return endorsed_template(issuer, version)


def endorsed_template(issuer: Issuer, version: TemplateVersion) -> Endorsed:
    """A version of a template, by the ids of its achievement in each language; its own language first."""
    template = stored_template(version.body)
    address = issuer.addresses.achievement(version.template_id, version.version)
    own = template.language_for(template.in_language)
    others = sorted(language for language in template.name if language != own)
    return Endorsed(
        kind="template",
        issuer_id=issuer.id,
        subject=achievement_url(address, own),
        in_languages=tuple(achievement_url(address, language) for language in others),
        template_version_id=version.id,
    )


def _record(session: Session, what: str, row: EndorsementLink, now: datetime, by: Actor) -> None:
    events.record(session, what, "endorsement_link", row.id, now, actor=by, issuer_id=row.issuer_id)
