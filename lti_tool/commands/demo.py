"""`python -m lti_tool demo`: the whole product and a small LMS on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import click

from lti_tool.commands.shared import FILE

PORT = click.IntRange(0, 65_535)


@click.command()
@click.option("--once", is_flag=True, help="Play the whole story without a person, then stop.")
@click.option("--out", type=FILE, metavar="DIR", help="Where --once leaves badges and mails.")
@click.option(
    "--folder", type=FILE, help="The demo's data.  [default: var/demo; with --once, removed at the end]"
)
@click.option(
    "--product",
    type=click.Choice(["moodle", "canvas"]),
    default="moodle",
    show_default=True,
    help="What the LMS behaves like.",
)
@click.option("--empty", is_flag=True, help="Begin with empty courses, to do it all by hand.")
@click.option("--tool-port", type=PORT, help="[default: 8000; with --once, any free port]")
@click.option("--lms-port", type=PORT, help="[default: 8001; with --once, any free port]")
@click.option(
    "--listen", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="0.0.0.0 in a container."
)
def demo(
    *,
    once: bool,
    out: Path | None,
    folder: Path | None,
    product: Literal["moodle", "canvas"],
    empty: bool,
    tool_port: int | None,
    lms_port: int | None,
    listen: str,
) -> int:
    """Try the whole product here, with a small LMS.

    Both run in one process, and are used in a browser. One of two courses is in full swing at the beginning. Of the
    settings, those that say how badges are signed are used; the demo refuses those that it has to choose itself.
    """
    from lti_tool.commands import demo_once, demo_server

    if once and out is None:
        raise click.UsageError("demo --once needs --out DIR")
    if out is not None and not once:
        raise click.UsageError("--out is for demo --once")
    if once and product != "moodle":
        raise click.UsageError("demo --once plays in Moodle")
    if once and folder is not None and folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"demo --once starts from nothing: --folder {folder} is not empty")
    if refused := demo_server.refused_settings(os.environ):
        raise click.UsageError(f"the demo chooses these settings itself; unset them: {', '.join(refused)}")
    ports = (0, 0) if once else (8000, 8001)
    sockets = demo_server.open_sockets(
        ports[0] if tool_port is None else tool_port, ports[1] if lms_port is None else lms_port, listen
    )
    if out is not None:
        return demo_once.run_once(out, folder, sockets, os.environ)
    usual = Path("var/demo" if product == "moodle" else f"var/demo-{product}")
    serve = demo_server.serve_until_stopped if empty else demo_server.serve_in_full_swing
    return serve(folder or usual, sockets, os.environ, product)


COMMANDS = (demo,)
