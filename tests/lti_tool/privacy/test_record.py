"""The record of processing names every table and column, and says of each what is about people."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from lti_tool.language import LANGUAGES
from lti_tool.privacy.periods import PERIODS
from lti_tool.privacy.record import (
    level_of,
    record_of_processing,
    secret_columns,
    words_of_record,
)
from lti_tool.store.models import Base

TABLES = {table.name: table for table in Base.metadata.sorted_tables}


def test_every_table_and_column_is_declared_once():
    record = record_of_processing()
    assert record.keys() == TABLES.keys()
    for name, table in TABLES.items():
        declared = Counter(record[name].columns)
        assert declared == Counter(column.name for column in table.columns), name


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_about_people_says_whose_its_rows_are_and_what_becomes_of_them(name):
    table = record_of_processing()[name]
    if table.kind is None:
        assert not (table.whose or table.erasure or table.personal or table.typed or table.secret), name
        refers = [
            column
            for column in TABLES[name].columns
            for key in column.foreign_keys
            if key.column.table.name == "person"
        ]
        assert refers == [], f"{name} names people"
        return
    assert table.erasure in ("deleted", "emptied", "hashed", "kept")
    assert table.kind.kept in PERIODS


def test_a_table_about_people_says_whose_issuers_its_rows_are():
    for name, table in record_of_processing().items():
        assert (table.of is not None) == (table.whose is not None), name
        for path in table.of.split(" or ") if table.of not in (None, "home") else ():
            column, *_, last = [TABLES[name].columns[path.split(".")[0]], *path.split(".")]
            assert last == "issuer_id" and column is not None, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words_in_every_language(language):
    words = words_of_record(language)
    kinds = {table.kind.name: table.kind for table in record_of_processing().values() if table.kind}
    assert words["kinds"].keys() == kinds.keys()
    assert all(set(each) == {"what", "why"} for each in words["kinds"].values())
    assert words["periods"].keys() == set(PERIODS)
    assert words["bases"].keys() == {kind.basis for kind in kinds.values()}
    assert words["receivers"].keys() == {each for kind in kinds.values() for each in kind.receivers}


#: Names of columns that hold what opens something, or what it was made of.
OPENS_SOMETHING = re.compile(
    r"(^|_)(pem|vault_data|encrypted|seed|(token|ticket|code|password)(_hash)?)(_|$)"
)
#: What has such a name and opens nothing: addresses of platforms, and for whom their tokens are.
OPENS_NOTHING = {
    "registration.auth_token_url",
    "registration.token_audience",
    "wallet_offer.asks_code",
    "wallet_offer.token_expires_at",
    "host_access.token_ends_at",
}


def test_whatever_opens_something_is_a_secret_and_stored_as_one():
    columns = {f"{name}.{column.name}": column for name, table in TABLES.items() for column in table.columns}
    named = {name for name, column in columns.items() if OPENS_SOMETHING.search(column.name)} - OPENS_NOTHING
    assert named <= secret_columns().keys() <= columns.keys()
    for name, how in secret_columns().items():
        if how == "hashed":
            assert name.endswith("_hash") and columns[name].type.length == 64, name
        if how == "keyed":
            assert name.endswith("seed"), name


def test_a_level_follows_for_every_column_and_asks_for_what_is_done():
    for name, table in record_of_processing().items():
        for column in table.columns:
            level = level_of(table, column)
            # A secret of a person is not exported, and what is about a person has a period and an erasure.
            if level == "secret":
                assert column in (table.secret if table.kind else table.plain), (name, column)
            if level == "personal":
                assert table.kind is not None and table.erasure is not None, (name, column)
    assert level_of(record_of_processing()["person"], "email") == "personal"
    assert level_of(record_of_processing()["course"], "title") == "internal"
    assert level_of(record_of_processing()["share_link"], "seed") == "secret"
