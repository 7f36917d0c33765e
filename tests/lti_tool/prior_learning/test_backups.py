"""A backup has portfolios whole, and what was sealed stays so: what was begun before goes on after its restoration."""

from contextlib import contextmanager
from hashlib import sha256

import pytest

from lti_tool.prior_learning import identity_checks, portfolio
from lti_tool.prior_learning.identity_checks import Checked
from lti_tool.store import queries
from lti_tool.store.models import (
    CredentialRow,
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningIdentityCheck,
    PriorLearningItem,
)
from tests import prior_learning as steps
from tests.fixtures import publish, rows, run_due_jobs
from tests.lti_tool.backups.test_backups import restored, write
from tests.prior_learning import MET, found

#: Not text, with each byte, and the last of its parts is not full.
FILE = steps.PDF + bytes(range(256)) * 1000
assert len(FILE) % portfolio.PART_BYTES


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare' / 'nozimite.sqlite'}"
    return request.getfixturevalue("postgres_url")


def handed_in(tool):
    """The id of an application with a file, a link and a text."""
    application_id = steps.documenting(tool, steps.offer(tool, publish(tool)))
    about, now = steps.About(title="Diploma", words="Ļoti labi."), tool.clock()
    steps.change(tool, application_id, portfolio.add_file, about, FILE, now)
    steps.change(tool, application_id, portfolio.add_link, about, "https://example.org/", now)
    steps.change(tool, application_id, portfolio.add_text, about, now)
    steps.change(tool, application_id, portfolio.hand_in, now)
    return application_id


@contextmanager
def after_restoration(tool, empty, clock, tmp_path):
    run_due_jobs(tool)
    file = write(tool, tmp_path / "backup.zip")
    with restored(file, empty, clock, tmp_path) as other:
        yield other


def content_of(tool, item):
    with tool.store.read() as session:
        return b"".join(queries.prior_learning.contents(session, item.id))


def test_every_file_of_a_portfolio_comes_back_as_it_was(tool, empty, clock, tmp_path):
    handed_in(tool)
    with after_restoration(tool, empty, clock, tmp_path) as other:
        items = rows(other, PriorLearningItem)
        assert [item.kind for item in items] == ["file", "link", "text"]
        assert [vars_of(each) for each in items] == [vars_of(each) for each in rows(tool, PriorLearningItem)]
        found_there = content_of(other, items[0])
        assert found_there == FILE
        assert sha256(found_there).hexdigest() == items[0].sha256


def vars_of(item):
    return {name: value for name, value in vars(item).items() if not name.startswith("_")}


def test_what_was_begun_goes_on_with_what_was_sealed(tool, empty, clock, tmp_path):
    application_id = handed_in(tool)
    first, second = steps.appointed(tool, application_id)
    steps.assess(tool, application_id, first, found(MET, identity="none"))
    with after_restoration(tool, empty, clock, tmp_path) as other:
        assert [(bool(row.sealed), row.found) for row in rows(other, PriorLearningAssessment)] == [
            (True, None),
            (False, None),
        ]
        steps.assess(other, application_id, second, found(MET, identity="none"))
        checked = Checked(operator_id=steps.new_operator(other, "approver"), method="known", name=steps.NAME)
        steps.change(other, application_id, identity_checks.check, checked, other.clock())
        steps.grant(other, application_id)
        run_due_jobs(other)
        (credential,) = rows(other, CredentialRow)
        assert other.verify_own(credential.text).verdict == "verified"
        assert [row.state for row in rows(other, PriorLearningApplication)] == ["granted"]
        assert [row.method for row in rows(other, PriorLearningIdentityCheck)] == ["known"]
