"""Pathways of several issuers that would form a circle are refused, also where they are published at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_tool.awarding import held_badges
from lti_tool.conditions.tree import tree_of
from lti_tool.errors import NotAllowedError, PathwayError
from lti_tool.pathways import publishing
from lti_tool.store import queries
from lti_tool.store.models import Pathway
from lti_tool.templates import versions
from tests.at_once import until_one_waits
from tests.fixtures import add_another_issuer, publish, rows, template_data
from tests.pathways import BY, draft, one_set, publish_pathway


@pytest.fixture
def tool(tool_on_postgres):
    return tool_on_postgres


@pytest.fixture
def whole(tool):
    return publish(tool, name={"en": "The whole"})


@pytest.fixture
def other(tool):
    return add_another_issuer(tool)


def while_published(tool, pathway_id, deed):
    """What a deed raises that has to wait until the pathway, which is being published, is."""

    def raised():
        with pytest.raises((PathwayError, NotAllowedError)) as error, tool.store.begin() as session:
            deed(session)
        return error.value

    with ThreadPoolExecutor(1) as pool:
        with tool.store.begin() as session:
            publish_row(tool, session, pathway_id)
            waiting = pool.submit(raised)
            until_one_waits(tool.store)
        return waiting.result(timeout=10)


def publish_row(tool, session, pathway_id):
    row = session.get_one(Pathway, pathway_id)
    publishing.publish(session, row, row.changed_at, tool.clock(), BY)


def test_of_two_issuers_that_publish_a_circle_at_once_the_second_is_refused(tool, whole, other):
    ours = draft(tool, whole, one_set(other.template_id))
    theirs = draft(tool, other.template_id, one_set(whole))
    error = while_published(tool, ours, lambda session: publish_row(tool, session, theirs))
    assert error.code == "circle"
    assert {each.id: each.status for each in rows(tool, Pathway)} == {ours: "published", theirs: "draft"}


def test_a_rule_of_a_course_of_another_issuer_closes_no_circle_either(tool, whole, other):
    with tool.store.begin() as session:
        row = versions.add(session, template_data(), tool.clock(), issuer_id=other.id)
        versions.publish(row, tool.issuers.of(session, other.id).profile, tool.clock())
        last = row.template_id
    publish_pathway(tool, last, one_set(whole))
    ours = draft(tool, whole, one_set(other.template_id))

    def ask_for_the_last(session):
        template = queries.templates.institutional_template(session, other.template_id)
        tree = tree_of({"condition": "holds_badge", "badge": last, "name": "The last"})
        held_badges.refuse(session, template, tree)

    assert "circle" in str(while_published(tool, ours, ask_for_the_last))
