"""The program that a request comes from: it shows an access token, which is for what its learner allowed."""

from __future__ import annotations

from typing import NoReturn

from flask import abort, request

from lti_tool.backpack import accesses
from lti_tool.backpack.accesses import ProgramVisit
from lti_tool.backpack.endpoints import BADGE_CONNECT_PATH
from lti_tool.backpack.owners import owner_of
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor, person
from lti_tool.web import rate_limits
from lti_tool.web.backpack.status_info import refusal
from lti_tool.web.current import current_tool
from lti_tool.web.translation import in_every_language
from lti_tool.web.translation import lazy_gettext as _l


def program_visit(scope: str) -> ProgramVisit:
    """The visit, where the program may do what the scope says.

    A token counts in the header alone: addresses stand in logs. Aborts with the answer of the API: 401 without a token
    that works, 403 without the scope. Raises TooManyRequests.
    """
    with current_tool().store.read() as session:
        found = _found(session)
    if found is None:
        rate_limits.count_refusal()
        _refuse(401, _no_access(), "invalid_token" if _shown() else "")
    if scope not in found.scopes:
        _refuse(403, f"the token is not for {scope}", "insufficient_scope", scope)
    rate_limits.count_program(found.access_id)
    _record_use(found)
    return found


def visit_now(session: Session) -> ProgramVisit:
    """The same visit in the transaction that writes for it, and cannot be ended before that has committed.

    It may have been ended while its badge was verified.

    Aborts with 401 where it was, which takes everything back that the transaction has done.
    """
    tool = current_tool()
    domains = tool.issuers.reused_domains(session)
    found = accesses.find_visit_to_write(session, _shown(), domains, tool.clock())
    if found is None:
        _refuse(401, "the access was ended meanwhile", "invalid_token")
    return found


def actor_of(visit: ProgramVisit) -> Actor:
    """The learner, for whom the program acts; events say which program it was."""
    return person(owner_of(visit.people))


def _found(session: Session) -> ProgramVisit | None:
    tool = current_tool()
    return accesses.find_visit(session, _shown(), tool.issuers.reused_domains(session), tool.clock())


def _no_access() -> str:
    """Why there is no access, for whoever wrote the program; in Open Badges 2.1 for its learner, who is not known."""
    if not request.path.startswith(f"{BADGE_CONNECT_PATH}/"):
        return "an access token is needed that works"
    return in_every_language(
        _l("My badges gives no access any more. Disconnect it as your backpack, and connect it again.")
    )


def _shown() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _record_use(visit: ProgramVisit) -> None:
    tool = current_tool()
    now = tool.clock()
    with tool.store.read() as session:
        row = queries.backpack.access(session, visit.access_id)
        is_due = row is not None and accesses.is_use_to_record(row, now)
    if is_due:
        with tool.store.begin() as session:
            accesses.record_use(session, visit.access_id, now)


def _refuse(status: int, description: str, error: str, scope: str = "") -> NoReturn:
    answer = refusal(request.path, status, description)
    parts = [f'{name}="{value}"' for name, value in (("error", error), ("scope", scope)) if value]
    answer.headers["WWW-Authenticate"] = " ".join(["Bearer", ", ".join(['realm="nozimite"', *parts])])
    abort(answer)
