"""A person's name on a page stands in an element of its own: one from right to left turns no words around it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fixtures import ANNA, complete, learner, run_due_jobs
from tests.lti_tool.web.conftest import list_of_everybody

PAGES = Path(__file__).parents[3] / "lti_tool" / "web" / "pages"
#: Each once: a page may name somebody twice by the same words.
PLACES = dict.fromkeys(
    (path.relative_to(PAGES).as_posix(), expression)
    for path in sorted(PAGES.rglob("*.html"))
    for expression in re.findall(r"\{\{.*?\}\}|\{% set .*?%\}", path.read_text(encoding="utf-8"))
    if re.search(r"\b(person|learner|launch|signed)\.name\b", expression)
)
MUHAMMAD = learner(ANNA.user_id, name="محمد عبد الله")


@pytest.mark.parametrize(("page", "expression"), PLACES)
def test_it_is_isolated_wherever_a_page_names_a_person(page, expression):
    # An option of a list has no elements in it; it has a direction of its own.
    is_option = f'dir="auto">{expression}</option>' in (PAGES / page).read_text(encoding="utf-8")
    assert "| isolated" in expression or is_option


def test_it_is_isolated_for_the_teacher_and_for_the_learner(
    school, web_tool, platform, course_rule, clock, services
):
    platform.everyone = [MUHAMMAD if each is ANNA else each for each in platform.everyone]
    clock.advance(hours=1)
    complete(web_tool, platform, course_rule, MUHAMMAD)
    run_due_jobs(web_tool)
    assert f"</span> <bdi>{MUHAMMAD.name}</bdi></label>" in list_of_everybody(school).text
    assert f'<p class="holder"><bdi>{MUHAMMAD.name}</bdi></p>' in school.launch(MUHAMMAD).text
