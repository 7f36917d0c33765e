"""What a candidate does in an application: answers, asks for help, hands in, withdraws, appeals."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from badges.readable import readable
from badges.template.model import stored_template
from lti_tool.prior_learning import applications, certification, identification, portfolio
from lti_tool.store import Session
from lti_tool.store.models import PriorLearningApplication
from lti_tool.web.prior_learning.own import ONE, change

pages = Blueprint("prior_learning_own_acts", __name__)


@pages.post(f"{ONE}/identification")
def answer(application_key: UUID) -> Response:
    """Keeps the self-assessment; with `finish` the step ends."""
    is_last = request.form.get("finish") == "yes"

    def act(session: Session, row: PriorLearningApplication, now: datetime) -> None:
        number = len(stored_template(row.version.body).learning_outcomes)
        said = [
            (request.form.get(f"answer-{each}", ""), typed_words(f"words-{each}"))
            for each in range(1, number + 1)
        ]
        identification.answer(session, row, said, now)
        if is_last:
            identification.finish(session, row, now)

    return change(application_key, "identification", act, "saved", "documentation" if is_last else "")


@pages.post(f"{ONE}/help")
def ask_help(application_key: UUID) -> Response:
    """Asks for a counsellor."""
    return change(application_key, "overview", identification.ask_help, "help")


@pages.post(f"{ONE}/back")
def go_back(application_key: UUID) -> Response:
    """Goes back to the self-assessment."""
    return change(application_key, "documentation", portfolio.go_back, "saved", "identification")


@pages.post(f"{ONE}/hand-in")
def hand_in(application_key: UUID) -> Response:
    """Hands the portfolio in."""
    return change(application_key, "documentation", portfolio.hand_in, "handed_in", "assessment")


@pages.post(f"{ONE}/withdraw")
def withdraw(application_key: UUID) -> Response:
    """Withdraws the application."""
    return change(application_key, "overview", applications.withdraw, "withdrawn")


@pages.post(f"{ONE}/appeal")
def appeal(application_key: UUID) -> Response:
    """Appeals against a refusal."""
    words = typed_words("words")

    def act(session: Session, row: PriorLearningApplication, now: datetime) -> None:
        certification.appeal(session, row, words, now)

    return change(application_key, "certification", act, "appealed", "assessment")


def typed_words(field: str) -> str:
    """What was typed into a field of several lines, as far as it can be read."""
    text = request.form.get(field, "").replace("\r\n", "\n")
    return "\n".join(readable(line).rstrip() for line in text.split("\n")).strip()
