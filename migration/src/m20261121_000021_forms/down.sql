DROP TABLE form_fields, form_versions, forms;
