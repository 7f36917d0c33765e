"""Anna on My badges, operators at their browsers, and a pathway of two parts."""

from __future__ import annotations

import pytest

from lti_tool.conditions.tree import read_tree
from lti_tool.pathways.parts import parts_of
from lti_tool.store.models import Pathway
from tests.fixtures import publish
from tests.lti_tool.web.backpack.conftest import anna, janis, outside, stranger
from tests.lti_tool.web.operator.conftest import invited, join, new_browser
from tests.pathways import one_set, publish_pathway, templates

#: They are fixtures.
__all__ = ["anna", "invited", "janis", "join", "new_browser", "outside", "stranger"]


@pytest.fixture
def whole(web_tool):
    return publish(web_tool, name={"en": "The whole", "lv": "Kopums"})


@pytest.fixture
def pathway(web_tool, whole):
    """The id of a pathway of two parts, the ids of these, and those of their templates."""
    badges = templates(web_tool, "Part one", "Part two")
    pathway_id = publish_pathway(web_tool, whole, one_set(*badges))
    with web_tool.store.read() as session:
        parts = list(parts_of(read_tree(session.get_one(Pathway, pathway_id).draft)))
    return pathway_id, parts, badges
