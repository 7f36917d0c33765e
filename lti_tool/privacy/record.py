"""The record of processing: what each table keeps of whom, why and how long; read from `record.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

#: What erasure does with a table's rows about a person: it deletes them; takes out what is about them; keeps a keyed
#: hash in place of what names them; or keeps them, because they hold numbers and codes only.
Erasure = Literal["deleted", "emptied", "hashed", "kept"]
#: How much a column has to be protected: what opens something, what is about a person, and all else.
Level = Literal["secret", "personal", "internal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of data: the usual legal basis (a paragraph of the GDPR), its period, who gets it."""

    name: str
    basis: str
    kept: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecord:
    """What a table keeps. `kind` is None where it is about nobody; `record.toml` explains the lists of columns.

    `theirs_until`: a column; while a row has nothing there, it is seen by the person it is about and by no issuer.
    """

    name: str
    kind: Kind | None
    whose: str | None
    of: str | None
    personal: tuple[str, ...]
    typed: tuple[str, ...]
    secret: tuple[str, ...]
    staff: tuple[str, ...]
    plain: tuple[str, ...]
    erasure: Erasure | None
    theirs_until: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is declared."""
        return self.personal + self.typed + self.secret + self.staff + self.plain


@cache
def record_of_processing() -> Mapping[str, TableRecord]:
    """The record of each table, by its name."""
    data = _read("record.toml")
    kinds = {
        name: Kind(name=name, basis=kind["basis"], kept=kind["kept"], receivers=tuple(kind["receivers"]))
        for name, kind in data["kinds"].items()
    }
    return {name: _table(name, table, kinds) for name, table in data["tables"].items()}


@cache
def secret_columns() -> Mapping[str, str]:
    """The columns of level `secret`, as `table.column`, each with how it is stored: encrypted, hashed or keyed."""
    return {column: how for how, columns in _read("record.toml")["levels"].items() for column in columns}


def level_of(table: TableRecord, column: str) -> Level:
    """How much a column of the table has to be protected."""
    if f"{table.name}.{column}" in secret_columns():
        return "secret"
    return "personal" if column in table.personal + table.typed + table.secret + table.staff else "internal"


@cache
def words_of_record(language: str) -> Mapping[str, Any]:
    """The sentences about the kinds of data, their periods, bases and receivers, in that language."""
    return _read(f"{language}.toml")


def _table(name: str, table: Mapping[str, Any], kinds: Mapping[str, Kind]) -> TableRecord:
    lists = {each: tuple(table.get(each, ())) for each in ("personal", "typed", "secret", "staff", "plain")}
    return TableRecord(
        name=name,
        kind=kinds[table["kind"]] if "kind" in table else None,
        whose=table.get("whose"),
        of=table.get("of"),
        erasure=table.get("erasure"),
        theirs_until=table.get("theirs_until"),
        **lists,
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
