"""The key of the hashes that stay of erased people: random, made at the first start, and stored encrypted."""

from __future__ import annotations

import secrets
from datetime import datetime

from lti_tool.errors import NotFoundError
from lti_tool.store import Session, queries
from signing.encryption import KeyEncryptionKey

#: The name under which it is stored.
SETTING = "account key"


def account_key(session: Session, key_encryption_key: KeyEncryptionKey) -> bytes:
    """The 32 bytes of the key, as a start has stored them.

    Raises NotFoundError where no start has, DecryptionError as `ensure_account_key` does.
    """
    setting = queries.issuers.stored_setting(session, SETTING)
    if setting is None:
        raise NotFoundError("no key of accounts is stored: the tool was never started")
    return key_encryption_key.decrypt(setting.value.encode())


def ensure_account_key(session: Session, key_encryption_key: KeyEncryptionKey, now: datetime) -> bytes:
    """The 32 bytes of the key; made and stored where there are none yet.

    Raises DecryptionError where the key-encryption key is another than the one it was stored with.
    """
    setting = queries.issuers.stored_setting(session, SETTING)
    if setting is not None:
        return key_encryption_key.decrypt(setting.value.encode())
    key = secrets.token_bytes(32)
    queries.issuers.store_setting(session, SETTING, key_encryption_key.encrypt(key).decode(), now)
    return key
