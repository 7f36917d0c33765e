"""A draft that waits for approval, as both its pages show it and take its answer: an approver's and an operator's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from badges.errors import BadgeError
from badges.template.model import Template, text_in
from badges.vocabularies import vocabulary
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.announced import read_in_each_language
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.approvals import Answer
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.editor.completeness import completeness_of
from lti_tool.web.editor.preview import preview
from lti_tool.web.translation import gettext as _

MAX_REASON_LENGTH = 2000
_ANSWERS: Mapping[str, Answer] = {"approved": "approved", "declined": "declined"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an answer was not taken: `problem` stands above the page, `wrong` beside the reason."""

    problem: str = ""
    wrong: str = ""


def take_answer(record: Callable[[Answer, str], None]) -> Refused | None:
    """Gives the answer and the reason of the form to `record`; None where it was taken.

    Raises BadRequest without an answer, and what `record` raises, but for a BadgeError.
    """
    given = _ANSWERS.get(request.form.get("answer", ""))
    reason = _typed_reason()
    if given is None:
        raise BadRequest
    if given == "declined" and not reason:
        return Refused(wrong=_("Say what the teacher should change."))
    try:
        record(given, reason)
    except BadgeError:
        return Refused(
            problem=_(
                "The badge cannot be published as it is: the settings of the institution have changed since the "
                "teacher asked. Decline it, and say so."
            )
        )
    return None


def shown_version(
    row: TemplateVersion, template: Template, issuer: Issuer, refused: Refused | None
) -> dict[str, Any]:
    """What `_announced.html` shows of the version, and `_approval_answers.html` of an answer that was not taken."""
    today = issuer.profile.day_of(current_tool().clock())
    return {
        "row": row,
        "template": template,
        "preview": preview(row, template, completeness_of(row, template, issuer.profile, today).stated_count),
        "read_in": read_in_each_language(issuer, row),
        "text_in": text_in,
        "vocabulary": vocabulary,
        "refused": refused or Refused(),
        "reason": _typed_reason(),
        "most": MAX_REASON_LENGTH,
    }


def _typed_reason() -> str:
    return typed_line("reason", MAX_REASON_LENGTH)
