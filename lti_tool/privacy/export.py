"""Export of a person: a ZIP with all that the record of processing names, made while it is sent.

Nobody else is in it: who acted is told as a role, and what stands for somebody else's account is left out.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from lti_tool.backpack.files import kept_files
from lti_tool.issuing.baking import bake_badge
from lti_tool.language import LANGUAGES
from lti_tool.prior_learning.portfolio import file_name
from lti_tool.privacy.issuer_share import share_of
from lti_tool.privacy.record import TableRecord, record_of_processing, words_of_record
from lti_tool.publishing.publisher import Publisher
from lti_tool.publishing.zip_stream import Outlet
from lti_tool.store import Session, queries
from lti_tool.values import Json


def export_of(publisher: Publisher, person_ids: Sequence[int], now: datetime) -> Iterator[bytes]:
    """The ZIP, piece by piece: one row and one badge are in memory, whatever there is.

    Of several people, who are one person on several platforms, each has a folder.
    """
    return _export(publisher, person_ids, _Wanted(), now)


def export_of_issuer(publisher: Publisher, issuer_id: str, person_id: int, now: datetime) -> Iterator[bytes]:
    """The ZIP with what of the person is that issuer's, and nothing of another one of the installation.

    What the person alone sees (`theirs_until` of the record) is counted there, and not told.

    Raises NotFoundError for somebody who is none of its people.
    """
    with publisher.store.read() as session:
        share = share_of(session, issuer_id, person_id)
    return _export(publisher, [person_id], _Wanted(issuer_id=issuer_id, with_home=share.is_home), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Whose rows are in the export: of one issuer, or of all (None).

    `with_home`: also what is of the issuer on whose platforms the person is.
    """

    issuer_id: str | None = None
    with_home: bool = True


def _export(
    publisher: Publisher, person_ids: Sequence[int], wanted: _Wanted, now: datetime
) -> Iterator[bytes]:
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for language in LANGUAGES:
            words = words_of_record(language)["export"]
            _write(archive, f"README-{language}.txt", f"{words['title']}\n{words['text']}".encode(), now)
        for person_id in person_ids:
            folder = "" if len(person_ids) == 1 else f"{person_id}/"
            with archive.open(_info(f"{folder}data.json", now), "w") as file:
                for text in _data(publisher, person_id, wanted, now):
                    file.write(text.encode())
                    if piece := outlet.take():
                        yield piece
            for name, content in _badges(publisher, person_id, wanted):
                _write(archive, f"{folder}badges/{name}", content, now)
                yield outlet.take()
            for item_id, name in _portfolio(publisher, person_id, wanted):
                # A file may have 20 MB: part by part.
                with archive.open(_info(f"{folder}portfolio/{name}", now), "w") as file:
                    for part in _parts(publisher, item_id):
                        file.write(part)
                        if piece := outlet.take():
                            yield piece
            if wanted.with_home:
                for name, content in kept_files(publisher, [person_id]):
                    _write(archive, f"{folder}badges/{name}", content, now)
                    yield outlet.take()
    yield outlet.take()


def _write(archive: zipfile.ZipFile, name: str, content: bytes, now: datetime) -> None:
    archive.writestr(_info(name, now), content, zipfile.ZIP_DEFLATED)


def _info(name: str, now: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, now.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _data(publisher: Publisher, person_id: int, wanted: _Wanted, now: datetime) -> Iterator[str]:
    """One JSON object, written row by row: when it was made, and for each table what it keeps, why, and its rows."""
    words = words_of_record("en")["kinds"]
    yield f'{{"exported_at": {json.dumps(now.isoformat())}, "person": {person_id}, "tables": {{'
    separator = ""
    with publisher.store.read() as session:
        for table in record_of_processing().values():
            if table.kind is None or table.whose is None:
                continue
            about = words[table.kind.name]
            head = json.dumps({"what": about["what"], "why": about["why"]}, ensure_ascii=False)[:-1]
            yield f'{separator}\n{json.dumps(table.name)}: {head}, "rows": ['
            left_out = 0
            if wanted.with_home or table.of != "home":
                left_out = yield from _rows(session, table, table.whose, person_id, wanted)
            yield f'], "for_the_person_alone": {left_out}}}' if left_out else "]}"
            separator = ","
    yield "}}\n"


def _rows(
    session: Session, table: TableRecord, whose: str, person_id: int, wanted: _Wanted
) -> Generator[str, None, int]:
    """The rows of the table; how many of them are left out, because they are for the person alone."""
    separator, left_out = "", 0
    columns = (*table.personal, *table.typed, *table.staff)
    only = None
    if wanted.issuer_id is not None and table.of not in (None, "home"):
        only = queries.personal_data.OfIssuer(issuer_id=wanted.issuer_id, path=table.of)
    for row in queries.personal_data.rows_about(session, table.name, whose, columns, person_id, only):
        if wanted.issuer_id is not None and table.theirs_until and row[table.theirs_until] is None:
            left_out += 1
            continue
        told = {name: _value(row[name]) for name in (*table.personal, *table.typed)}
        told |= _actors(table, row, person_id)
        yield f"{separator}\n  {json.dumps(told, ensure_ascii=False)}"
        separator = ","
    return left_out


def _actors(table: TableRecord, row: Mapping[str, Any], person_id: int) -> Json:
    """Who acted, as a role: `you`, or `staff` for whoever else."""
    if table.whose == "event":
        is_theirs = (row["actor_kind"], row["actor"]) == ("person", str(person_id))
        roles = {"person": "staff", "operator": "staff", "approver": "staff"}
        return {"by": "you" if is_theirs else roles.get(row["actor_kind"], row["actor_kind"])}
    told: Json = {}
    for name in table.staff:
        value = row[name]
        if isinstance(value, list):
            told[name] = len(value)
        elif value is not None and value != "":
            told[name] = "you" if value == person_id else "staff"
    return told


def _value(value: Any) -> Any:
    """The value as JSON. What a decision says of a teacher who confirmed is a role too."""
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case dict():
            return {name: "staff" if name == "by" else _value(each) for name, each in value.items()}
        case list():
            return [_value(each) for each in value]
        case _:
            return value


def _portfolio(publisher: Publisher, person_id: int, wanted: _Wanted) -> Sequence[tuple[int, str]]:
    """The ids of what has bytes in the person's portfolios, each with the name of its file."""
    with publisher.store.read() as session:
        return [
            (item.id, f"{item.application_id}-{item.id}-{file_name(item)}")
            for row in queries.prior_learning.of_people(session, [person_id])
            if wanted.issuer_id in (None, row.issuer_id)
            for item in row.items
            if item.sha256
        ]


def _parts(publisher: Publisher, item_id: int) -> Iterator[bytes]:
    with publisher.store.read() as session:
        yield from queries.prior_learning.contents(session, item_id)


def _badges(publisher: Publisher, person_id: int, wanted: _Wanted) -> Iterator[tuple[str, bytes]]:
    """The files of the person's badges: of one that is revoked or was replaced the signed JSON alone."""
    with publisher.store.read() as session:
        ids = queries.removed_credentials.ids_of_person(session, person_id)
    for credential_id in ids:
        with publisher.store.read() as session:
            row = queries.credentials.credential(session, credential_id)
            if row is None or wanted.issuer_id not in (None, row.issuer_id):
                continue
            files = [(f"{row.id}.json", row.text.encode())]
            if row.revoked_at is None:
                files.append(
                    (f"{row.id}.png", bake_badge(publisher.issuers.of(session, row.issuer_id), row).png)
                )
        yield from files
