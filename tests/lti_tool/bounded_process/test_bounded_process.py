"""A hostile schema, PDF, ZIP or e-mail is given up in bounded time and memory, and says nothing about the badge."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from badges.containers import MAX_FILES
from badges.errors import NotBakedError, PictureError, SchemaError, SchemaTooCostlyError
from badges.rebuilt_svg.rendered import own_picture
from lti_tool import bounded_process
from tests.badges.pdf.pdf_files import pdf_with_catalog, pdf_with_names, stream

TEXT = '{"@context": [], "type": ["OpenBadgeCredential"], "name": "Āda"}'
#: A guard against "for ever", not a measurement.
soon = pytest.mark.timeout(150)


def branching(keyword: str, last: dict[str, Any]) -> dict[str, Any]:
    """60 definitions of which each refers to the next one twice: 2 to the power of 60 steps."""
    definitions: dict[str, Any] = {
        f"d{number}": {keyword: [{"$ref": f"#/$defs/d{number + 1}"}] * 2} for number in range(60)
    }
    return {"$ref": "#/$defs/d0", "$defs": definitions | {"d60": last}}


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


#: Each would be followed if what cannot be finished counted as "does not match".
COSTLY: dict[str, Any] = {
    "references that branch, in allOf": branching("allOf", {"type": "object"}),
    "references that branch, in anyOf": {"not": branching("anyOf", {"type": "string"})}
    | {"$defs": branching("anyOf", {"type": "string"})["$defs"]},
    "a regular expression that looks around": {
        "not": {"properties": {"name": {"pattern": "^(?=a)(a|aa)+\\1c$"}}}
    },
}


@soon
@pytest.mark.parametrize("case", COSTLY)
def test_a_schema_made_to_run_for_ever_is_given_up(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bounded_process, "LONGEST_SECONDS", 120
    )  # the limit of the processor's time comes first
    with pytest.raises(SchemaTooCostlyError):
        bounded_process.find_schema_breach({"name": "a" * 5_000 + "b"}, COSTLY[case])


CHEAP: dict[str, tuple[Any, Any, str | None]] = {
    "a regular expression that would backtrack": ({"pattern": "^(a+)+$"}, "a" * 5_000 + "b", "/value"),
    "many optional letters": ({"pattern": "^" + "a?" * 60 + "a" * 60 + "$"}, "a" * 60, None),
    "a long list of different values": ({"uniqueItems": True}, [{"n": n} for n in range(30_000)], None),
    "a long list with two equal ones": ({"uniqueItems": True}, [*range(30_000), 7.0], "/value"),
    "a circle of references": ({"$ref": "#/properties/value"}, 7, None),
    "a circle that branches": ({"anyOf": [{"$ref": "#/properties/value"}] * 2}, 7, None),
    "a schema of many levels": (nested(200), 7, None),
}


@soon
@pytest.mark.parametrize("case", CHEAP)
def test_what_only_looks_costly_is_applied(case: str) -> None:
    schema, value, breach = CHEAP[case]
    found = bounded_process.find_schema_breach({"value": value}, {"properties": {"value": schema}})
    assert found == breach


@soon
@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.org/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"pattern": "("},
        {"$schema": "https://example.org/rules"},
    ],
    ids=str,
)
def test_a_schema_that_cannot_be_applied_is_told_as_such(schema: Any) -> None:
    with pytest.raises(SchemaError) as refused:
        bounded_process.find_schema_breach({}, schema)
    assert not isinstance(refused.value, SchemaTooCostlyError)


@soon
def test_a_process_that_takes_too_long_by_the_clock_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_process, "LONGEST_SECONDS", 0.001)
    with pytest.raises(SchemaTooCostlyError):
        bounded_process.find_schema_breach({}, {})
    with pytest.raises(PictureError) as refused:
        bounded_process.attached_text(pdf_with_names(stream(TEXT.encode())))
    assert refused.value.code == "pdf_too_complex"


@soon
def test_a_system_without_another_process_checks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_process.sys, "executable", "/nowhere/python")
    with pytest.raises(SchemaTooCostlyError):
        bounded_process.find_schema_breach({}, {})


@soon
def test_a_pdf_is_read_as_without_limits() -> None:
    assert bounded_process.attached_text(pdf_with_names(stream(TEXT.encode()))).text == TEXT
    with pytest.raises(NotBakedError) as without:
        bounded_process.attached_text(pdf_with_names())
    assert without.value.code == "no_credential"
    other = TEXT.replace("Āda", "Anna").encode()
    with pytest.raises(PictureError) as two:
        bounded_process.attached_text(pdf_with_names(stream(TEXT.encode()), stream(other)))
    assert two.value.code == "two_credentials"


@soon
@pytest.mark.parametrize(
    "pdf",
    [
        pdf_with_catalog(b"", page=b"/AF[" + b"<</EF<</F 4 0 R>>>>" * 400_000 + b"]"),
        b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 400_000,
        b"%PDF-1.7\n" + b"<<" * 4_000_000,
        b"%PDF-1.7\nstartxref\n9\n%%EOF\n" + b"(" * 9_000_000,
    ],
    ids=["a long list", "many objects", "dictionaries in dictionaries", "an open text"],
)
def test_a_large_hostile_pdf_is_refused(pdf: bytes) -> None:
    with pytest.raises((PictureError, NotBakedError)) as refused:
        bounded_process.attached_text(pdf)
    assert refused.value.code in ("pdf_too_complex", "no_credential")


def test_the_process_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    environments: list[dict[str, str]] = []

    def record(*_command: Any, env: dict[str, str], **_more: Any) -> Any:
        environments.append(env)
        raise OSError

    monkeypatch.setenv("SECRET_KEY", "of this tool")
    monkeypatch.setattr(bounded_process.subprocess, "run", record)
    with pytest.raises(SchemaError):
        bounded_process.find_schema_breach({}, {})
    assert [set(environment) for environment in environments] == [{"PYTHONPATH"}]


def zipped(**files: str) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@soon
def test_files_are_unpacked_as_without_limits() -> None:
    (file,) = bounded_process.unpacked_files(zipped(badge=TEXT))
    assert (file.name, file.content.decode()) == ("badge", TEXT)
    (file,) = bounded_process.unpacked_files(b"MIME-Version: 1.0\n\n" + TEXT.encode())
    assert (file.name, file.content.decode()) == ("", TEXT)
    with pytest.raises(PictureError) as damaged:
        bounded_process.unpacked_files(zipped(badge=TEXT)[:-9])
    assert damaged.value.code == "cannot_unpack"


COSTLY_MAILS: dict[str, bytes] = {
    "a header of millions of parameters": b"Content-Type: multipart/mixed" + b";" * 3_000_000 + b"\n\n",
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 100_000,
    "parts in parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (number, number)
        for number in range(50_000)
    ),
    "empty lines": b"Content-Type: text/plain\n" + b"\n" * 4_900_000,
    "very many parts": b'Content-Type: multipart/mixed; boundary="a"\n\n' + b"--a\n\n" * 800_000,
}


@soon
@pytest.mark.parametrize("case", COSTLY_MAILS)
def test_a_mail_made_to_cost_is_given_up(case: str) -> None:
    try:
        files = bounded_process.unpacked_files(COSTLY_MAILS[case])
    except PictureError as refused:
        assert refused.code in ("cannot_unpack", "too_many_files")
    else:
        assert len(files) <= MAX_FILES


@soon
def test_a_process_that_is_ended_has_unpacked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_process, "LONGEST_SECONDS", 0.001)
    with pytest.raises(PictureError) as refused:
        bounded_process.unpacked_files(zipped(badge=TEXT))
    assert refused.value.code == "cannot_unpack"


def drawing(content: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{content}</svg>'.encode()


@soon
def test_an_svg_is_drawn_as_without_limits() -> None:
    file = drawing('<text>Hi</text><rect width="50" height="50" fill="teal"/>')
    picture = bounded_process.own_svg_picture(file)
    assert picture == own_picture(file)
    assert picture.left_out == ("text",)
    with pytest.raises(PictureError) as refused:
        bounded_process.own_svg_picture(drawing("<script/>"))
    assert refused.value.code == "svg_script"


_MASK = '<mask id="m{}" width="100" height="100"><rect width="100" height="100" fill="white" mask="url(#m{})"/></mask>'
COSTLY_DRAWINGS: dict[str, bytes] = {
    "style sheets without an end": drawing("<style>" + "a" * 600_000 + "</style>"),
    "open comments": drawing("<style>" + "/*" * 300_000 + "</style>"),
    "a path of half a megabyte": drawing('<path d="M0 0' + "l1 1" * 160_000 + '"/>'),
    "arcs": drawing('<path d="M0 0' + "a9 9 1 01.1.1" * 50_000 + '" stroke="red"/>'),
    "one long name": drawing(f"<{'baseline' * 80_000}/>"),
    "one long attribute": drawing(f'<g {"a" * 600_000}="1"/>'),
    "numbers": drawing('<polygon points="' + "1 " * 300_000 + '"/>'),
    "one long number": drawing(f'<rect width="{"1" * 600_000}" height="1"/>'),
    "one long colour": drawing(f'<rect width="9" height="9" fill="rgb({"1," * 300_000})"/>'),
    "functions": drawing(f'<g transform="{"scale(1)" * 80_000}"><rect width="9" height="9"/></g>'),
    "small dashes": drawing(
        '<path d="M0 0' + "L1000000 1000000L0 0" * 500 + '" stroke="red" stroke-dasharray="0.00001"/>'
    ),
    "masks of masks": drawing(
        "".join(_MASK.format(number, number + 1) for number in range(25))
        + '<mask id="m25"><rect width="100" height="100" fill="white"/></mask>'
        + '<rect width="100" height="100" mask="url(#m0)"/>' * 18
    ),
}


@soon
@pytest.mark.parametrize("case", COSTLY_DRAWINGS)
def test_an_svg_made_to_cost_is_drawn_or_given_up(case: str) -> None:
    try:
        picture = bounded_process.own_svg_picture(COSTLY_DRAWINGS[case])
    except PictureError as refused:
        assert refused.code in ("svg_too_complex", "svg_empty")
    else:
        assert len(picture.svg) <= 700_000


@soon
def test_an_svg_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_process, "LONGEST_SECONDS", 0.001)
    with pytest.raises(PictureError) as refused:
        bounded_process.own_svg_picture(drawing('<rect width="9" height="9"/>'))
    assert refused.value.code == "svg_too_complex"
