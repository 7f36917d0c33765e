"""Backups: everything of the database in one file, taken while the tool runs, and put back into an empty database.

The file is a ZIP: a line of JSON a row for each table, the settings without secrets, and a manifest, which is sealed by
the tool's SECRET_KEY. It can be restored on SQLite and on PostgreSQL, whichever it was taken from. Secrets are not in
it: private keys are in it as they are stored, encrypted by KEY_ENCRYPTION_KEY, without which nobody can use them.

* archive   the file: writing, checking and reading it
* restoring an empty database filled from it
"""
