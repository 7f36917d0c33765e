"""What the tool sees itself of a template counts when it is published."""

from __future__ import annotations

import pytest

from badges.errors import QualityError
from badges.quality.evaluation import evaluate
from badges.template.model import read_template
from lti_tool.pathways import publishing
from lti_tool.store import queries
from lti_tool.store.models import AwardRule, Pathway, PriorLearningOffer, TemplateVersion
from lti_tool.templates import versions
from lti_tool.templates.seen_facts import seen_facts
from tests import prior_learning
from tests.catalogue import guided, put_in
from tests.fixtures import ANNA, add_another_issuer, change_issuer, make_rule, publish
from tests.pathways import BY, arrive, draft, give, one_set, publish_pathway


def next_version(tool, **fields) -> None:
    """Publishes the next version of the only template, with this content."""
    issuer = tool.issuer
    with tool.store.begin() as session:
        template_id = session.query(TemplateVersion.template_id).limit(1).scalar()
        row = versions.next_version(session, versions.find(session, template_id), tool.clock())
        versions.save_draft(row, guided(**fields), tool.clock())
        versions.publish(row, issuer.profile, tool.clock())


@pytest.fixture
def demanding(tool):
    """The institution demands a framework by which a badge has to be in a public catalogue."""
    template_id = publish(tool, quality=guided()["quality"] | {"accessibility_url": "https://a.example/"})
    change_issuer(tool, demands=["rutgers_lumina"])
    return template_id


ACCESSIBLE = {"accessibility_url": "https://riga-college.example/accessible"}


def test_a_template_in_the_catalogue_meets_what_asks_for_one(tool, demanding):
    with pytest.raises(QualityError) as refused:
        next_version(tool, quality=ACCESSIBLE)
    assert refused.value.failings == (("rutgers_lumina", "transparency"),)
    put_in(tool, demanding)
    next_version(tool, quality=ACCESSIBLE)


def test_one_that_would_not_be_shown_does_not(tool, demanding):
    """It is wanted there, but lacks what the catalogue asks for."""
    put_in(tool, demanding)
    with pytest.raises(QualityError) as refused:
        next_version(tool, quality=dict.fromkeys(("leads_to",)) | ACCESSIBLE, name={"en": "Incomplete"})
    assert ("rutgers_lumina", "transparency") in refused.value.failings


def test_a_declared_catalogue_still_counts(tool, demanding):
    next_version(tool, quality=ACCESSIBLE | {"in_catalogue": True})


# --- What the report says of it


def outcome(tool, template_id, code, rule) -> tuple[str, bool]:
    """What the report says of a rule about the newest version, and whether that is what the tool sees."""
    profile = tool.issuer.profile
    with tool.store.read() as session:
        row = versions.find(session, template_id)
        template = read_template(row.body)
        today = profile.day_of(tool.clock())
        seen = seen_facts(row, template, profile, today)
    report = evaluate(code, template, profile, today, seen)
    (found,) = [each for each in report.verdicts if each.rule.code == rule]
    return found.outcome, found.is_seen


PRIVACY = ("eu_annex_2", "7-privacy")


@pytest.mark.parametrize(
    ("settled", "said"),
    [
        ({"contact": "dpo@riga.example", "awards_years": 10}, ("pass", True)),
        ({"notice_url": "https://riga.example/privacy", "awards_years": 1}, ("pass", True)),
        # Nobody is named whom to ask, or nothing has an end: what the issuer ticked is its word alone.
        ({"awards_years": 10}, ("declared", False)),
        ({"contact": "dpo@riga.example"}, ("declared", False)),
        ({}, ("declared", False)),
    ],
)
def test_privacy_is_seen_where_somebody_can_be_asked_and_awards_have_an_end(tool, settled, said):
    template_id = publish(tool)
    change_issuer(tool, privacy=settled)
    assert outcome(tool, template_id, *PRIVACY) == said


def test_privacy_is_not_met_by_half_of_it(tool):
    template_id = publish(tool)
    declared = queries_body(tool)["quality"]
    silent = {name: value for name, value in declared.items() if name != "retention_months"}
    change_issuer(tool, quality=silent, privacy={"contact": "dpo@riga.example"})
    assert outcome(tool, template_id, *PRIVACY) == ("fail", False)
    change_issuer(tool, privacy={"contact": "dpo@riga.example", "awards_years": 3})
    assert outcome(tool, template_id, *PRIVACY) == ("pass", True)


def queries_body(tool):
    with tool.store.read() as session:
        return queries.issuers.newest_version(session, tool.issuer.id).body


GRADE = ("eu_annex_1", "grade")
BY_RESULT = {"condition": "result_at_least", "minimum": "0.7"}


def test_a_grade_is_seen_where_the_rule_that_awards_it_reads_a_result(tool):
    template_id = publish(tool, required_value=70)
    assert outcome(tool, template_id, *GRADE) == ("declared", False)
    make_rule(tool, template_id, BY_RESULT)
    assert outcome(tool, template_id, *GRADE) == ("pass", True)


def test_no_grade_is_declared_of_a_badge_that_an_open_link_awards(tool):
    template_id = publish(tool, required_value=70)
    make_rule(tool, template_id)
    assert outcome(tool, template_id, *GRADE) == ("warning", False)


def test_of_rules_that_differ_nothing_is_seen(tool):
    template_id = publish(tool, required_value=70)
    make_rule(tool, template_id, BY_RESULT)
    give(tool, template_id, arrive(tool, ANNA))
    assert outcome(tool, template_id, *GRADE) == ("declared", False)


def test_a_rule_that_is_paused_or_removed_says_nothing(tool):
    template_id = publish(tool, required_value=70)
    rule_id = make_rule(tool, template_id, BY_RESULT)
    with tool.store.begin() as session:
        session.get_one(AwardRule, rule_id).paused = True
    assert outcome(tool, template_id, *GRADE) == ("declared", False)


def test_that_prior_learning_is_recognised_is_seen_while_it_is_open(tool):
    template_id = publish(tool, quality={"prior_learning": None})
    rule = ("eu_annex_2", "5-prior-learning")
    before = outcome(tool, template_id, *rule)
    offer_id = prior_learning.offer(tool, template_id)
    assert before[1] is False and outcome(tool, template_id, *rule) == ("pass", True)
    with tool.store.begin() as session:
        session.get_one(PriorLearningOffer, offer_id).closed_at = tool.clock()
    assert outcome(tool, template_id, *rule) == before


STACKING = (("eu_annex_2", "5-stackability"), ("rutgers_lumina", "stackability"), ("microhe", "route"))


def test_that_it_counts_towards_another_is_seen_by_a_published_pathway(tool):
    part, other, whole = (
        publish(tool),
        publish(tool, name={"en": "Other"}),
        publish(tool, name={"en": "Whole"}),
    )
    before = [outcome(tool, part, *rule) for rule in STACKING]
    draft(tool, whole, one_set(part, other))
    assert [outcome(tool, part, *rule) for rule in STACKING] == before
    with tool.store.begin() as session:
        row = session.query(Pathway).one()
        publishing.publish(session, row, row.changed_at, tool.clock(), BY)
    assert [outcome(tool, part, *rule) for rule in STACKING] == [("pass", True)] * 3
    # The whole is no part of anything.
    assert [outcome(tool, whole, *rule)[1] for rule in STACKING] == [False] * 3


def test_nothing_of_another_issuer_is_seen(tool):
    """Neither its pathway, nor what it has settled about privacy, nor its rules."""
    part, whole = publish(tool), publish(tool, name={"en": "Whole"})
    make_rule(tool, part, BY_RESULT)
    publish_pathway(tool, whole, one_set(part, publish(tool, name={"en": "Other"})))
    change_issuer(tool, privacy={"contact": "dpo@riga.example", "awards_years": 3})
    daugava = add_another_issuer(tool)
    with tool.store.read() as session:
        row = versions.find(session, daugava.template_id)
        profile = tool.issuers.of(session, daugava.id).profile
        seen = seen_facts(row, read_template(row.body), profile, profile.day_of(tool.clock()))
    assert not any(seen[name] for name in seen if name != "review_days")
