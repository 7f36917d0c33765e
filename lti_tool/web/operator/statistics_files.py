"""The yearly report for an authority: one ZIP with a table, the same for programs, and a document in each language."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from badges.pdf.tables import NumberTable, TablesContent, tables_document
from badges.template.model import text_in
from lti_tool.issuing.issuer import Issuer
from lti_tool.language import LANGUAGES, written_day
from lti_tool.statistics.lines import Lines, lines_of
from lti_tool.statistics.report import Report
from lti_tool.statistics.words import phrase
from lti_tool.web.spreadsheets import as_csv


def table_file(report: Report) -> str:
    """The report as a CSV file: codes for programs, and the names in every language beside them."""
    heading = [phrase("year", "en"), phrase("table_code", "en"), phrase("category_code", "en")]
    for language in LANGUAGES:
        heading += [phrase("table", language), phrase("category", language)]
    return as_csv([*heading, phrase("badges", "en")], _rows(report))


def archive(issuer: Issuer, report: Report, made_at: datetime, prepared_by: str) -> bytes:
    """The ZIP. Its numbers are those of the report; who prepared it stands in it and is kept nowhere."""
    name = f"statistics-{issuer.profile.slug}-{report.year}"
    about = {
        "institution": issuer.profile.name,
        "legal_name": dict(issuer.profile.legal_name),
        "registration": issuer.profile.registration,
        "made_at": made_at.isoformat(),
        "prepared_by": prepared_by,
        "how": {language: phrase("how", language) for language in LANGUAGES},
    }
    files = {
        f"{name}.csv": table_file(report).encode(),
        f"{name}.json": json.dumps(about | report.as_json(), ensure_ascii=False, indent=2).encode(),
    }
    for language in LANGUAGES:
        files[f"{name}-{language}.pdf"] = _document(issuer, report, made_at, prepared_by, language)
    return _zipped(files, made_at)


def _zipped(files: dict[str, bytes], made_at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, made_at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(info, content)
    return out.getvalue()


def _rows(report: Report) -> Iterator[Sequence[str]]:
    year = str(report.year)
    if report.total is None:
        return
    named = [name for language in LANGUAGES for name in (phrase("all", language), phrase("all", language))]
    yield (year, "all", "all", *named, str(report.total))
    for tables in zip(*(lines_of(report, language) for language in LANGUAGES), strict=True):
        for lines in zip(*(table.lines for table in tables), strict=True):
            names = [
                name for table, line in zip(tables, lines, strict=True) for name in (table.name, line.name)
            ]
            yield (year, tables[0].code, lines[0].code, *names, str(lines[0].badges))


def _document(issuer: Issuer, report: Report, made_at: datetime, prepared_by: str, language: str) -> bytes:
    institution = text_in(issuer.profile.legal_name, language) or issuer.profile.name
    facts = [
        (phrase("institution", language), institution),
        (phrase("registration", language), issuer.profile.registration or ""),
        (phrase("year", language), str(report.year)),
        (phrase("made_on", language), written_day(issuer.profile.day_of(made_at), language)),
        (phrase("prepared_by", language), prepared_by),
        (
            phrase("all", language),
            phrase("too_few", language) if report.total is None else str(report.total),
        ),
    ]
    content = TablesContent(
        title=phrase("title", language).format(year=report.year),
        author=institution,
        facts=[fact for fact in facts if fact[1]],
        tables=[_number_table(table, language) for table in lines_of(report, language)],
        how=phrase("how", language),
    )
    return tables_document(content, language, made_at)


def _number_table(table: Lines, language: str) -> NumberTable:
    return NumberTable(
        heading=table.name,
        rows=[(line.name, str(line.badges)) for line in table.lines],
        remark="" if table.lines else phrase("no_table", language),
    )
