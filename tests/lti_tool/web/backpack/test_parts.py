"""A list of large badges is given in parts of a size, by as many statements whatever is in it."""

from __future__ import annotations

from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.backpack import kept_badge
from tests.lti_tool.web.backpack.conftest import PRIVATE, identifier
from tests.lti_tool.web.backpack.program import links_of


@contextmanager
def counted():
    """The statements that are executed meanwhile."""
    seen = []

    def note(*given):
        seen.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def keep(tool, person_id, numbers, size=0, **members):
    """Keeps a badge of that size for each number."""
    with tool.store.begin() as session:
        for number in numbers:
            text = f'{{"n":{number},"a":"{"x" * size}"}}'
            session.add(
                kept_badge(
                    person_id,
                    tool.clock(),
                    identity=f"{number:064}",
                    text=text,
                    subject={"identifier": identifier(PRIVATE)},
                    **members,
                )
            )


def test_a_part_ends_at_a_size_and_the_next_one_goes_on_from_there(inside, anna, web_tool):
    keep(web_tool, anna, range(12), size=400_000)
    h = {"Authorization": f"Bearer {inside.tokens['access_token']}"}
    given, address, lengths = [], "/ims/ob/v3p0/credentials?limit=100", []
    while address:
        answer = inside.own.get(address, headers=h)
        lengths.append(len(answer.data))
        given += [each["n"] for each in answer.json["credential"]]
        assert answer.headers["X-Total-Count"] == "12"
        links = links_of(answer)
        assert list(links)[:2] == ["first", "last"]
        address = links.get("next")
    assert given == list(range(12)) and len(lengths) == 3 and max(lengths) < 2_500_000


def test_one_that_is_larger_than_a_part_is_given_alone(inside, anna, web_tool, monkeypatch):
    monkeypatch.setattr("lti_tool.backpack.collection.MOST_BYTES", 10)
    keep(web_tool, anna, range(3))
    h = {"Authorization": f"Bearer {inside.tokens['access_token']}"}
    answer = inside.own.get("/ims/ob/v3p0/credentials?limit=2", headers=h)
    assert len(answer.json["credential"]) == 1 and links_of(answer)["next"].endswith("offset=1")


def test_the_statements_are_as_many_for_many_badges_as_for_one(inside, outside, anna, web_tool):
    keep(web_tool, anna, [0], brought_by="gone-0")
    h = {"Authorization": f"Bearer {inside.tokens['access_token']}"}

    def statements():
        with counted() as seen:
            assert inside.own.get("/ims/ob/v3p0/credentials?limit=100", headers=h).status_code == 200
            assert outside.get("/my").status_code == 200
        return len(seen)

    statements()
    before = statements()
    for number in range(1, 9):
        keep(web_tool, anna, [number], brought_by=f"gone-{number}")
    assert statements() == before
