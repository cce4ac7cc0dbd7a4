-- Leaves a row of one tenant in each table that no operation of the API fills yet. A table that has operations
-- is filled by the travellers instead. Ids follow from the tenant's letter.
BEGIN;
SELECT unit('canvass_app', '{organization}', 30000);
COMMIT;
