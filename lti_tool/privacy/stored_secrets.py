"""Whatever is stored encrypted with KEY_ENCRYPTION_KEY, encrypted anew with another one."""

from __future__ import annotations

from datetime import datetime

from lti_tool.privacy import account_key
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from signing.encryption import KeyEncryptionKey


def encrypt_anew(
    session: Session, old: KeyEncryptionKey, new: KeyEncryptionKey, now: datetime, by: Actor
) -> int:
    """How many secrets were stored with `old` and are stored with `new` now, all of them in this transaction.

    A signing key in a device is none of them, and neither is one whose private part is lost.
    Raises DecryptionError where one is encrypted otherwise: then nothing may be committed.
    """
    count = 0
    for key in queries.issuers.keys_in_database(session):
        if key.vault_data is not None:
            key.vault_data = new.encrypt(old.decrypt(key.vault_data))
            count += 1
    for organisations in queries.organisations.keys_in_database(session):
        if organisations.vault_data is not None:
            organisations.vault_data = new.encrypt(old.decrypt(organisations.vault_data))
            count += 1
    for tool_key in queries.issuers.tool_key_rows(session):
        tool_key.encrypted_pem = new.encrypt(old.decrypt(tool_key.encrypted_pem))
        count += 1
    for access in queries.platforms.accesses_with_secrets(session):
        if access.encrypted_secrets is not None:
            access.encrypted_secrets = new.encrypt(old.decrypt(access.encrypted_secrets))
            count += 1
    for host in queries.hosts.hosts_with_secrets(session):
        if host.encrypted_secret is not None:
            host.encrypted_secret = new.encrypt(old.decrypt(host.encrypted_secret))
            count += 1
    for given in queries.hosts.accesses_with_tokens(session):
        if given.encrypted_tokens is not None:
            given.encrypted_tokens = new.encrypt(old.decrypt(given.encrypted_tokens))
            count += 1
    for ended in queries.hosts.ended_accesses(session):
        ended.encrypted_secret = new.encrypt(old.decrypt(ended.encrypted_secret))
        ended.encrypted_tokens = new.encrypt(old.decrypt(ended.encrypted_tokens))
        count += 2
    for pool in queries.feedback.every_pool(session):
        pool.encrypted_pending = new.encrypt(old.decrypt(pool.encrypted_pending))
        count += 1
    setting = queries.issuers.stored_setting(session, account_key.SETTING)
    if setting is not None:
        setting.value = new.encrypt(old.decrypt(setting.value.encode())).decode()
        count += 1
    events.record(
        session, "secrets_encrypted_anew", "installation", "", now, actor=by, data={"secrets": count}
    )
    return count
