"""Whose an event is: the issuer to whom what it is about belongs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    Award,
    AwardRule,
    CredentialRow,
    Delivery,
    IssuerAddress,
    Placement,
    PlatformAccount,
    PriorLearningApplication,
    PriorLearningOffer,
    Question,
    RegistrationRow,
    SigningKeyRow,
    TemplateVersion,
)


def issuer_of(session: Session, about_kind: str, about: int | str) -> str | None:
    """The key of the issuer; None for what belongs to none, such as the LTI keys, which all share.

    Most rows are in the session already, so this asks the database nothing.
    """
    row: Any
    match about_kind:
        case "award" | "rule" | "registration":
            kinds: dict[str, type[Any]] = {"award": Award, "rule": AwardRule, "registration": RegistrationRow}
            row = session.get(kinds[about_kind], int(about))
        case "credential":
            row = session.get(CredentialRow, about)
        case "signing_key":
            row = session.get(SigningKeyRow, about)
        case "delivery":
            delivery = session.get(Delivery, int(about))
            row = delivery.award if delivery is not None else None
        case "question":
            question = session.get(Question, int(about))
            row = question.rule if question is not None else None
        case "placement":
            placement = session.get(Placement, about)
            row = session.get(RegistrationRow, placement.registration_id) if placement is not None else None
        case "prior_learning":
            row = session.get(PriorLearningApplication, int(about))
        case "prior_learning_offer":
            row = session.get(PriorLearningOffer, int(about))
        case "issuer":
            row = session.scalar(select(IssuerAddress).where(IssuerAddress.slug == about).limit(1))
        case "template":
            of_it = select(TemplateVersion).where(TemplateVersion.template_id == about)
            row = session.scalar(of_it.limit(1))
        case "person":
            account = select(PlatformAccount).where(PlatformAccount.person_id == int(about))
            first = session.scalar(account.order_by(PlatformAccount.id).limit(1))
            row = session.get(RegistrationRow, first.registration_id) if first is not None else None
        case _:
            row = None
    return row.issuer_id if row is not None else None
