"""What the tool sees itself of a template counts when it is published."""

from __future__ import annotations

import pytest

from badges.errors import QualityError
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from tests.catalogue import guided, put_in
from tests.fixtures import change_issuer, publish


def next_version(tool, **fields) -> None:
    """Publishes the next version of the only template, with this content."""
    issuer = tool.issuer
    with tool.store.begin() as session:
        template_id = session.query(TemplateVersion.template_id).limit(1).scalar()
        row = versions.next_version(session, versions.find(session, template_id), tool.clock())
        versions.save_draft(row, guided(**fields), tool.clock())
        versions.publish(row, issuer.profile, tool.clock())


@pytest.fixture
def demanding(tool):
    """The institution demands a framework by which a badge has to be in a public catalogue."""
    template_id = publish(tool, quality=guided()["quality"] | {"accessibility_url": "https://a.example/"})
    change_issuer(tool, demands=["rutgers_lumina"])
    return template_id


ACCESSIBLE = {"accessibility_url": "https://riga-college.example/accessible"}


def test_a_template_in_the_catalogue_meets_what_asks_for_one(tool, demanding):
    with pytest.raises(QualityError) as refused:
        next_version(tool, quality=ACCESSIBLE)
    assert refused.value.failings == (("rutgers_lumina", "transparency"),)
    put_in(tool, demanding)
    next_version(tool, quality=ACCESSIBLE)


def test_one_that_would_not_be_shown_does_not(tool, demanding):
    """It is wanted there, but lacks what the catalogue asks for."""
    put_in(tool, demanding)
    with pytest.raises(QualityError) as refused:
        next_version(tool, quality=dict.fromkeys(("leads_to",)) | ACCESSIBLE, name={"en": "Incomplete"})
    assert ("rutgers_lumina", "transparency") in refused.value.failings


def test_a_declared_catalogue_still_counts(tool, demanding):
    next_version(tool, quality=ACCESSIBLE | {"in_catalogue": True})
