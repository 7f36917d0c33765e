"""The export of a person has all that is kept of them and their badges, and nothing of anybody else."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from lti_tool.privacy.export import export_of
from lti_tool.privacy.record import record_of_processing
from lti_tool.store import queries
from lti_tool.store.models import Award, CredentialRow, HandAward
from tests.fixtures import ANNA, JANIS, ZANE, complete, make_rule, publish, rows, run_due_jobs


@pytest.fixture
def rule_id(tool, platform):
    rule_id = make_rule(tool, publish(tool))
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    return rule_id


def number_of(tool, member):
    with tool.store.read() as session:
        return queries.people.person_of(session, 1, member.user_id).id


def exported(tool, *members):
    pieces = list(export_of(tool, [number_of(tool, member) for member in members], tool.clock()))
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def test_everything_that_the_record_names_is_in_it(tool, rule_id):
    archive = exported(tool, ANNA)
    data = json.loads(archive.read("data.json"))
    about_people = {table.name for table in record_of_processing().values() if table.kind and table.whose}
    assert data["tables"].keys() == about_people
    (person,) = data["tables"]["person"]["rows"]
    assert (person["name"], person["email"]) == (ANNA.name, ANNA.email)
    assert data["tables"]["platform_account"]["rows"][0]["user_id"] == ANNA.user_id
    seen = {row["kind"] for row in data["tables"]["observation"]["rows"]}
    assert {"role", "link_access"} <= seen
    assert {row["what"] for row in data["tables"]["event"]["rows"]} >= {"awarded", "issued"}
    assert all(table["what"] and table["why"] for table in data["tables"].values())


def test_their_badges_are_in_it_as_they_were_signed(tool, rule_id):
    (credential,) = [row for row in rows(tool, CredentialRow) if row.award_id == exported_award(tool, ANNA)]
    archive = exported(tool, ANNA)
    assert archive.read(f"badges/{credential.id}.json").decode() == credential.text
    assert archive.read(f"badges/{credential.id}.png").startswith(b"\x89PNG")
    assert {name for name in archive.namelist() if name.startswith("README")} == {
        "README-en.txt",
        "README-lv.txt",
    }
    assert len([name for name in archive.namelist() if name.startswith("badges/")]) == 2


def exported_award(tool, member):
    (award,) = [row for row in rows(tool, Award) if row.person_id == number_of(tool, member)]
    return award.id


def test_nobody_else_is_in_it_and_who_acted_is_a_role(tool, rule_id):
    anna, zane = number_of(tool, ANNA), number_of(tool, ZANE)
    with tool.store.begin() as session:
        session.add(
            HandAward(
                rule_id=rule_id,
                person_id=anna,
                reason="Seen at work",
                asked_at=tool.clock(),
                asked_by_id=zane,
                settled_at=tool.clock(),
                settled_by_id=anna,
                status="approved",
            )
        )
        session.query(Award).filter_by(person_id=anna).one().trace = {"values": {"by": str(zane)}}
    archive = exported(tool, ANNA)
    text = "".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
    for somebody in (JANIS, ZANE):
        assert somebody.name not in text and somebody.email not in text
    data = json.loads(archive.read("data.json"))["tables"]
    (by_hand,) = data["hand_award"]["rows"]
    assert (by_hand["reason"], by_hand["asked_by_id"], by_hand["settled_by_id"]) == (
        "Seen at work",
        "staff",
        "you",
    )
    assert data["award"]["rows"][0]["trace"] == {"values": {"by": "staff"}}
    assert {row["by"] for row in data["event"]["rows"]} <= {"tool", "you", "staff", "unknown"}


def test_one_person_on_several_platforms_gets_a_folder_for_each(tool, rule_id):
    names = exported(tool, ANNA, JANIS).namelist()
    assert {f"{number_of(tool, each)}/data.json" for each in (ANNA, JANIS)} <= set(names)


def test_it_comes_piece_by_piece(tool, rule_id):
    pieces = list(export_of(tool, [number_of(tool, ANNA)], tool.clock()))
    assert len(pieces) > 2 and max(map(len, pieces)) < sum(map(len, pieces))
