"""`python -m lti_tool platforms moodle-plugin`: a ZIP that Moodle installs, with the plugin's files and no others."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile

import pytest

from lti_tool.platforms import claims, completions
from lti_tool.platforms.moodle_plugin_archive import FOLDER, moodle_plugin_archive
from lti_tool.platforms.tool_configuration import MOODLE_CUSTOM
from tests.lti_tool.commands.test_commands import environment, run

__all__ = ["environment", "run"]

#: Every file, so that neither a stray one is shipped nor one forgotten.
FILES = (
    "LICENSE",
    "README.md",
    "classes/local/learners.php",
    "classes/local/notices.php",
    "classes/local/own_badges.php",
    "classes/local/progress_page.php",
    "classes/local/refusal.php",
    "classes/local/resources/completions.php",
    "classes/local/resources/handlers.php",
    "classes/local/resources/messages.php",
    "classes/local/resources/resource.php",
    "classes/local/service/nozimite.php",
    "classes/observer.php",
    "classes/privacy/provider.php",
    "classes/task/send_notice.php",
    "db/events.php",
    "db/messages.php",
    "db/uninstall.php",
    "lang/en/ltiservice_nozimite.php",
    "lang/lv/ltiservice_nozimite.php",
    "lib.php",
    "mybadges.php",
    "version.php",
)
#: What is opened in a browser: by whoever is logged in, and by no guest.
PAGES = ("mybadges.php",)
PHP = tuple(name for name in FILES if name.endswith(".php"))


def read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def strings(language: str) -> dict[str, str]:
    """The sentences of a language file by name."""
    found = re.findall(
        r"^\$string\['([\w:]+)'\] = '(.*?)';$",
        read(f"lang/{language}/ltiservice_nozimite.php"),
        flags=re.MULTILINE | re.DOTALL,
    )
    return dict(found)


def test_the_command_writes_the_files_of_the_plugin_in_one_folder(run, tmp_path):
    file = tmp_path / "nozimite.zip"
    code, output, error = run("platforms", "moodle-plugin", "--out", str(file))
    assert (code, output) == (0, "")
    assert "Install plugins" in error
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"nozimite/{name}" for name in FILES]
        for name in FILES:
            assert archive.read(f"nozimite/{name}") == (FOLDER / name).read_bytes()


def test_the_command_says_where_it_cannot_write(run, tmp_path):
    code, _, error = run("platforms", "moodle-plugin", "--out", str(tmp_path / "missing" / "nozimite.zip"))
    assert (code, "cannot be written" in error) == (2, True)


def test_the_same_files_make_the_same_bytes(monkeypatch, tmp_path):
    copy = tmp_path / "moodle_plugin"
    shutil.copytree(FOLDER, copy, copy_function=shutil.copyfile)
    for path in copy.rglob("*.php"):
        path.chmod(0o600)
    first = moodle_plugin_archive()
    monkeypatch.setattr("lti_tool.platforms.moodle_plugin_archive.FOLDER", copy)
    assert moodle_plugin_archive() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}


@pytest.mark.parametrize("name", PHP)
def test_php_reads_every_file(name):
    php = shutil.which("php")
    if php is None:
        pytest.skip("PHP is not installed (Debian's php-cli)")
    done = subprocess.run([php, "-n", "-l", FOLDER / name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[:1]) == (
        0,
        [f"No syntax errors detected in {FOLDER / name}"],
    )


@pytest.mark.parametrize("name", PHP)
def test_every_file_of_php_has_the_licence_that_moodle_asks_for_and_prints_nothing(name):
    text = read(name)
    assert text.startswith("<?php\n// This file is part of ltiservice_nozimite")
    assert "either version 3 of the License, or\n// (at your option) any later version." in text
    assert " * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later\n */\n" in text
    assert "?>" not in text
    # A file that does more than declare a class must not answer when it is called by its address, but for a page.
    if name in PAGES:
        assert text.index("\nrequire_login(null, false);\n") < text.index("own_badges::")
        return
    declares = re.search(r"^(abstract )?(class|function) ", text, flags=re.MULTILINE)
    assert declares or "defined('MOODLE_INTERNAL') || die();" in text


def test_the_folder_has_the_text_of_its_licence():
    assert "GNU GENERAL PUBLIC LICENSE" in read("LICENSE")
    assert "Version 3, 29 June 2007" in read("LICENSE")


def test_moodle_is_told_name_and_versions():
    version = read("version.php")
    assert "$plugin->component = 'ltiservice_nozimite';" in version
    assert "$plugin->requires  = 2024100700;" in version
    assert "$plugin->supported = [405, 501];" in version
    assert re.search(r"^\$plugin->version   = \d{10};$", version, flags=re.MULTILINE)


def test_both_languages_say_the_same_and_leave_the_same_places_open():
    english, latvian = strings("en"), strings("lv")
    assert sorted(english) == sorted(latvian)
    for name, sentence in english.items():
        places = re.findall(r"\{\$a(?:->\w+)?\}", sentence)
        assert sorted(re.findall(r"\{\$a(?:->\w+)?\}", latvian[name])) == sorted(places), name
        assert latvian[name] != sentence


def test_every_sentence_is_used_and_every_used_one_exists():
    code = "".join(read(name) for name in PHP if not name.startswith("lang/"))
    called = set(re.findall(r"(?:get_string\(|moodle_exception\()\s*'(\w+)', 'ltiservice_nozimite'", code))
    called |= set(re.findall(r"'(privacy:metadata[\w:]*)'", code))
    # A help button shows two; Moodle itself shows the name of each message.
    called |= {f"{name}_help" for name in re.findall(r"addHelpButton\([^,]+, '(\w+)'", code)}
    called |= {
        f"messageprovider:{name}"
        for name in re.findall(r"^    '(\w+)' => \[$", read("db/messages.php"), re.M)
    }
    assert called == set(strings("en"))


def test_plugin_and_tool_name_the_same_things():
    service = read("classes/local/service/nozimite.php")
    assert f"SCOPE_READ = '{completions.SCOPE}'" in service
    assert "$" + re.findall(r"VARIABLE = '([\w.]+)'", service)[0] in MOODLE_CUSTOM.values()
    assert f"PAGE = '{claims.PAGE}'" in service
    assert f"MY_BADGES = '{claims.MY_BADGES}'" in service
    assert f"'{completions.MEDIA_TYPE}'" in read("classes/local/resources/completions.php")


def test_the_plugin_has_no_table_and_keeps_no_person():
    assert not (FOLDER / "db" / "install.xml").exists()
    code = "".join(read(name) for name in PHP)
    written = re.findall(r"\$DB->((?:insert|update|delete|set)_\w+|execute)\(\s*'?(\w*)", code)
    assert written == [("set_field", "task_adhoc"), ("delete_records_list", "lti_types_config")]
