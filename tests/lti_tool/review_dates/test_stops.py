"""What an overdue review stops where the issuer says so, and what it never stops; of each issuer its own alone."""

from __future__ import annotations

import pytest

from badges.errors import TemplateError
from lti_tool.catalogue import listing
from lti_tool.review_dates.standing import is_stopped
from lti_tool.store import queries
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from tests.catalogue import offer
from tests.fixtures import add_another_issuer, publish, template_data
from tests.reviews import let_stop, make_overdue, record_review


def publish_next(tool, template_id):
    """Publishes the next version, which names a later day for its review."""
    with tool.store.begin() as session:
        issuer = tool.issuers.first(session).profile
        row = versions.next_version(session, versions.find(session, template_id), tool.clock())
        versions.save_draft(row, template_data(), tool.clock())
        versions.publish(row, issuer, tool.clock())


def in_catalogue(tool):
    with tool.store.read() as session:
        offers = tool.offers.read(session, tool.issuers.all(session), tool.clock())
        candidates = listing.candidates(session, tool.issuers.first(session), tool.clock())
        return [each.template_id for each in offers], [each.is_stopped for each in candidates]


def test_no_next_version_is_published_until_a_review_is_recorded(tool):
    badge = publish(tool)
    make_overdue(tool, badge)
    publish_next(tool, badge)
    make_overdue(tool, badge)
    let_stop(tool)
    with pytest.raises(TemplateError) as refused:
        publish_next(tool, badge)
    assert refused.value.problems == (("/review_date", "review_overdue"),)
    record_review(tool, badge)
    publish_next(tool, badge)


def test_retiring_what_is_overdue_is_no_way_around_its_review(tool):
    badge = publish(tool)
    make_overdue(tool, badge)
    let_stop(tool)
    with tool.store.begin() as session:
        versions.retire(session.query(TemplateVersion).one(), tool.clock())
    with pytest.raises(TemplateError):
        publish_next(tool, badge)


def test_a_first_version_is_published_whatever_is_overdue_beside_it(tool):
    make_overdue(tool, publish(tool))
    let_stop(tool)
    publish(tool, name={"en": "Another"})


def test_it_is_out_of_the_catalogue_until_a_review_is_recorded(tool):
    badge = offer(tool)
    make_overdue(tool, badge)
    tool.offers.__init__()
    assert in_catalogue(tool) == ([badge], [False])
    let_stop(tool)
    assert in_catalogue(tool) == ([], [True])
    record_review(tool, badge)
    assert in_catalogue(tool) == ([badge], [False])


def test_what_is_due_today_is_not_overdue(tool):
    badge = offer(tool)
    make_overdue(tool, badge, "2026-11-21")
    tool.offers.__init__()
    let_stop(tool)
    assert in_catalogue(tool) == ([badge], [False])


def test_the_issuer_of_a_template_decides_and_not_another_one(tool):
    badge, other = publish(tool), add_another_issuer(tool)
    make_overdue(tool, badge)
    make_overdue(tool, other.template_id)
    let_stop(tool)

    def stopped():
        with tool.store.read() as session:
            rows = [queries.templates.newest_published(session, each) for each in (badge, other.template_id)]
            profiles = [tool.issuers.of(session, row.issuer_id).profile for row in rows]
            days = [profile.day_of(tool.clock()) for profile in profiles]
            return [is_stopped(session, *each) for each in zip(rows, profiles, days, strict=True)]

    assert stopped() == [True, False]
    record_review(tool, other.template_id, issuer_id=other.id)
    assert stopped() == [True, False]
    record_review(tool, badge)
    assert stopped() == [False, False]
