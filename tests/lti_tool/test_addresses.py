"""Every public address, below a path as well as at the root of a host."""

import pytest

from lti_tool.addresses import Addresses


@pytest.mark.parametrize("tool_url", ["https://badges.example.org", "https://example.org:8443/badges"])
def test_urls_begin_with_the_tools_own(tool_url):
    addresses = Addresses(tool_url=tool_url, issuer_slug="riga-college", extension_url=tool_url)
    for address in (
        addresses.issuer,
        addresses.keys,
        addresses.extension_context,
        addresses.extension_schema,
        addresses.credential("c"),
        addresses.badge_page("c"),
        addresses.achievement("t", 1),
        addresses.picture("t", 1),
        addresses.status_list(1),
    ):
        assert address.startswith(tool_url + "/")


def test_the_schema_is_served_beside_the_context():
    addresses = Addresses(
        tool_url="https://badges.example.org",
        issuer_slug="riga-college",
        extension_url="https://badges.example.org",
    )
    assert addresses.extension_context.rpartition("/")[0] == addresses.extension_schema.rpartition("/")[0]
