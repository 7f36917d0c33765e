"""`python -m lti_tool demo`: the whole product and a small LMS on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from lti_tool.commands.shared import FILE


@click.command()
@click.option("--once", is_flag=True, help="Play the whole story without a person, then stop.")
@click.option("--out", type=FILE, metavar="DIR", help="Where --once leaves badges and mails.")
@click.option("--folder", type=FILE, default=Path("var/demo"), show_default=True, help="The demo's data.")
@click.option("--tool-port", type=int, default=8000, show_default=True)
@click.option("--lms-port", type=int, default=8001, show_default=True)
@click.option(
    "--listen", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="0.0.0.0 in a container."
)
def demo(*, once: bool, out: Path | None, folder: Path, tool_port: int, lms_port: int, listen: str) -> int:
    """Try the whole product here, with a small LMS.

    Both run in one process, and are used in a browser.
    """
    from lti_tool.commands import demo_once, demo_server

    if not once:
        return demo_server.serve_until_stopped(folder, tool_port, lms_port, listen)
    if out is None:
        raise click.UsageError("demo --once needs --out DIR")
    return demo_once.run_once(out)


COMMANDS = (demo,)
