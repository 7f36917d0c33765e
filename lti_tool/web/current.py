"""The tool that the running application serves."""

from __future__ import annotations

from flask import Flask, current_app

from lti_tool.wiring import Tool

_KEY = "nozimite"


def install(app: Flask, tool: Tool) -> None:
    """Makes `tool` the one that the application serves."""
    app.extensions[_KEY] = tool


def tool_of(app: Flask) -> Tool:
    """The tool of an application."""
    tool: Tool = app.extensions[_KEY]
    return tool


def current_tool() -> Tool:
    """The tool of the application that answers the current request."""
    return tool_of(current_app)
