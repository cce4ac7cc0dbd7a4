DROP FUNCTION purge_uploads(timestamptz);
DROP TABLE contact_import_seen, contact_import_left, contact_import_touches, contact_import_rejections,
    contact_import_chunks, contact_imports;
