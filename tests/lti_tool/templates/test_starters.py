"""Starter badges: one command, and teachers have something to place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from badges.authority import Authority
from badges.claims import claims_beyond
from badges.template.model import read_template
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.store import queries
from lti_tool.store.models import Approval, TemplateVersion
from lti_tool.templates import starters
from tests.fixtures import ROOT

DEMO = ROOT / "lti_tool" / "demo" / "templates"


def publish(tool, profile=None, folder=starters.STARTERS):
    with tool.store.begin() as session:
        issuer = replace(tool.issuer, profile=profile or tool.issuer.profile)
        found = starters.publish_starters(session, issuer, folder, tool.clock())
        return [row.name for row in found]


def test_all_starter_badges_are_published_at_once_without_approval(tool):
    names = publish(tool)
    assert len(names) == len(list(starters.STARTERS.glob("*.toml"))) >= 3
    with tool.store.read() as session:
        rows = session.query(TemplateVersion).all()
        assert {(row.status, row.course_id) for row in rows} == {("published", None)}
        assert session.query(Approval).count() == 0
        for row in rows:
            assert row.body["name"].keys() == row.body["description"].keys() == {"en", "lv"}
            assert row.body["types_of_quality_assurance"][0]["code"] == "eqavet"  # the issuer's own


def test_running_it_again_changes_nothing(tool):
    publish(tool)
    assert publish(tool) == []


@pytest.mark.parametrize("folder", [starters.STARTERS, DEMO])
def test_the_starters_and_the_demo_stay_publishable_under_the_example(tool, folder):
    assert publish(tool, folder=folder)
    with tool.store.read() as session:
        for row in queries.templates.templates_of_course(session, None, tool.issuer.id):
            assert claims_beyond(read_template(row.body), tool.issuer.profile) == ()


def test_an_issuer_that_lists_nothing_can_publish_the_starters(tool):
    bare = replace(tool.issuer.profile, accreditations=(), authority=Authority())
    assert len(publish(tool, bare)) >= 3


def test_a_file_that_cannot_be_published_is_named_and_nothing_is_published(tool, tmp_path):
    (tmp_path / "a.toml").write_text((starters.STARTERS / "work-safety.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "b.toml").write_text('name.en = "Doctor"\nlevel = {value = 8}\n', "utf-8")
    with pytest.raises(NotAllowedError, match=r"b\.toml.*level_too_high"):
        publish(tool, folder=tmp_path)
    with tool.store.read() as session:
        assert session.query(TemplateVersion).count() == 0
    with pytest.raises(NotFoundError):
        publish(tool, folder=tmp_path / "nowhere")
