DROP TABLE contact_words, suppressions, contact_list_counts, contact_list_members, contacts, contact_lists;
DROP FUNCTION contact_lexemes(text, jsonb);
DROP EXTENSION btree_gin;
