"""What has to be done once more after a backup is restored: erasures, revocations, suspensions and their ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.store.models.base import Base, index_where

#: Of many entries few wait. A query names the condition with these very words, or the index is not taken.
UNWRITTEN = "position IS NULL"


class JournalEntry(Base):
    """An entry of the journal, made in the transaction of the act; a job writes it to the file that is kept apart.

    `kind`: erased, erased_by_issuer (what one issuer had of somebody), status_set, status_cleared, details_withheld,
    share_link_ended, program_ended, host_access_ended, key_retired, key_compromised; of operators role_taken,
    passkey_removed, operator_disabled, operator_enabled, operator_erased; of organisations organisation_closed,
    endorsement_revoked, endorsement_hidden, endorse_link_ended, member_removed; answers_refused, by a share link.
    `data` holds keyed hashes of accounts, codes, times, and ids that name nobody.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (index_where("ix_journal_entry_unwritten", "id", UNWRITTEN),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    position: Mapped[int | None] = mapped_column(unique=True)
    """Which line of the file it is, from 1; None until it is written there."""
