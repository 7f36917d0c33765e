"""Which templates are awarded for prior learning too, and under which terms: for whoever begins from then on."""

from __future__ import annotations

from datetime import datetime

from badges.template.model import Template, stored_template
from lti_tool.errors import NotFoundError, PriorLearningError
from lti_tool.prior_learning.terms import LONGEST_RUBRIC, MOST_APPEAL_DAYS, Terms
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import PriorLearningOffer, TemplateVersion


def published(session: Session, issuer_id: str, template_id: str) -> TemplateVersion:
    """The newest published version of a template of the issuer. Raises NotFoundError where there is none."""
    row = queries.templates.institutional_template(session, template_id)
    if row is None or row.issuer_id != issuer_id:
        raise NotFoundError("the issuer has no such published template")
    return row


def save(
    session: Session, issuer_id: str, template_id: str, terms: Terms, now: datetime, by: Actor
) -> PriorLearningOffer:
    """Opens a template for prior learning, or changes the terms for those who begin later.

    Raises NotFoundError where the issuer has no such template that is published; PriorLearningError with `outcomes`
    where it has no learning outcomes to assess, `rubric` where the rubric is not about each of them, `appeal_days`.
    """
    version = published(session, issuer_id, template_id)
    _check(stored_template(version.body), terms)
    queries.issuers.keep_issuer(session, issuer_id)
    row = queries.prior_learning.open_offer(session, issuer_id, template_id)
    what = "prior_learning_opened" if row is None else "prior_learning_terms_changed"
    if row is None:
        row = PriorLearningOffer(issuer_id=issuer_id, template_id=template_id, opened_at=now)
        session.add(row)
    row.terms, row.changed_at = terms.as_json(), now
    session.flush()
    events.record(session, what, "prior_learning_offer", row.id, now, actor=by)
    return row


def close(session: Session, row: PriorLearningOffer, now: datetime, by: Actor) -> None:
    """Lets nobody begin any more; those who have begun go on."""
    if row.closed_at is None:
        row.closed_at = now
        events.record(session, "prior_learning_closed", "prior_learning_offer", row.id, now, actor=by)


def _check(template: Template, terms: Terms) -> None:
    outcomes = len(template.learning_outcomes)
    if not outcomes:
        raise PriorLearningError("outcomes", "the template has no learning outcomes")
    if len(terms.rubric) != outcomes or not all(0 < len(each) <= LONGEST_RUBRIC for each in terms.rubric):
        raise PriorLearningError("rubric", "the rubric has to say something of each learning outcome")
    if not 1 <= terms.appeal_days <= MOST_APPEAL_DAYS:
        raise PriorLearningError("appeal_days", "so many days for an appeal are not permitted")
