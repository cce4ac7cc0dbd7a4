-- Simulated campaigns: what was asked for, so that the same events can be made again.

CREATE TABLE email_send_simulations (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    job_id uuid NOT NULL,
    simulation_config jsonb NOT NULL CHECK (jsonb_typeof(simulation_config) = 'object'),
    config_version smallint NOT NULL CHECK (config_version > 0),
    seed bigint NOT NULL CHECK (seed >= 0),
    start_at timestamptz NOT NULL,
    pace double precision CHECK (pace >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    updated_by uuid,
    version integer NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, campaign_id) REFERENCES campaigns (organization_id, id)
);
COMMENT ON COLUMN email_send_simulations.simulation_config IS 'whole: what was not asked for is as it was usual then';
COMMENT ON COLUMN email_send_simulations.config_version IS 'which words the configuration is written in';
COMMENT ON COLUMN email_send_simulations.start_at IS 'when the first mail goes out in the life that is played';
COMMENT ON COLUMN email_send_simulations.pace IS 'how many times as fast as life; null: all at once, in the past';
-- A campaign is carried out once, and so simulated once, whatever becomes of the simulation.
CREATE UNIQUE INDEX email_send_simulations_campaign_key ON email_send_simulations (organization_id, campaign_id);
SELECT protect_tenant_table('email_send_simulations');
GRANT SELECT, INSERT, UPDATE ON email_send_simulations TO canvass_app;

-- Whoever deletes a simulation lifts what it suppressed.
CREATE INDEX suppressions_simulation_idx ON suppressions (organization_id, source_id, id) WHERE source = 'simulation';

ALTER TABLE leads ADD COLUMN came_at timestamptz;
COMMENT ON COLUMN leads.came_at IS 'when the person showed interest; null: when the lead was made';
