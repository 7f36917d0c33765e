"""An address that was given to somebody else: what its reader of today keeps and lets in is theirs."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from lti_tool.people.addresses import confirm_address, remove_proof, save_proof
from lti_tool.privacy.erasure import erase
from lti_tool.privacy.export import export_of
from lti_tool.store import events, queries
from lti_tool.store.models import Event, KeptBadge, KeptProfile, ProgramAccess
from tests.fixtures import JANIS, change_issuer, rows
from tests.lti_tool.web.backpack.conftest import PRIVATE, prove, signed_in, stranger_badge
from tests.lti_tool.web.backpack.program import READ
from tests.lti_tool.web.backpack.program import Program as Client
from tests.lti_tool.web.backpack.test_my_badges import bring
from tests.lti_tool.web.conftest import FROM_US, text_of

SECOND = "anna@second.example"


@pytest.fixture
def second(app, anna, web_tool):
    """A browser in which Anna is signed in with another address of hers."""
    with web_tool.store.begin() as session:
        save_proof(session, anna, SECOND, web_tool.clock(), events.person(anna))
    return signed_in(app, web_tool, SECOND)


@pytest.fixture
def later(second, web_tool, clock) -> int:
    """The number of Jānis, who reads the mail of Anna's first address since a while."""
    clock.advance(days=2)
    return prove(web_tool, JANIS, PRIVATE)


def exported(tool, person_id):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export_of(tool, [person_id], tool.clock()))))
    return archive.namelist(), json.loads(archive.read("data.json"))["tables"]


def take_back(tool, person_id, address):
    with tool.store.begin() as session:
        proofs = queries.proved_addresses.of_person(session, person_id)
        (number,) = [row.id for row in proofs if row.address == address]
        remove_proof(session, person_id, number, tool.clock(), events.person(person_id))


def test_what_is_kept_is_of_whoever_reads_the_mail_today(app, own, anna, later, stranger, web_tool):
    reader = signed_in(app, web_tool, PRIVATE)
    assert bring(reader, stranger_badge(stranger)).status_code == 200
    program = Client(own=own, learner=reader)
    program.come_in()
    assert program.bring(stranger_badge(stranger, 2, name="Brazing")).status_code == 201
    profile = program.call("GET", "profile").json
    assert "Jānis" in profile["name"]
    assert program.call("PUT", "profile", json=profile | {"phone": "+371 1"}).status_code == 200
    assert {row.person_id for row in rows(web_tool, KeptBadge)} == {later}
    assert [row.person_id for row in rows(web_tool, KeptProfile)] == [later]
    acts = ("badge_kept", "profile_written", "program_let_in")
    found = {(row.what, row.actor) for row in rows(web_tool, Event) if row.what in acts}
    assert found == {(what, str(later)) for what in acts}
    second = signed_in(app, web_tool, SECOND)
    assert "Welding" not in second.get("/my").text and "Brazing" not in second.get("/my").text
    take_back(web_tool, anna, PRIVATE)
    assert "Welding" in reader.get("/my").text
    assert [name for name in exported(web_tool, anna)[0] if "kept" in name] == []
    assert len([name for name in exported(web_tool, later)[0] if "kept" in name]) == 2
    erase(web_tool, [anna], events.TOOL)
    assert len(rows(web_tool, KeptBadge)) == 2 and len(rows(web_tool, KeptProfile)) == 1
    erase(web_tool, [later], events.TOOL)
    assert rows(web_tool, KeptBadge) == rows(web_tool, KeptProfile) == []


def test_what_the_reader_before_keeps_stays_theirs(app, inside, anna, second, stranger, web_tool, clock):
    assert bring(second, stranger_badge(stranger)).status_code == 200
    profile = inside.call("GET", "profile").json
    assert inside.call("PUT", "profile", json=profile | {"phone": "+371 1"}).status_code == 200
    clock.advance(days=1)
    later = prove(web_tool, JANIS, PRIVATE)
    program = Client(own=inside.own, learner=signed_in(app, web_tool, PRIVATE))
    program.come_in()
    assert "phone" not in program.call("GET", "profile").json
    assert "in your list already" in text_of(bring(program.learner, stranger_badge(stranger)))
    erase(web_tool, [later], events.TOOL)
    assert [row.person_id for row in rows(web_tool, KeptBadge)] == [anna]
    assert [row.person_id for row in rows(web_tool, KeptProfile)] == [anna]


def access_ids(tool):
    return [row.id for row in rows(tool, ProgramAccess)]


def test_a_program_is_seen_and_ended_under_every_address_that_it_opens(inside, second, web_tool):
    assert "Wallet of Everybody" in second.get("/my").text
    (number,) = access_ids(web_tool)
    page = second.post(f"/my/programs/{number}/end", headers=FROM_US)
    assert "The program has no access any more." in text_of(page)
    assert access_ids(web_tool) == [] and inside.read().status_code == 401


def test_a_program_that_is_let_in_under_another_address_takes_its_own_place(inside, second, web_tool):
    inside.learner = second
    inside.take(inside.exchange(inside.code(READ)))
    assert [row.address for row in rows(web_tool, ProgramAccess)] == [SECOND]


def test_who_is_opened_by_nothing_sees_and_ends_nothing(app, inside, anna, web_tool, clock):
    change_issuer(web_tool, awarding={"reused_domains": ["home.example"]})
    clock.advance(days=1)
    reader = signed_in(app, web_tool, PRIVATE)
    (number,) = access_ids(web_tool)
    assert "Wallet of Everybody" not in reader.get("/my").text
    assert reader.post(f"/my/programs/{number}/end", headers=FROM_US).status_code == 404
    assert access_ids(web_tool) == [number]


def test_who_proved_the_address_later_sees_no_program_of_before(app, inside, later, web_tool):
    with web_tool.store.begin() as session:
        save_proof(session, later, "janis@second.example", web_tool.clock(), events.person(later))
    reader = signed_in(app, web_tool, "janis@second.example")
    (number,) = access_ids(web_tool)
    assert "Wallet of Everybody" not in reader.get("/my").text
    assert reader.post(f"/my/programs/{number}/end", headers=FROM_US).status_code == 404


def test_at_a_reused_domain_an_access_ends_with_the_confirmation(app, own, anna, web_tool, clock):
    change_issuer(web_tool, awarding={"reused_domains": ["home.example"]})

    def confirm():
        with web_tool.store.begin() as session:
            confirm_address(session, anna, PRIVATE, clock(), events.TOOL)

    confirm()
    program = Client(own=own, learner=signed_in(app, web_tool, PRIVATE))
    program.come_in()
    for _ in range(6):
        clock.advance(days=1)
        program.take(program.refresh())
    clock.advance(hours=23, minutes=30)
    program.take(program.refresh())
    assert program.read().status_code == 200
    clock.advance(minutes=40)
    assert program.read().status_code == 401
    assert program.refresh().json["error"] in ("invalid_grant", "invalid_request")


def test_the_export_has_the_programs_that_open_the_person_alone(app, inside, anna, later, web_tool):
    assert exported(web_tool, later)[1]["program_access"]["rows"] == []
    assert len(exported(web_tool, anna)[1]["program_access"]["rows"]) == 1
    program = Client(own=inside.own, learner=signed_in(app, web_tool, PRIVATE))
    program.come_in()
    assert len(exported(web_tool, later)[1]["program_access"]["rows"]) == 1
