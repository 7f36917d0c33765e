"""What no line of ours calls: text run as a program, a shell, objects made of bytes, old hashes, weak dice."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures import ROOT

#: The demo is made for one machine, and its dice have to fall the same each time.
SOURCES = sorted(
    path
    for folder in ("signing", "badges", "config", "lti_tool")
    for path in (ROOT / folder).rglob("*.py")
    if "demo" not in path.parts
)
NEVER = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "pty.spawn"),
    *("pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open", "dill.loads"),
    *("yaml.load", "yaml.unsafe_load", "jsonpickle.decode"),
    *("sha1", "md5", "hashlib.new", "random.random", "random.randint", "random.choice", "random.Random"),
    *("tempfile.mktemp", "render_template_string", "jinja2.Template", "string.Template"),
    *("urlopen", "requests.get", "requests.post", "xml.etree.ElementTree.fromstring", "minidom.parseString"),
}
#: Older badges name their recipient by MD5; it is compared there with what was typed, and protects nothing.
EXCEPT = {("badges/verify/recipient.py", "md5")}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func)


def forbidden(tree: ast.AST) -> set[str]:
    """The calls of the list, by whatever module they are reached."""
    names = {name_of(call) for call in calls(tree)}
    return {name for name in names if name in NEVER or name.rpartition(".")[2].lower() in {"md5", "sha1"}}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_dangerous_is_called() -> None:
    assert len(SOURCES) > 300
    found = {
        (path.relative_to(ROOT).as_posix(), name) for path in SOURCES for name in forbidden(parsed(path))
    }
    assert found == EXCEPT


@pytest.mark.parametrize(
    "line", ["eval(x)", "pickle.loads(x)", "hashlib.md5(x)", "os.system(x)", "random.choice(x)"]
)
def test_the_search_finds_such_a_call(line: str) -> None:
    assert forbidden(ast.parse(line))


def test_a_process_is_started_with_a_list_of_words_and_no_shell() -> None:
    starts = [
        (path.relative_to(ROOT).as_posix(), call)
        for path in SOURCES
        for call in calls(parsed(path))
        if name_of(call).startswith("subprocess.") or name_of(call) == "Popen"
    ]
    assert [path for path, _ in starts] == ["lti_tool/bounded_process/__init__.py"]
    ((_, call),) = starts
    assert isinstance(call.args[0], ast.List) and "shell" not in {word.arg for word in call.keywords}


def is_constant(text: ast.expr) -> bool:
    """Whether it is one of our own: written out, a constant of a module, or put together from these."""
    if isinstance(text, ast.JoinedStr):
        return all(is_constant(part.value) for part in text.values if isinstance(part, ast.FormattedValue))
    return isinstance(text, ast.Constant) or (isinstance(text, ast.Name) and text.id.isupper())


def test_no_statement_for_the_database_is_put_together_from_what_somebody_sent() -> None:
    """SQLAlchemy binds values; texts are conditions of our own, and the name of a sequence that the database told."""
    put_together = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if "store" in path.parts
        for call in calls(parsed(path))
        if re.fullmatch(r"text|literal_column|(?:\w+\.)?exec_driver_sql", name_of(call))
        if not is_constant(call.args[0])
    }
    assert put_together == {"lti_tool/store/models/base.py", "lti_tool/store/table_copies.py"}
    assert not is_constant(ast.parse("f'WHERE name = {name}'", mode="eval").body)


def test_no_regular_expression_is_made_of_what_somebody_sent() -> None:
    """Each stands in the sources. What is put together there is put together when the module is imported."""
    made = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef)
        for call in calls(function)
        if re.fullmatch(r"re\.(?:compile|match|search|fullmatch|sub|split|findall|finditer)", name_of(call))
        if not is_constant(call.args[0])
    }
    assert made == set()


def test_no_weak_cipher_mode_or_padding_is_named() -> None:
    """What is encrypted is a Fernet token; PKCS #1 v1.5 is for signatures alone, of LTI, DKIM and seals by RSA keys."""
    imported = {
        (path.relative_to(ROOT).as_posix(), name.name)
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and "cryptography" in str(node.module)
        for name in node.names
    }
    names = {name for _, name in imported}
    assert "Fernet" in names and not {"Cipher", "modes", "algorithms", "ciphers", "aead"} & names
    padded = {path for path, name in imported if name in ("padding", "PKCS1v15")}
    signing = {"signing/signatures.py", "signing/seals/algorithms.py", "lti_tool/mails/dkim_key.py"}
    assert padded == signing
    assert not [
        path for path in padded for call in calls(parsed(ROOT / path)) if name_of(call).endswith("crypt")
    ]


def test_a_page_says_where_it_reads_a_parameter_from() -> None:
    """`request.values` takes it from the address or the form: only where LTI lets a platform choose between both."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lti_tool" / "web").rglob("*.py")
        if re.search(r"request\.values\b", path.read_text(encoding="utf-8"))
    }
    assert readers == {"lti_tool/web/platforms/launch.py", "lti_tool/web/platforms/registration_page.py"}


def test_scripts_run_no_text_and_write_none_as_markup_nor_keep_anything() -> None:
    scripts = sorted((ROOT / "lti_tool" / "web" / "static").glob("*.js"))
    assert len(scripts) > 10
    dangerous = re.compile(
        r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|"
        r"localStorage|sessionStorage|indexedDB|document\.cookie|__proto__|\.prototype\b"
    )
    assert [path.name for path in scripts if dangerous.search(path.read_text(encoding="utf-8"))] == []
    assert dangerous.search('page.innerHTML = "x"')
