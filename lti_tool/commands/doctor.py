"""`python -m lti_tool doctor`: what is wrong with the installation, and how it is mended."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import click

from lti_tool.commands.shared import language_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_tool.doctor.findings import Diagnosis

Status = Literal["ok", "warning", "broken"]
#: As monitors such as Nagios read them.
EXIT_CODES: Mapping[Status, int] = {"ok": 0, "warning": 1, "broken": 2}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@language_option
def doctor(*, as_json: bool, language: str) -> int:
    """Say what is wrong with the installation, and how to mend it. Nothing is changed.

    Settings, files, database, background work, what the world sees at TOOL_URL, mail, platforms, issuers and clocks are
    looked at, within a minute. The exit code is 0 where everything is well, 1 where there are warnings alone, 2 where
    something is broken.
    """
    from lti_tool.doctor import examine
    from lti_tool.doctor.installation import World, found_installation
    from lti_tool.logs import set_up_logs

    # To the standard error: the standard output is the answer.
    set_up_logs("json", logging.ERROR)
    installation = found_installation(os.environ, World())
    found = examine(installation, language=language)
    installation.close()
    if as_json:
        report = {"status": status(found), "findings": [each.as_json() for each in found]}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(map(_paragraph, found)) or "Nothing is wrong.")
    return EXIT_CODES[status(found)]


def status(found: Sequence[Diagnosis]) -> Status:
    """How bad the worst of them is; `ok` where there are none."""
    return min((each.severity for each in found), default="ok", key=("broken", "warning").index)


def _paragraph(each: Diagnosis) -> str:
    return f"{each.severity.upper():7}  {each.code}\n  {each.what}\n  -> {each.mend}"


COMMANDS = (doctor,)
