"""What was sent is recorded even if the database is away for a moment just then: else it would be sent again."""

import pytest
from sqlalchemy.exc import OperationalError

from lti_tool import jobs
from lti_tool.deliveries import dispatch, mail_folder, recording
from lti_tool.store.database import Store
from lti_tool.store.models import Delivery
from tests.fixtures import ANNA, claim_due_jobs, complete, rows


@pytest.fixture
def sent(monkeypatch):
    """The references of what was sent."""
    references, deliver = [], mail_folder.deliver

    def note(badge, recipient, options, reference):
        references.append(reference)
        return deliver(badge, recipient, options, reference)

    monkeypatch.setattr(mail_folder, "deliver", note)
    return references


@pytest.fixture
def delivery(tool, platform, rule_id):
    """The delivery of Anna's badge, which is to be sent."""
    complete(tool, platform, rule_id, ANNA)
    for _ in jobs.run_all(tool, claim_due_jobs(tool)):
        pass
    (delivery,) = rows(tool, Delivery)
    return delivery


@pytest.fixture
def outage(sent, monkeypatch):
    """A function that says how often the database refuses a transaction once something was sent."""
    begin = Store.begin

    def refuse(times):
        def refusing(store):
            nonlocal times
            if sent and times:
                times -= 1
                raise OperationalError("BEGIN", {}, ConnectionError())
            return begin(store)

        monkeypatch.setattr(Store, "begin", refusing)

    monkeypatch.setattr(recording, "WAIT_SECONDS", 0)
    return refuse


def test_a_mail_that_was_sent_is_recorded_once_the_database_is_back(tool, delivery, sent, outage):
    outage(3)
    dispatch.deliver(tool.store, tool.issuers, tool.connect, delivery.id, tool.clock())
    assert [row.status for row in rows(tool, Delivery)] == ["sent"]
    dispatch.deliver(tool.store, tool.issuers, tool.connect, delivery.id, tool.clock())
    assert len(sent) == 1


def test_a_database_that_stays_away_ends_the_wait_before_the_lease_does(
    tool, delivery, sent, outage, monkeypatch
):
    monkeypatch.setattr(recording, "LONGEST_SECONDS", 0)
    outage(1)
    with pytest.raises(OperationalError):
        dispatch.deliver(tool.store, tool.issuers, tool.connect, delivery.id, tool.clock())
    assert len(sent) == 1
