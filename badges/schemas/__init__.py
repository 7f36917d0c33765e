"""The JSON Schema of our extension, which demands the 11 mandatory EU elements where the extension puts them."""

from __future__ import annotations

from pathlib import Path

#: JSON Schema draft 2019-09, served beside the JSON-LD context of the extension.
EXTENSION_SCHEMA = Path(__file__).parent / "eu-micro-credential-v1.schema.json"
