"""What a badge will say is read once for all who open its page, and anew once anything of it changes."""

from dataclasses import replace

from lti_tool.publishing.announced import announced_readings
from lti_tool.store.models import TemplateVersion
from tests.fixtures import publish


def texts(readings):
    return [each for reading in readings for value in reading.values for each in value.values()]


def test_the_elements_are_read_anew_only_where_something_of_them_has_changed(tool):
    publish(tool)
    with tool.store.read() as session:
        row = session.query(TemplateVersion).one()
        issuer = tool.issuer
        kept = announced_readings(issuer, row, "en")
        assert announced_readings(issuer, row, "en") is kept
        assert announced_readings(issuer, row, "lv") is not kept
        profile = replace(issuer.profile, country="EE")
        moved = replace(issuer, version_id=issuer.version_id + 1, profile=profile)
        assert texts(announced_readings(moved, row, "en")) != texts(kept)
        assert announced_readings(issuer, row, "en") is kept
        row.body = row.body | {"name": {"en": "Another title"}}
        assert texts(announced_readings(issuer, row, "en")) != texts(kept)
        session.rollback()
