"""The recognition pack of badges that their learner chooses, as a PDF or as JSON; nobody else may have it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.recognition_pack.content import MOST_BADGES
from lti_tool.errors import NotAllowedError, NotFoundError, SealingError
from lti_tool.logs import log
from lti_tool.publishing.exports import record_export
from lti_tool.publishing.recognition_packs import (
    RecognitionPack,
    pack_of,
    packed_rows,
    sealed_pack,
    sealed_pdf,
)
from lti_tool.sealing import MAY_WORK_LATER
from lti_tool.store import Session
from lti_tool.store.events import Actor, person
from lti_tool.values import Json
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.learner.learner_visits import check_own_page, demand_visit
from lti_tool.web.learner.sharing import own_award
from lti_tool.web.learner.signed_in import own_award_of
from lti_tool.web.visits import Visit, current_visit

pages = Blueprint("recognition_pack", __name__)
#: What a form asks for to have it sealed, and what kind of file it gets.
_SEALED = {"sealed": "json", "sealed_pdf": "pdf"}


@pages.post("/lti/app/recognition-pack")
def inside() -> Response | str:
    """The pack, for a learner inside a platform. Raises NotFoundError for badges of somebody else.

    Sealed where its form asks for that; where it could not be, a page that says so.
    """
    visit = current_visit()
    chosen = _chosen()
    with current_tool().store.read() as session:
        people = {own_award(session, visit, badge_id).person_id for badge_id in chosen}
        pack = _pack(session, chosen)
    if request.form.get("form") not in _SEALED:
        return _answer(pack, visit.actor, people, chosen)
    return _sealed(pack, visit, people, chosen)


@pages.post("/my/recognition-pack")
def signed_in() -> Response:
    """The pack, for a learner who signed in. Raises NotFoundError for badges of somebody else."""
    check_own_page()
    chosen = _chosen()
    with current_tool().store.read() as session:
        visit = demand_visit(session)
        people = {own_award_of(session, visit, badge_id).person_id for badge_id in chosen}
        pack = _pack(session, chosen)
    return _answer(pack, person(min(people)), people, chosen)


def _chosen() -> Sequence[UUID]:
    """The badges of the form. Raises NotAllowedError for none or too many, NotFoundError for what is no id."""
    values = dict.fromkeys(request.form.getlist("badge"))
    if not 0 < len(values) <= MOST_BADGES:
        raise NotAllowedError(f"choose 1 to {MOST_BADGES} badges")
    try:
        return [UUID(value) for value in values]
    except ValueError as error:
        raise NotFoundError("there is no such badge") from error


def _pack(session: Session, chosen: Sequence[UUID]) -> RecognitionPack:
    rows = packed_rows(session, [str(badge_id) for badge_id in chosen])
    return pack_of(current_tool(), session, rows)


def _sealed(pack: RecognitionPack, visit: Visit, people: set[int], chosen: Sequence[UUID]) -> Response | str:
    tool = current_tool()
    if tool.seal is None:
        raise NotFoundError("there is no seal")
    asked = request.form["form"]
    form = _SEALED[asked]
    rate_limits.count_seal(min(people))
    try:
        content = (
            sealed_pdf(pack, page_language(), tool.seal, tool.clock())
            if form == "pdf"
            else sealed_pack(pack, tool.seal, tool.clock()).encode()
        )
    except SealingError as error:
        # The message is for operators: it names the step, the device or the setting, and nobody's data.
        log.warning("not_sealed", code=error.code, error=str(error))
        return render_template(
            "learner/pack_not_sealed.html",
            visit=visit,
            chosen=chosen,
            asked=asked,
            may_work_later=error.code in MAY_WORK_LATER,
        )
    _record(pack, visit.actor, people, {"badges": len(chosen), "sealed": 1})
    return _download(content, form)


def _answer(pack: RecognitionPack, by: Actor, people: set[int], chosen: Sequence[UUID]) -> Response:
    is_json = request.form.get("form") == "json"
    content = pack.signed.encode() if is_json else pack.as_pdf(page_language())
    _record(pack, by, people, {"badges": len(chosen)})
    return _download(content, "json" if is_json else "pdf")


def _record(pack: RecognitionPack, by: Actor, people: set[int], data: Json) -> None:
    tool = current_tool()
    # After it is drawn or sealed, which takes longer than a lock may be held.
    with tool.store.begin() as session:
        record_export(
            session,
            "recognition_pack",
            "person",
            min(people),
            tool.clock(),
            by,
            data,
            issuer_id=pack.issuer_id,
        )


def _download(content: bytes, form: str) -> Response:
    response = Response(content, mimetype=f"application/{form}")
    response.headers["Content-Disposition"] = f'attachment; filename="recognition-pack.{form}"'
    response.headers["Cache-Control"] = "no-store"
    return response
