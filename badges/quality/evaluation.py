"""evaluate: the report of a quality framework on a template and its issuer, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from badges.issuer import IssuerProfile
from badges.quality import FIELDS, Facts, Framework, Rule, framework
from badges.template.declarations import Declarations
from badges.template.fields import Group, Items, fields_of
from badges.template.levels import levels_agree
from badges.template.model import Level, Template
from badges.template.programme_code import contradicts_level, read_programme_code
from badges.template.values import Assessment, QualityAssurance, first_end

#: `declared`: nothing but the word of the issuer says that it is so, because the tool does not see it.
Outcome = Literal["pass", "declared", "fail", "warning", "declaration_missing", "not_applicable"]

#: What the tool itself provides with every badge, whatever is in the template.
_ALWAYS_MET: Facts = {
    "learner": True,
    "date_of_issuing": True,
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
#: The texts that guide whoever thinks of enrolling.
_GUIDANCE = ("target_group", "leads_to", "recognition", "cost", "accessibility")
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
    code: str,
    template: Template,
    issuer: IssuerProfile,
    today: date | None = None,
    seen: Facts = MappingProxyType({}),
) -> QualityReport:
    """The report of the framework `code`, as of `today`. Raises FrameworkError where there is no such framework.

    `seen` are facts that the tool sees itself, whatever template and issuer declare.
    """
    quality_framework = framework(code)
    known = {**facts(template, issuer, today), **seen}
    return QualityReport(
        framework=quality_framework,
        verdicts=tuple(_verdict(code, rule, known, seen) for rule in quality_framework.rules),
    )


def failed_rules(
    code: str,
    template: Template,
    issuer: IssuerProfile,
    today: date | None = None,
    seen: Facts = MappingProxyType({}),
) -> tuple[str, ...]:
    """The codes of the `must` rules of the framework `code` that fail; cheaper than a whole report.

    Raises FrameworkError where there is no such framework.
    """
    known = {**facts(template, issuer, today), **seen}
    return tuple(
        rule.code
        for rule in framework(code).rules
        if rule.strength == "must" and rule.applies(known) and not _is_met(code, rule, known)
    )


def facts(template: Template, issuer: IssuerProfile, today: date | None = None) -> Facts:
    """The values that rules are about, by the keys of FIELDS. A template's declarations precede those of its issuer.

    Numbers of days that something is still valid are None without `today`.
    """
    declared = template.quality.with_those_of(issuer.quality)
    template = replace(template, quality=declared)
    level, hours, credits_ = template.level, template.workload_hours, template.credits
    programme = read_programme_code(template.quality.programme_code)
    known: dict[str, Any] = {
        **_ALWAYS_MET,
        "country": issuer.country,
        "place": issuer.locality,
        "awarding_body": issuer.legal_name if issuer.name else None,
        "legal_id": issuer.eidas_identifier,
        "hours_a_credit": hours / credits_ if hours and credits_ else None,
        "eqf_level": level.value if isinstance(level, Level) else None,
        "levels_agree": levels_agree(template),
        "programme_kind": programme.kind.code if programme else None,
        "programme_level_agrees": not contradicts_level(template),
        # Without a result that is asked for, nothing says that a badge has one. With it the issuer says so, no more:
        # a course may let a link open by that result, and then the badge has none.
        "grade": True if template.required_value is not None else None,
        "review_days": (template.review_date - today).days if template.review_date and today else None,
        "unnamed_assurances": tuple(
            one.code for one in template.types_of_quality_assurance if _is_unnamed(one)
        ),
        "assured_days": _days_left(template.types_of_quality_assurance, today),
        "accredited_days": _days_left(issuer.accreditations, today),
    }
    for name, parts in _TEMPLATE_FIELDS:
        known[name] = value = getattr(template, name)
        for part in parts:
            stated = (getattr(item, part) for item in value)
            known[f"{name}/{part}"] = tuple(one for one in stated if one not in (None, (), {}))
    deciding = _deciding(template.assessments)
    for part in ("type", "supervision"):
        values = (getattr(assessment, part) for assessment in deciding)
        known[f"deciding_assessments/{part}"] = tuple(one for one in values if one)
    # A level of any country is a national level.
    known["national_level"] = template.lki_level or template.national_level
    known |= {name: getattr(declared, name) for name in _DECLARATIONS}
    known["recognition"] = declared.recognition
    known["guidance_languages"] = tuple(
        language
        for language in template.name
        if all(language in getattr(declared, name) for name in _GUIDANCE)
    )
    # Whatever is declared: every learner is asked on the page of the badge.
    known["learner_feedback"] = True
    # Which questions a recorded review answers, nothing but the tool can see.
    known["self_assessed"] = ()
    return known


def _days_left(assurances: Sequence[QualityAssurance], today: date | None) -> int | None:
    """The days until the first of them ends; None where none has an end."""
    end = first_end(assurances)
    return (end - today).days if end and today else None


def _deciding(assessments: Sequence[Assessment]) -> tuple[Assessment, ...]:
    """The assessments that decide about the award: those said to, else all that are not said not to."""
    said = tuple(assessment for assessment in assessments if assessment.summative)
    return said or tuple(assessment for assessment in assessments if assessment.summative is None)


def _is_unnamed(assurance: QualityAssurance) -> bool:
    """Whether it claims ESG, which agencies of a register assure, without saying which agency and under which entry."""
    return assurance.code == "esg" and not (assurance.agency and (assurance.reference or assurance.url))


def _is_met(code: str, rule: Rule, known: Facts) -> bool:
    """Whether a rule that applies is met: by its demand; where it has none by a text, or by what the tool sees."""
    if rule.demand is not None:
        return rule.demand.met(known)
    is_seen = rule.otherwise is not None and rule.otherwise.met(known)
    return is_seen or f"{code}.{rule.code}" in known["declarations"]


def _verdict(code: str, rule: Rule, known: Facts, seen: Facts) -> Verdict:
    if not rule.applies(known):
        return Verdict(rule=rule, outcome="not_applicable")
    if _is_met(code, rule, known):
        is_seen = rule.field in seen
        return Verdict(rule=rule, outcome="declared" if rule.declared and not is_seen else "pass")
    if rule.demand is None:
        pointer = f"/quality/declarations/{code}.{rule.code}"
    else:
        pointer = FIELDS[rule.demand.unmet_field(known) or rule.field]
    return Verdict(rule=rule, outcome=_OUTCOME_OF_FAILURE[rule.strength], field=pointer)
