ALTER TABLE leads DROP COLUMN came_at;
DROP INDEX suppressions_simulation_idx;
DROP TABLE email_send_simulations;
