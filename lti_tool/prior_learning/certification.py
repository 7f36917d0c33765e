"""The fourth step: a decision with a reference, then the award; or a refusal with reasons, and one appeal.

A decision overrules no assessment: what the assessors did not find cannot be certified, and an appeal is assessed anew
by others and decided by somebody else. What is granted goes through the ledger: the decision is an observation beside
those of the assessments, and the issuer's own rule awards by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from badges.template.model import Level, Template, stored_template
from lti_tool.awarding import issuer_rules
from lti_tool.conditions.prior_learning_recognised import majority, recognises
from lti_tool.errors import NotAllowedError, PriorLearningError
from lti_tool.observations import PRIOR_LEARNING_DECIDED, Observation, Policy
from lti_tool.operators import accounts
from lti_tool.people import stated_names
from lti_tool.prior_learning import mails, operator_mails
from lti_tool.prior_learning.agreement import Found, agreed_levels, stored_found
from lti_tool.prior_learning.applications import act, lock, name_of
from lti_tool.prior_learning.assessments import SOURCE, of_round
from lti_tool.prior_learning.identity_checks import confirmed_by
from lti_tool.prior_learning.own_part import check_not_candidate
from lti_tool.prior_learning.rules import rule_of
from lti_tool.prior_learning.terms import stored_terms
from lti_tool.store import Session, events, queries
from lti_tool.store.models import (
    Award,
    PriorLearningApplication,
    PriorLearningDecision,
)
from lti_tool.values import Recognition, StatedLevel

LONGEST_REFERENCE = 100
LONGEST_WORDS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Who decides, and the number of the decision; `level_reference` that of the one that recognises the level."""

    operator_id: int
    reference: str
    level_reference: str = ""


def claims_level(template: Template) -> bool:
    """Whether the template says that it is of a level, so that a certificate needs the decision about that."""
    return isinstance(template.level, Level) or bool(template.lki_level or template.national_level)


def found_in(row: PriorLearningApplication) -> tuple[Found, ...]:
    """What the assessors of the round found, once that is revealed."""
    return tuple(stored_found(each.found) for each in of_round(row) if each.found)


def met_in(row: PriorLearningApplication) -> tuple[bool, ...]:
    """Of each learning outcome, whether the assessors of the round found it met; empty before it is revealed."""
    return majority([[one.met for one in each.outcomes] for each in found_in(row)])


def levels_in(row: PriorLearningApplication) -> tuple[int | None, ...]:
    """Of each learning outcome the number of the level that the assessors of the round agree on; as `met_in`."""
    found = found_in(row)
    return agreed_levels(found) if found else ()


def grant(
    session: Session, row: PriorLearningApplication, decided: Decided, policy: Policy, now: datetime
) -> Award:
    """The award by which the application is certified.

    Raises PriorLearningError: those of `_check`, `not_met` where a learning outcome was not found, `identity` where
    nobody has confirmed the name, `level_reference` where one is needed, and those of
    `_award`.
    """
    template = _check(session, row, decided)
    found = found_in(row)
    if not recognises([[one.met for one in each.outcomes] for each in found]):
        raise PriorLearningError("not_met", "the assessors have not found all learning outcomes")
    if confirmed_by(row) is None:
        raise PriorLearningError("identity", "nobody has confirmed who the candidate is")
    if claims_level(template) and not decided.level_reference:
        raise PriorLearningError("level_reference", "a level needs the decision that recognises it")
    _decide(session, row, decided, "granted", {}, now)
    award = _award(session, row, policy, now)
    award.recognition = asdict(_recognition(row, decided, now))
    award.outcome_levels = [
        StatedLevel(outcome=outcome, level=level, by="assessors").as_json()
        for outcome, level in enumerate(levels_in(row), 1)
        if level is not None
    ]
    row.award_id, row.state, row.closed_at = award.id, "granted", now
    session.flush()
    if row.person.stated_name and not row.person.name:
        by = accounts.actor_of(decided.operator_id)
        stated_names.confirm_name(session, row.person_id, name_of(row.person), now, by)
    mails.schedule(session, row, "granted", now)
    return award


def refuse(
    session: Session,
    row: PriorLearningApplication,
    decided: Decided,
    reasons: Mapping[str, str],
    zone: tzinfo,
    now: datetime,
) -> None:
    """Refuses the recognition, with reasons: `""` for the whole, and for each learning outcome that was not found.

    An appeal is open until the end of its last day in the zone, which is the issuer's: that day is what mails name.
    Raises PriorLearningError: those of `_check`, and `reasons`.
    """
    _check(session, row, decided)
    needed = {"", *(str(number) for number, met in enumerate(met_in(row), 1) if not met)}
    if not all(reasons.get(each) for each in needed):
        raise PriorLearningError("reasons", "a refusal has reasons")
    told = {each: reasons[each][:LONGEST_WORDS] for each in sorted(needed)}
    _decide(session, row, decided, "refused", told, now)
    row.state, row.closed_at = "refused", now
    if row.round == 1:
        day = now.astimezone(zone).date() + timedelta(days=stored_terms(row.terms).appeal_days)
        row.appeal_until = datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
    mails.schedule(session, row, "refused", now)


def appeal(session: Session, row: PriorLearningApplication, words: str, now: datetime) -> None:
    """Appeals against a refusal, once: it is assessed anew by others, and decided by somebody else.

    Raises PriorLearningError: `no_appeal` where there can be none, or none any more; `words`; `running` where the
    candidate has begun another one meanwhile.
    """
    lock(session, row, "refused")
    if row.round > 1 or row.appeal_until is None or now >= row.appeal_until:
        raise PriorLearningError("no_appeal", "there is no appeal, or it is too late for one")
    if not words:
        raise PriorLearningError("words", "an appeal says why")
    if queries.prior_learning.running(session, row.issuer_id, row.template_id, [row.person_id]) is not None:
        raise PriorLearningError("running", "another application of theirs has begun")
    row.appeal, row.appealed_at, row.round = words[:LONGEST_WORDS], now, 2
    row.state, row.closed_at, row.assessed_at = "assessment", None, None
    act(session, row, "prior_learning_appealed", now)
    mails.schedule(session, row, "appealed", now)
    operator_mails.schedule(session, row, "appealed", now)


def _check(session: Session, row: PriorLearningApplication, decided: Decided) -> Template:
    """The template. Raises PriorLearningError: `wrong_step`, `own_application`, `reference` without one, `same_person`
    for whoever has assessed, counselled or refused it."""
    template = lock(session, row, "certification")
    check_not_candidate(session, row, decided.operator_id)
    if not decided.reference:
        raise PriorLearningError("reference", "a decision has a reference")
    others = {row.counsellor_id, *(each.operator_id for each in row.assessments)}
    if decided.operator_id in others | {each.operator_id for each in row.decisions}:
        raise PriorLearningError("same_person", "nobody decides where they took part before")
    return template


def _decide(
    session: Session,
    row: PriorLearningApplication,
    decided: Decided,
    outcome: str,
    reasons: Mapping[str, str],
    now: datetime,
) -> None:
    new = PriorLearningDecision(
        application_id=row.id,
        round=row.round,
        outcome=outcome,
        reference=decided.reference[:LONGEST_REFERENCE],
        level_reference=decided.level_reference[:LONGEST_REFERENCE],
        reasons=dict(reasons),
        decided_at=now,
        operator_id=decided.operator_id,
    )
    session.add(new)
    row.changed_at = now
    session.flush()
    value = {"template": row.template_id, "round": row.round, "outcome": outcome, "reference": new.reference}
    observed = Observation(
        course=None,
        issuer=row.issuer_id,
        person=row.person_id,
        kind=PRIOR_LEARNING_DECIDED,
        resource=row.key,
        value=value,
        seen_at=now,
        source=SOURCE,
    )
    queries.observations.add(session, [observed])
    by = accounts.actor_of(decided.operator_id)
    events.record(session, "prior_learning_decided", "prior_learning", row.id, now, actor=by, why=outcome)


def _award(session: Session, row: PriorLearningApplication, policy: Policy, now: datetime) -> Award:
    """Raises PriorLearningError: `nothing_awarded`, `badge_revoked`, `got_badge`, `last_day_passed`."""
    try:
        rule = rule_of(session, row.version, now)
        new = issuer_rules.decide(session, rule, [row.person_id], policy, now)
    except NotAllowedError as error:
        raise PriorLearningError("nothing_awarded", "the template awards nothing any more") from error
    if not new:
        raise _why_not_awarded(session, row, now)
    return new[0]


def _why_not_awarded(session: Session, row: PriorLearningApplication, now: datetime) -> PriorLearningError:
    """Why the rule has awarded nothing, though all is found: what has happened since the application was begun."""
    held = queries.awards.newest_awards(session, row.version, [row.person_id]).get(row.person_id)
    if held is not None and held.status == "revoked":
        return PriorLearningError("badge_revoked", "they had this badge, and it was revoked")
    if held is not None:
        return PriorLearningError("got_badge", "they have got this badge meanwhile")
    if stored_template(row.version.body).has_passed(now.date()):
        return PriorLearningError("last_day_passed", "the last day of the badge has passed")
    return PriorLearningError("nothing_awarded", "the rule awards nothing any more")


def _recognition(row: PriorLearningApplication, decided: Decided, now: datetime) -> Recognition:
    found = found_in(row)
    return Recognition(
        reference=decided.reference[:LONGEST_REFERENCE],
        decided_at=now.isoformat(),
        assessed_at=(row.assessed_at or now).isoformat(),
        level_reference=decided.level_reference[:LONGEST_REFERENCE],
        assessors=str(len(found)),
        identity=confirmed_by(row) or "none",
    )
