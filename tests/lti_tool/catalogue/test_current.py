"""What is in the catalogue at a moment: read once, gone at once, and by many at the same time."""

from __future__ import annotations

from lti_tool.catalogue import listing
from lti_tool.store.models import CatalogueEntry, TemplateVersion
from tests.at_once import all_at_once
from tests.catalogue import ROOT, guided, offer
from tests.fixtures import add_another_issuer, publish, rows


def current(tool) -> set[str]:
    with tool.store.read() as session:
        offers = tool.offers.read(session, tool.issuers.all(session), tool.clock())
    return {each.template_id for each in offers}


def test_an_offer_is_made_once(tool, published):
    listed = offer(tool)
    assert current(tool) == {listed}
    kept = tool.offers._made
    assert current(tool) == {listed} and tool.offers._made is kept


def test_one_that_cannot_be_read_any_more_takes_no_other_with_it(tool, published):
    whole, broken = offer(tool), offer(tool)
    with tool.store.begin() as session:
        row = session.query(TemplateVersion).filter_by(template_id=broken).one()
        row.body = row.body | {"isced_f": "nonsense"}
    assert current(tool) == {whole}
    with tool.store.read() as session:
        candidates = listing.candidates(session, tool.issuers.first(session), tool.clock())
    assert {each.row.template_id for each in candidates} == {published, whole}


def test_an_entry_of_an_issuer_shows_nothing_of_anothers(tool, published):
    """As after a mistake in the database: a template is listed by its own issuer, or not at all."""
    template_id, other = publish(tool, **guided()), add_another_issuer(tool)
    with tool.store.begin() as session:
        session.add(CatalogueEntry(issuer_id=other.id, template_id=template_id, listed_at=tool.clock()))
    assert current(tool) == set()


def test_two_who_put_it_in_at_once_put_it_in_once(tool_on_postgres):
    tool = tool_on_postgres
    template_id = publish(tool, **guided())

    def put_in() -> None:
        with tool.store.begin() as session:
            listing.put_in(session, tool.issuers.first(session), template_id, tool.clock(), ROOT)

    all_at_once(*[put_in] * 4)
    assert len(rows(tool, CatalogueEntry)) == 1
    assert current(tool) == {template_id}
