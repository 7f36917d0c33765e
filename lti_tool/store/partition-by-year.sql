-- Splits the two tables that only ever grow, events and observations, into a part for each year. PostgreSQL only.
-- Run it once, while no process of the tool is running:
--
--   psql --single-transaction -f lti_tool/store/partition-by-year.sql nozimite
--
-- It makes the parts from the year of the oldest row to ten years from now. What is later goes to a part called _default.
-- Run again, it does nothing. A year more: CREATE TABLE event_2040 PARTITION OF event FOR VALUES FROM (...) TO (...).
-- Awards, credentials and deliveries stay whole: that there is one of each is said by unique indexes over all years.

DO $$
DECLARE
    first_year integer;
    whole text;
    moment text;
    parts record;
    indexes text[];
    statement text;
BEGIN
    FOR whole, moment IN VALUES ('event', 'at'), ('observation', 'seen_at') LOOP
        CONTINUE WHEN (SELECT relkind = 'p' FROM pg_class WHERE oid = whole::regclass);
        EXECUTE format('ALTER TABLE %I RENAME TO %I', whole, whole || '_before');
        EXECUTE format(
            'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS, PRIMARY KEY (id, %I)) PARTITION BY RANGE (%I)',
            whole, whole || '_before', moment, moment
        );
        EXECUTE format('SELECT extract(year FROM coalesce(min(%I), now())) FROM %I', moment, whole || '_before')
        INTO first_year;
        FOR year IN first_year .. extract(year FROM now())::integer + 10 LOOP
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                whole || '_' || year, whole, make_date(year, 1, 1), make_date(year + 1, 1, 1)
            );
        END LOOP;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', whole || '_default', whole);
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', whole, whole || '_before');
        EXECUTE format(
            'ALTER SEQUENCE %s OWNED BY %I.id', pg_get_serial_sequence(whole || '_before', 'id'), whole
        );
        FOR parts IN
            SELECT conname, pg_get_constraintdef(oid) AS said
            FROM pg_constraint WHERE conrelid = (whole || '_before')::regclass AND contype = 'f'
        LOOP
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', whole, parts.conname, parts.said);
        END LOOP;
        SELECT array_agg(replace(pg_get_indexdef(indexrelid), whole || '_before', whole)) INTO indexes
        FROM pg_index WHERE indrelid = (whole || '_before')::regclass AND NOT indisprimary;
        EXECUTE format('DROP TABLE %I', whole || '_before');
        FOREACH statement IN ARRAY indexes LOOP
            EXECUTE statement;
        END LOOP;
    END LOOP;
END
$$;
