"""judge: what a quality framework says of a template and its issuer, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from badges.issuer import IssuerProfile
from badges.quality import FIELDS, Facts, Framework, Rule, framework
from badges.template.declarations import FIELDS as DECLARATIONS
from badges.template.model import Level, Template
from badges.template.values import QualityAssurance

Outcome = Literal["pass", "fail", "warning", "declaration_missing", "not_applicable"]

#: What every badge of ours brings along, whatever its template says.
_GIVEN: Facts = {
    "learner": True,
    "date_of_issuing": True,
    "grade": True,
    "holder_download": True,
    "formats": ("OB3",),
    "verify_page": True,
}
_UNMET: dict[str, Outcome] = {"must": "fail", "should": "warning", "stated": "declaration_missing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one rule; `field` is the one to mend, "" where there is nothing to mend."""

    rule: Rule
    outcome: Outcome
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """All verdicts of one framework, in its order. It passes when no `must` fails."""

    framework: Framework
    verdicts: tuple[Verdict, ...]

    @property
    def passes(self) -> bool:
        return not self.failed

    @property
    def failed(self) -> tuple[str, ...]:
        """The codes of the rules that fail."""
        return tuple(verdict.rule.code for verdict in self.verdicts if verdict.outcome == "fail")


def evaluate(
    code: str, template: Template, issuer: IssuerProfile, today: date | None = None
) -> QualityReport:
    """The report of the framework `code`, as of `today`. Raises FrameworkError when there is none."""
    asked = framework(code)
    known = facts(template, issuer, today)
    return QualityReport(
        framework=asked, verdicts=tuple(_verdict(asked.code, rule, known) for rule in asked.rules)
    )


def unmet(code: str, template: Template, issuer: IssuerProfile, today: date | None = None) -> tuple[str, ...]:
    """The codes of the `must` rules that fail; cheaper than a whole report."""
    known = facts(template, issuer, today)
    return tuple(
        rule.code
        for rule in framework(code).rules
        if rule.strength == "must" and rule.demand and rule.applies(known) and not rule.demand.met(known)
    )


def facts(template: Template, issuer: IssuerProfile, today: date | None = None) -> Facts:
    """What rules may ask about, by the keys of FIELDS. What a template states goes before what its issuer states.

    How many days something still holds is known only on a day: `today`.
    """
    level, hours, credits_ = template.level, template.workload_hours, template.credits
    found: dict[str, Any] = {
        **_GIVEN,
        "country": issuer.country,
        "place": issuer.locality,
        "awarding_body": issuer.legal_name if issuer.name else None,
        "legal_id": issuer.eidas_identifier,
        "name": template.name,
        "description": template.description,
        "criteria": template.criteria,
        "learning_outcomes": template.learning_outcomes,
        "workload_hours": hours,
        "credits": credits_,
        "hours_a_credit": hours / credits_ if hours and credits_ else None,
        "level": level,
        "eqf_level": level.value if isinstance(level, Level) else None,
        "national_level": template.lki_level or template.national_level,
        "cycle": template.cycle,
        "types_of_assessment": tuple(assessment.type for assessment in template.assessments),
        "forms_of_participation": template.forms_of_participation,
        "types_of_quality_assurance": tuple(item.code for item in template.types_of_quality_assurance),
        "quality_assurance_url": tuple(item.url for item in template.types_of_quality_assurance if item.url),
        "assured_days": _days_left(template.types_of_quality_assurance, today),
        "accredited_days": _days_left(issuer.accreditations, today),
        "prerequisites": template.prerequisites,
        "supervision": tuple(item.supervision for item in template.assessments if item.supervision),
        "summative": any(item.summative for item in template.assessments),
        "stackability": template.stackability,
        "further_information": template.further_information,
        "isced_f": template.isced_f,
        "learning_setting": template.learning_setting,
        "review_date": template.review_date,
    }
    for name in DECLARATIONS:
        own = getattr(template.quality, name)
        found[name] = getattr(issuer.quality, name) if own is None or own == {} else own
    found["declarations"] = {**issuer.quality.declarations, **template.quality.declarations}
    return found


def _days_left(assurances: Sequence[QualityAssurance], today: date | None) -> int | None:
    """How many days the first of them to end still holds; None where none ends."""
    ends = [item.valid_until for item in assurances if item.valid_until]
    return (min(ends) - today).days if ends and today else None


def _verdict(code: str, rule: Rule, known: Facts) -> Verdict:
    if not rule.applies(known):
        return Verdict(rule=rule, outcome="not_applicable")
    if rule.demand is None:
        name = f"{code}.{rule.code}"
        said = name in known["declarations"]
        return Verdict(
            rule=rule,
            outcome="pass" if said else "declaration_missing",
            field="" if said else f"/quality/declarations/{name}",
        )
    if rule.demand.met(known):
        return Verdict(rule=rule, outcome="pass")
    field = rule.demand.unmet_field(known) or rule.field
    return Verdict(rule=rule, outcome=_UNMET[rule.strength], field=FIELDS[field])
