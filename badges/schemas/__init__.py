"""Our own JSON Schemas: of the extension, which demands the 11 mandatory EU elements where the extension puts them,
and of recognition packs."""

from __future__ import annotations

from pathlib import Path

#: JSON Schema draft 2019-09, served beside the JSON-LD context of the extension.
EXTENSION_SCHEMA = Path(__file__).parent / "eu-micro-credential-v1.schema.json"
#: Where every site serves the one of packs, whose id is the same everywhere. Another form has another number.
PACK_SCHEMA_PATH = "/schemas/recognition-pack/1.json"
PACK_SCHEMA = Path(__file__).parent / "recognition-pack-1.schema.json"
