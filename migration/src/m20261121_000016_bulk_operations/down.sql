DROP FUNCTION end_bulk_operations();
DROP TABLE contact_bulk_operations;
