-- An account for web and workers that reads and writes rows, and can neither change nor drop a table: the second of two
-- steps. The first, least-rights-role.sql, makes the account, as a superuser. This one has to be run as the account that
-- owns the database and runs the migrations: default privileges hold only for what the account makes that has set them,
-- so where another one sets them, web and workers cannot reach the tables of the next update.
--
-- Web and workers get DATABASE_URL with nozimite_app. Migrations need the owner: before the first start, and after each
-- update, run `python -m lti_tool migrate` with the owner's DATABASE_URL before web and workers are started.

-- Of tables that are there already, and of those that migrations will make. A sequence needs UPDATE for setval: an issuer
-- that is restored from its sheet goes on numbering its status lists where they ended.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO nozimite_app;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO nozimite_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nozimite_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO nozimite_app;
