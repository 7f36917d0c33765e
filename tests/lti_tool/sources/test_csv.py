"""Uploaded lists: what a file may look like, and what each row of it says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from lti_tool.sources.csv.rows import MOST_BYTES, MOST_ROWS, ListError, read_rows
from tests.fixtures import NOW

RIGA = ZoneInfo("Europe/Riga")
TABLE = "email,date,score\nanna@example.org,2026-11-01,85\n"


def read(content):
    return read_rows(content if isinstance(content, bytes) else content.encode(), RIGA, NOW)


def only(text, header="email;date;score"):
    (row,) = read(f"{header}\n{text}\n")
    return row


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\r"),
        "\n\n" + TABLE + "\n,,\n",
        "\ufeff" + TABLE,
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-be").join([b"\xfe\xff", b""]),
        TABLE.encode("utf-16-le"),
        TABLE.replace("anna@example.org", '"anna@example.org"'),
        'name,"E-mail",Date, Score \n"Bērziņa, Anna","ANNA@example.org ",2026-11-01,"85 %"\n',
        "Vārds;E-pasts;Datums;Rezultāts\nAnna Bērziņa;anna@example.org;01.11.2026;85,0\n".encode("cp1257"),
        "Vārds;E-pasts;Datums;Rezultāts\nAnna Bērziņa;anna@example.org;1.11.2026.;85%\n",
    ],
    ids=range(14),
)
def test_a_list_is_read_as_spreadsheets_write_it(content):
    (row,) = read(content)
    assert (row.email, row.problem, row.score) == ("anna@example.org", "", Decimal("0.85"))
    assert row.completed_at == datetime(2026, 11, 1, tzinfo=RIGA)


def test_a_row_is_known_by_its_line_in_the_file():
    found = read('email,date\n"a@example.org",2026-11-01\n\n"b\n@example.org",2026-11-01\nc@example.org,x\n')
    assert [(each.line, each.problem) for each in found] == [(2, ""), (5, ""), (6, "no_date")]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=RIGA)),
        ("2026-11-01 14:30", datetime(2026, 11, 1, 14, 30, tzinfo=RIGA)),
        ("2026-11-01T14:30:00Z", datetime(2026, 11, 1, 14, 30, tzinfo=UTC)),
        ("28.02.2026", datetime(2026, 2, 28, tzinfo=RIGA)),
        ("28. 2. 2026.", datetime(2026, 2, 28, tzinfo=RIGA)),
    ],
)
def test_a_date_is_read(text, at):
    assert only(f"a@example.org;{text};").completed_at == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "11/02/2026",
        "2026-02-30",
        "31.02.2026",
        "2026",
        "46327",
        "0001-01-01",
        "1900-01-01",
        "２０２６-11-01",
        "2026-11-01x",
        "=TODAY()",
        "NaN",
    ],
)
def test_a_date_that_cannot_be_read_is_said(text):
    assert only(f"a@example.org;{text};").problem == "no_date"


def test_a_completion_in_the_future_is_said():
    tomorrow = (NOW + timedelta(days=1)).date()
    assert only(f"a@example.org;{tomorrow};").problem == "future"


@pytest.mark.parametrize(
    ("text", "score"), [("", None), ("0", 0), ("100", 1), ("70,5", "0.705"), ("1", "0.01"), ("0.5%", "0.005")]
)
def test_a_score_is_a_percentage(text, score):
    row = only(f"a@example.org;2026-11-01;{text}")
    assert (row.problem, row.score) == ("", None if score is None else Decimal(score))


@pytest.mark.parametrize(
    "text", ["0,7", "101", "-1", "NaN", "inf", "1e2", "B+", "%", "８５", "85 100", "=1+1"]
)
def test_a_score_that_cannot_be_read_is_said_and_not_guessed(text):
    assert only(f"a@example.org;2026-11-01;{text}").problem == "no_score"


def test_formulas_are_text_and_cells_that_are_missing_are_empty():
    row = only('"=HYPERLINK(""https://evil.example"")";2026-11-01;')
    assert (row.email, row.problem) == ('=hyperlink("https://evil.example")', "")
    assert only(";2026-11-01;").problem == "nobody"
    assert only("a@example.org").problem == "no_date"
    assert only(f"{'a' * 256};2026-11-01;").problem == "too_long"


@pytest.mark.parametrize(
    "header", ["username", "User name", "Login", "login_id", "SIS Login ID", "Lietotājvārds", "LIETOTĀJVĀRDS"]
)
def test_a_username_is_compared_as_platforms_do(header):
    row = only("ANNA.BE\u0304RZIN\u0327A ;2026-11-01", header=f"{header};date")
    assert (row.username, row.email, row.user_id, row.problem) == ("anna.bērziņa", "", "", "")


def test_a_column_of_ids_is_none_of_usernames():
    row = only("7;2026-11-01", header="User ID;date")
    assert (row.user_id, row.username) == ("7", "")
    assert only(" ;2026-11-01", header="username;date").problem == "nobody"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * (MOST_BYTES + 1), "too_large"),
        ("email,date\n" + "a@example.org,2026-11-01\n" * (MOST_ROWS + 1), "too_many_rows"),
        ("email,date\n", "no_rows"),
        ("", "no_rows"),
        (b"\xff\xfe", "no_rows"),
        ("a@example.org,2026-11-01\n", "no_columns"),
        ("name,date\nAnna,2026-11-01\n", "no_columns"),
        ("email,name\nanna@example.org,Anna\n", "no_columns"),
        ("email,mail,date\na,b,2026-11-01\n", "column_twice"),
        ("username,login,date\na,b,2026-11-01\n", "column_twice"),
        ('email,date\n"anna@example.org,2026-11-01\n', "no_table"),
        (b"email,date\na\0b,2026-11-01\n", "no_table"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "no_table"),
        (b"PK\x03\x04" + bytes(range(256)), "no_table"),
        ("email,date\n" + "a" * 200_000 + ",2026-11-01\n", "no_table"),
        (b"\xff\xfea", "no_table"),
    ],
    ids=range(16),
)
def test_a_file_that_is_no_list_says_why(content, code):
    with pytest.raises(ListError) as caught:
        read(content)
    assert caught.value.code == code


def test_ten_thousand_rows_are_read():
    assert len(read("id,date\n" + "7,2026-11-01\n" * MOST_ROWS)) == MOST_ROWS
