-- An account for web and workers that reads and writes rows, and can neither change nor drop a table. Run it once, as the
-- owner of the database, before the first start; then set the password:
--
--   psql DATABASE -f lti_tool/store/least-rights.sql
--   \password nozimite_app
--
-- Web and workers get DATABASE_URL with nozimite_app. Migrations need the owner: before the first start, and after each
-- update, run `python -m lti_tool migrate` with the owner's DATABASE_URL before web and workers are started.

CREATE ROLE nozimite_app LOGIN;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO nozimite_app;
-- Of tables that are there already, and of those that migrations will make.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO nozimite_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO nozimite_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nozimite_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO nozimite_app;
