DROP TABLE campaign_counts;
DROP TABLE campaign_contact_assignments;
DROP TABLE campaign_lists;
DROP TABLE campaigns;
