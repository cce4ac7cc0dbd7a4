DROP TABLE domain_facts, validation_logs, validation_rules;
