-- One deed on every contact that a filter lets through. Which contacts are meant and what changes about them may be
-- personal: it stands here and not with the job, and is nulled with the end.

CREATE TABLE contact_bulk_operations (
    organization_id uuid NOT NULL REFERENCES organizations (organization_id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('delete', 'update', 'add_to_list', 'remove_from_list')),
    list_id uuid,
    filter jsonb,
    changes jsonb,
    matched bigint NOT NULL,
    changed bigint NOT NULL,
    unchanged bigint NOT NULL,
    refused bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'cancelled', 'failed')),
    error text,
    finished_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, list_id) REFERENCES contact_lists (organization_id, id),
    CONSTRAINT outcomes_sum_up CHECK (matched = changed + unchanged + refused),
    CONSTRAINT nothing_personal_is_kept CHECK (
        status IN ('pending', 'running') OR filter IS NULL AND changes IS NULL)
);
COMMENT ON COLUMN contact_bulk_operations.id IS 'also the id of its job';
COMMENT ON COLUMN contact_bulk_operations.filter IS 'which contacts are meant; personal, null once it has ended';
COMMENT ON COLUMN contact_bulk_operations.changes IS 'what changes about them; personal, null once it has ended';
CREATE INDEX contact_bulk_operations_open_idx ON contact_bulk_operations (organization_id, id)
    WHERE status IN ('pending', 'running');
SELECT protect_tenant_table('contact_bulk_operations');
GRANT SELECT, INSERT, UPDATE ON contact_bulk_operations TO canvass_app;

-- Hourly: what nobody could wind up after its job had ended before its time. Who still may comes first, and can tell why
-- the job ended.
CREATE POLICY platform ON contact_bulk_operations FOR ALL TO canvass_platform USING (true) WITH CHECK (true);
GRANT SELECT (organization_id, id, status), UPDATE (filter, changes, status, finished_at)
    ON contact_bulk_operations TO canvass_platform;
CREATE FUNCTION end_bulk_operations() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ended bigint;
BEGIN
    UPDATE contact_bulk_operations b
    SET filter = NULL, changes = NULL, status = j.status, finished_at = j.finished_at
    FROM job_queue j
    WHERE j.organization_id = b.organization_id AND j.id = b.id
        AND j.status IN ('completed', 'cancelled', 'failed') AND j.wind_ups_left = 0
        AND b.status IN ('pending', 'running');
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;
GRANT EXECUTE ON FUNCTION end_bulk_operations() TO canvass_platform;
