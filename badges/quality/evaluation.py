"""evaluate: the report of a quality framework on a template and its issuer, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from badges.issuer import IssuerProfile
from badges.quality import FIELDS, Facts, Framework, Rule, framework
from badges.template.declarations import Declarations
from badges.template.fields import Group, Items, fields_of
from badges.template.model import Level, Template
from badges.template.values import QualityAssurance

Outcome = Literal["pass", "fail", "warning", "declaration_missing", "not_applicable"]

#: What the tool itself provides with every badge, whatever is in the template.
_ALWAYS_MET: Facts = {
    "learner": True,
    "date_of_issuing": True,
    "grade": True,
    "holder_download": True,
    "formats": ("OB3",),
    "verify_page": True,
}
#: The fields of a template, each with the fields of the objects in it where it is a list of them.
_TEMPLATE_FIELDS = tuple(
    (
        field.name,
        tuple(part.name for part in fields_of(field.kind.of)) if isinstance(field.kind, Items) else (),
    )
    for field in fields_of(Template)
    if not isinstance(field.kind, Group)
)
_DECLARATIONS = tuple(field.name for field in fields_of(Declarations))
_OUTCOME_OF_FAILURE: dict[str, Outcome] = {
    "must": "fail",
    "should": "warning",
    "stated": "declaration_missing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of one rule; `field` is the JSON pointer of the field to mend, "" where there is nothing to mend."""

    rule: Rule
    outcome: Outcome
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """The verdicts on all rules of a framework, in its order. It passes if no `must` fails."""

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
    """The report of the framework `code`, as of `today`. Raises FrameworkError where there is no such framework."""
    quality_framework = framework(code)
    known = facts(template, issuer, today)
    return QualityReport(
        framework=quality_framework,
        verdicts=tuple(_verdict(code, rule, known) for rule in quality_framework.rules),
    )


def failed_rules(
    code: str, template: Template, issuer: IssuerProfile, today: date | None = None
) -> tuple[str, ...]:
    """The codes of the `must` rules of the framework `code` that fail; cheaper than a whole report.

    Raises FrameworkError where there is no such framework.
    """
    known = facts(template, issuer, today)
    return tuple(
        rule.code
        for rule in framework(code).rules
        if rule.strength == "must" and rule.demand and rule.applies(known) and not rule.demand.met(known)
    )


def facts(template: Template, issuer: IssuerProfile, today: date | None = None) -> Facts:
    """The values that rules are about, by the keys of FIELDS. A template's declarations precede those of its issuer.

    Numbers of days that something is still valid are None without `today`.
    """
    level, hours, credits_ = template.level, template.workload_hours, template.credits
    known: dict[str, Any] = {
        **_ALWAYS_MET,
        "country": issuer.country,
        "place": issuer.locality,
        "awarding_body": issuer.legal_name if issuer.name else None,
        "legal_id": issuer.eidas_identifier,
        "hours_a_credit": hours / credits_ if hours and credits_ else None,
        "eqf_level": level.value if isinstance(level, Level) else None,
        "assured_days": _days_left(template.types_of_quality_assurance, today),
        "accredited_days": _days_left(issuer.accreditations, today),
    }
    for name, parts in _TEMPLATE_FIELDS:
        known[name] = value = getattr(template, name)
        for part in parts:
            stated = (getattr(item, part) for item in value)
            known[f"{name}/{part}"] = tuple(one for one in stated if one not in (None, (), {}))
    # A level of any country is a national level.
    known["national_level"] = template.lki_level or template.national_level
    for name in _DECLARATIONS:
        own = getattr(template.quality, name)
        known[name] = getattr(issuer.quality, name) if own is None or own == {} else own
    known["declarations"] = {**issuer.quality.declarations, **template.quality.declarations}
    return known


def _days_left(assurances: Sequence[QualityAssurance], today: date | None) -> int | None:
    """The days until the first of them ends; None where none has an end."""
    ends = [item.valid_until for item in assurances if item.valid_until]
    return (min(ends) - today).days if ends and today else None


def _verdict(code: str, rule: Rule, known: Facts) -> Verdict:
    if not rule.applies(known):
        return Verdict(rule=rule, outcome="not_applicable")
    if rule.demand is None:
        name = f"{code}.{rule.code}"
        declared = name in known["declarations"]
        return Verdict(
            rule=rule,
            outcome="pass" if declared else "declaration_missing",
            field="" if declared else f"/quality/declarations/{name}",
        )
    if rule.demand.met(known):
        return Verdict(rule=rule, outcome="pass")
    field = rule.demand.unmet_field(known) or rule.field
    return Verdict(rule=rule, outcome=_OUTCOME_OF_FAILURE[rule.strength], field=FIELDS[field])
