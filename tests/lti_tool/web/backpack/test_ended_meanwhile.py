"""An access that is ended in the very moment in which its program writes: before that, or after it, never between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from lti_tool.backpack import accesses
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events
from lti_tool.store.models import ProgramAccess, ProgramToken
from tests.at_once import impatient, until_one_waits
from tests.fixtures import rows
from tests.lti_tool.web.backpack.program import ALL


@pytest.fixture
def tool(tool_on_postgres):
    """On PostgreSQL, where two transactions write at a time."""
    return tool_on_postgres


def end(tool, session):
    accesses.end(session, session.query(ProgramAccess).one(), "learner", tool.clock(), events.TOOL)


def erase(tool, session):
    (access,) = session.query(ProgramAccess)
    (person_id,) = accesses.opened_by(session, access, (), tool.clock())
    erase_person(session, tool.issuers, person_id, tool.clock(), events.TOOL)


def visit_to_write(tool, session, program):
    return accesses.find_visit_to_write(session, program.tokens["access_token"], (), tool.clock())


@pytest.mark.parametrize("finish", [end, erase])
def test_an_access_ends_only_once_what_its_program_writes_is_committed(inside, web_tool, finish):
    with web_tool.store.begin() as writing:
        assert visit_to_write(web_tool, writing, inside) is not None
        with pytest.raises(OperationalError), web_tool.store.begin() as other:
            finish(web_tool, impatient(other))
    assert len(rows(web_tool, ProgramAccess)) == 1
    with web_tool.store.begin() as other:
        finish(web_tool, other)
    assert rows(web_tool, ProgramAccess) == []


@pytest.mark.parametrize("finish", [end, erase])
def test_a_program_writes_nothing_while_its_access_is_being_ended(inside, web_tool, finish):
    with web_tool.store.begin() as ending:
        finish(web_tool, ending)
        ending.flush()
        with pytest.raises(OperationalError), web_tool.store.begin() as writing:
            visit_to_write(web_tool, impatient(writing), inside)
    with web_tool.store.begin() as writing:
        assert visit_to_write(web_tool, writing, inside) is None


@pytest.mark.parametrize("finish", [end, erase])
def test_a_program_that_has_waited_for_the_end_of_its_access_writes_nothing(inside, web_tool, finish):
    def begin_to_write():
        with web_tool.store.begin() as writing:
            return visit_to_write(web_tool, writing, inside)

    with ThreadPoolExecutor(1) as pool:
        with web_tool.store.begin() as ending:
            finish(web_tool, ending)
            ending.flush()
            writing = pool.submit(begin_to_write)
            until_one_waits(web_tool.store)
        assert writing.result(30) is None


def test_a_token_that_is_given_while_its_access_ends_is_gone_with_it(inside, web_tool):
    """It refers to the access, which could not be deleted else."""

    def end_it():
        with web_tool.store.begin() as session:
            end(web_tool, session)

    with ThreadPoolExecutor(1) as pool:
        with web_tool.store.begin() as giving:
            known = giving.query(ProgramToken).first()
            copied = {name: getattr(known, name) for name in ("access_id", "kind", "scopes", "expires_at")}
            giving.add(ProgramToken(token_hash="0" * 64, **copied))
            giving.flush()
            ended = pool.submit(end_it)
            until_one_waits(web_tool.store)
        ended.result(30)
    assert rows(web_tool, ProgramToken) == [] and rows(web_tool, ProgramAccess) == []


def test_who_is_erased_while_they_let_a_program_in_lets_in_none(program, web_tool, anna):
    program.discover()
    program.register()
    page = program.ask(*ALL)
    with ThreadPoolExecutor(1) as pool:
        with web_tool.store.begin() as erasing:
            erase_person(erasing, web_tool.issuers, anna, web_tool.clock(), events.TOOL)
            erasing.flush()
            answered = pool.submit(program.answer, page)
            until_one_waits(web_tool.store)
        assert answered.result(30).status_code == 403
    assert rows(web_tool, ProgramAccess) == []
