"""The command line, `python -m lti_tool`: every group of commands, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from badges.errors import BadgeError
from config.errors import SettingsError
from lti_tool import __version__
from lti_tool.commands import (
    backups,
    badges,
    catalogue,
    courses,
    demo,
    doctor,
    europass,
    events,
    issuer,
    journal,
    keys,
    mail,
    operators,
    organisations,
    people,
    platforms,
    privacy,
    quality,
    sessions,
    templates,
    verify,
    vocabularies,
    work,
    worker,
)
from lti_tool.commands.shared import WORDS
from lti_tool.errors import ToolError

#: What a shell reports for a process that a signal has ended: 128 + SIGINT, 128 + SIGPIPE.
INTERRUPTED = 130
READER_GONE = 141


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="Nozimite", message="%(prog)s %(version)s")
def command_line() -> None:
    """Nozimite: whoever completes a course in Moodle or Canvas gets a signed Open Badge."""


def _with_words(command: click.Command) -> click.Command:
    """The command, and each below it, with the type WORDS for its texts."""
    for parameter in command.params:
        if parameter.type is click.STRING:
            parameter.type = WORDS
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _with_words(each)
    return command


for group in (
    backups,
    badges,
    catalogue,
    courses,
    demo,
    doctor,
    europass,
    events,
    issuer,
    journal,
    keys,
    mail,
    operators,
    organisations,
    people,
    platforms,
    privacy,
    quality,
    sessions,
    templates,
    verify,
    vocabularies,
    work,
    worker,
):
    for command in group.COMMANDS:
        command_line.add_command(_with_words(command))


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 not (a badge is not verified, a template does not pass), 2 unusable input.

    Errors that a person can mend are one sentence on the standard error.
    """
    try:
        words = list(sys.argv[1:] if arguments is None else arguments)
        # Not command_line.main(), which answers a closed pipe itself, and differently on each stream.
        with command_line.make_context("python -m lti_tool", words) as context:
            code = command_line.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except SettingsError as error:
        return _fail("\n".join(f"Settings: {problem}" for problem in error.problems))
    except (ToolError, BadgeError) as error:
        return _fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has had enough (`verify ... | head`). Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    return int(code or 0)


def _fail(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 2
