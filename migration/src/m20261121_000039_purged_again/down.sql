REVOKE UPDATE (address_hash) ON purged_contacts FROM canvass_app;
