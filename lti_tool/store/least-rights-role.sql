-- An account for web and workers that reads and writes rows, and can neither change nor drop a table: the first of two
-- steps, run in the database of the tool as a superuser. The second is least-rights.sql. README has both as typed.

CREATE ROLE nozimite_app LOGIN;
-- Before PostgreSQL 15 whoever connects may make tables here, and only a superuser can take that away.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO nozimite_app;
-- Before PostgreSQL 15 the schema is not the owner's either, who makes the tables.
DO $$ BEGIN
  EXECUTE format('GRANT CREATE, USAGE ON SCHEMA public TO %I',
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()));
END $$;
