DROP TABLE email_template_versions, email_templates;
