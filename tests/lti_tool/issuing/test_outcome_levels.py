"""From the grade in a course to the level on the badge, by one compiled form for learners of different levels."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from badges.eu import readers
from lti_tool.awarding import looks
from lti_tool.store.models import CompiledFormRow, CredentialRow
from lti_tool.values import LineItem
from signing.compiled.form import CompiledForm
from tests.fixtures import ANNA, JANIS, make_rule, publish, rows, run_due_jobs
from tests.lti_tool.awarding.test_grades import graded
from tests.made_once import KNOWN_FORMS

LEVELS = [
    {"name": {"en": "basic", "lv": "pamata"}, "from_result": 60},
    {"name": {"en": "advanced", "lv": "padziļināts"}, "from_result": 90},
]


@pytest.fixture(autouse=True)
def nothing_is_compiled_yet():
    KNOWN_FORMS.clear()


def issued_with(tool, platform, *results):
    """The badges of a course with these results, by the value of the grade."""
    item = LineItem(
        id="https://moodle.example.org/items/4",
        label="Badge",
        score_maximum=Decimal(100),
        resource_link_id="1",
    )
    platform.line_items = lambda url: (item,)
    platform.graded = list(results)
    published = publish(tool, outcome_levels=LEVELS)
    rule_id = make_rule(tool, published, {"condition": "result_at_least", "minimum": "0.5"})
    assert looks.look(tool.store, platform, rule_id, tool.clock()) is None
    run_due_jobs(tool)
    texts = [row.text for row in rows(tool, CredentialRow)]
    return {json.loads(text)["credentialSubject"]["result"][0]["value"]: text for text in texts}


def test_learners_of_different_levels_are_signed_by_one_form(tool, platform):
    issued = issued_with(tool, platform, graded(ANNA, "0.95"), graded(JANIS, "0.6"))
    levels = {value: readers.results(json.loads(text))[-1]["en"] for value, text in issued.items()}
    assert levels == {"95": "advanced", "60": "basic"}
    (form,) = rows(tool, CompiledFormRow)
    for text in issued.values():
        report = tool.verify(text.encode())
        assert report.verdict == "verified"
        assert CompiledForm.from_stored(form.stored).values(report.credential) is not None


def test_a_result_below_every_level_states_none(tool, platform):
    (text,) = issued_with(tool, platform, graded(ANNA, "0.55")).values()
    assert "achievedLevel" not in text
    assert tool.verify(text.encode()).verdict == "verified"


def test_a_level_that_was_changed_after_signing_is_found(tool, platform):
    (text,) = issued_with(tool, platform, graded(ANNA, "0.6")).values()
    changed = json.loads(text)
    level = changed["credentialSubject"]["result"][1]
    level["achievedLevel"] = level["achievedLevel"].removesuffix("1") + "2"
    assert tool.verify(json.dumps(changed).encode()).verdict == "changed"
