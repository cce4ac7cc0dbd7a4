-- A contact that is restored after it was chosen to be purged can get another address before it is purged after all.
GRANT UPDATE (address_hash) ON purged_contacts TO canvass_app;
