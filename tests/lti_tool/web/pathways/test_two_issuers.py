"""A pathway of one issuer for a learner of another one, with a badge from elsewhere: from its link to its end.

Riga College has the platform on which Anna is. Daugava School has the pathway, and learns of her what she claims there.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from email import message_from_bytes, policy

import pytest

from lti_tool.conditions.tree import read_tree
from lti_tool.pathways.parts import parts_of
from lti_tool.privacy import issuer_share
from lti_tool.privacy.export import export_of, export_of_issuer
from lti_tool.store.models import (
    Award,
    CredentialRow,
    Event,
    KeptBadge,
    ObservationRow,
    Pathway,
    PathwayClaim,
    Person,
)
from lti_tool.templates import versions
from tests.fixtures import ANNA, add_another_issuer, rows, run_due_jobs, template_data
from tests.lti_tool.web.backpack.conftest import PRIVATE, signed_in, stranger_badge
from tests.lti_tool.web.backpack.test_certification import revoked_list
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.pathways.test_concern_pages import STATUS, verify_daily
from tests.lti_tool.web.pathways.test_pages import claim, keep
from tests.pathways import BY, give, one_set, publish_pathway, templates

DAUGAVA, RIGA = "/operator/issuers/daugava-school", "/operator/issuers/riga-college"


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """What Daugava School has: its key, its pathway, the whole, the parts, and the template of Riga College's part."""

    issuer_id: str
    pathway_id: int
    whole: str
    parts: list[str]
    riga_badge: str


@pytest.fixture
def theirs(web_tool, anna):
    other = add_another_issuer(web_tool)
    (riga_badge,) = templates(web_tool, "Data")
    with web_tool.store.begin() as session:
        data = template_data() | {"name": {"en": "Welding of boats"}}
        row = versions.add(session, data, web_tool.clock(), issuer_id=other.id)
        versions.publish(row, web_tool.issuers.of(session, other.id).profile, web_tool.clock())
        own_badge = row.template_id
    pathway_id = publish_pathway(web_tool, other.template_id, one_set(riga_badge, own_badge))
    with web_tool.store.read() as session:
        parts = list(parts_of(read_tree(session.get_one(Pathway, pathway_id).draft)))
    return Theirs(
        issuer_id=other.id,
        pathway_id=pathway_id,
        whole=other.template_id,
        parts=parts,
        riga_badge=riga_badge,
    )


@pytest.fixture
def foreign(outside, stranger, network, web_tool):
    """The number of a badge from elsewhere that Anna keeps, and whose list says nothing of it yet."""
    network.table[STATUS] = json.loads(revoked_list(stranger, STATUS, 8))
    status = {
        "id": f"{STATUS}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": STATUS,
    }
    keep(outside, stranger_badge(stranger, credentialStatus=status))
    (kept,) = rows(web_tool, KeptBadge)
    return kept.id


def answer(join, theirs, web_tool):
    """Daugava's assessor finds what waits equivalent."""
    (asked,) = [each for each in rows(web_tool, PathwayClaim) if each.status == "asked"]
    assessor = join("assessor", theirs.issuer_id, name="Marta Liepa")
    address = f"{DAUGAVA}/pathways/claims/{asked.id}"
    page = assessor.get(address)
    assert ANNA.name in text_of(page) and "Welding of boats" in text_of(page)
    form = {"seen": hidden(page, "seen"), "finding": "equivalent", "reason": "The same outcomes."}
    assert assessor.press(address, f"{address}/settle", **form).status_code == 303
    run_due_jobs(web_tool)


def wholes(tool, theirs):
    return [each for each in rows(tool, Award) if each.template_id == theirs.whole]


def tables(pieces):
    return json.loads(zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("data.json"))["tables"]


def test_a_whole_of_three_issuers_and_the_end_of_the_part_from_elsewhere(
    outside, anna, join, theirs, foreign, stranger, network, web_tool
):
    # She does not know the school yet: she has its link. Then she has a badge that is a part, once she says so.
    assert "River pilot" not in text_of(outside.get("/my/pathways"))
    assert "0 of 2 parts" in text_of(outside.get(f"/my/pathways/{theirs.whole}"))
    award_id = give(web_tool, theirs.riga_badge, anna)
    assert "0 of 2 parts" in text_of(outside.get("/my/pathways"))
    claim(outside, theirs.pathway_id, theirs.parts[0], f"award-{award_id}")
    claim(outside, theirs.pathway_id, theirs.parts[1], f"kept-{foreign}")
    run_due_jobs(web_tool)
    assert "1 of 2 parts" in text_of(outside.get("/my/pathways"))
    manager = join("manager")
    assert "ask whether" not in text_of(manager.get(RIGA)) and "Read and answer" not in text_of(
        manager.get(f"{RIGA}/pathways")
    )
    answer(join, theirs, web_tool)
    (award,) = wholes(web_tool, theirs)
    assert (award.issuer_id, award.person_id, award.status) == (theirs.issuer_id, anna, "issued")
    (signed,) = [each for each in rows(web_tool, CredentialRow) if each.award_id == award.id]
    told = json.loads(signed.text)["credentialSubject"]["hasPart"]
    assert [next(iter(each["title"].values())) for each in told] == ["Data", "Welding"]
    assert told[1]["id"] == "https://mallory.example/credentials/1"
    assert "Awarded" in text_of(outside.get("/my/pathways"))
    # The site from elsewhere revokes its badge.
    network.table[STATUS] = json.loads(revoked_list(stranger, STATUS, 7))
    verify_daily(web_tool)
    ours, school = join("manager"), join("manager", theirs.issuer_id)
    assert "Welding (revoked)" in text_of(school.get(f"{DAUGAVA}/pathways/{theirs.pathway_id}"))
    assert "larger badge of which a part" in text_of(school.get(DAUGAVA))
    assert "larger badge of which a part" not in text_of(ours.get(RIGA))
    assert ours.get(f"{RIGA}/pathways/{theirs.pathway_id}").status_code == 404
    assert [each.status for each in wholes(web_tool, theirs)] == ["issued"]
    # What each is told and exports is its own.
    acts = {each.issuer_id for each in rows(web_tool, Event) if each.what.startswith("part_")}
    seen = {each.issuer_id for each in rows(web_tool, ObservationRow) if each.kind == "part_met"}
    assert acts == seen == {theirs.issuer_id}
    now = web_tool.clock()
    riga = tables(export_of_issuer(web_tool, web_tool.issuer.id, anna, now))
    daugava = tables(export_of_issuer(web_tool, theirs.issuer_id, anna, now))
    assert riga["pathway_claim"]["rows"] == [] and len(daugava["pathway_claim"]["rows"]) == 2
    assert len(riga["award"]["rows"]) == len(daugava["award"]["rows"]) == 1
    assert len(tables(export_of(web_tool, [anna], now))["pathway_claim"]["rows"]) == 2


def test_an_erasure_in_the_middle_takes_what_is_the_eraser_s_and_the_rest_goes_on(
    app, outside, anna, join, theirs, foreign, web_tool, tmp_path
):
    award_id = give(web_tool, theirs.riga_badge, anna)
    claim(outside, theirs.pathway_id, theirs.parts[0], f"award-{award_id}")
    claim(outside, theirs.pathway_id, theirs.parts[1], f"kept-{foreign}")
    run_due_jobs(web_tool)
    issuer_share.erase(web_tool, web_tool.issuer.id, anna, BY)
    # The badge of Riga College is gone, and with it what it counted for; the question at Daugava School waits.
    (left,) = rows(web_tool, PathwayClaim)
    assert left.person_id != anna and left.part == theirs.parts[1]
    answer(join, theirs, web_tool)
    assert wholes(web_tool, theirs) == []
    again = signed_in(app, web_tool, PRIVATE)
    page = text_of(again.get("/my/pathways"))
    assert "1 of 2 parts" in page and "Your badge “Welding” counts as this part." in page
    assert "Jūsu nozīmīte tiek ieskaitīta: Welding" in subjects(tmp_path)
    # Whoever goes on at Daugava School gets the whole once the other part is there.
    award_id = give(web_tool, theirs.riga_badge, left.person_id)
    claim(again, theirs.pathway_id, theirs.parts[0], f"award-{award_id}")
    run_due_jobs(web_tool)
    (award,) = wholes(web_tool, theirs)
    assert (award.person_id, award.status) == (left.person_id, "issued")
    for issuer_id in (theirs.issuer_id, web_tool.issuer.id):
        issuer_share.erase(web_tool, issuer_id, rows(web_tool, Award)[0].person_id, BY)
    assert rows(web_tool, Award) == rows(web_tool, PathwayClaim) == rows(web_tool, KeptBadge) == []
    assert ANNA.name not in {each.name for each in rows(web_tool, Person)}


def subjects(folder):
    """Those of all mails that were sent."""
    found = (folder / "mail").glob("*.eml")
    return [message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"] for path in found]
