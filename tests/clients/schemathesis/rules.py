"""Refusals by rules that no schema can say: by their codes, for all operations and for single ones."""

RULES = {
    # What a text says.
    "blank",
    "control-character",
    "invalid-attribute",
    "invalid-condition",
    "invalid-cursor",
    "invalid-key",
    "invalid-name",
    "invalid-query",
    "line-break",
    "malformed-query",
    "password-too-common",
    "unknown-time-zone",
    # How fields agree with one another, and with the present.
    "contradictory",
    "empty-filter",
    "in-the-past",
    "invalid-range",
    "not-applicable",
    # What there is.
    "header-line",
    "imprint-required",
    "list-not-validated",
    "not-found",
    "sender-required",
    "unknown-column",
    "unknown-role",
    "unknown-value",
    "unknown-variable",
    "wrong-password",
}

# A member that is not known is refused in every object, but only the objects that requests alone are made of are closed:
# what answers are made of too stays open, since a later version may tell more.
OPEN_OBJECTS = {"unknown-field"}

# Answers are to the fields of a form.
ANSWERS = {"unknown-field"}

# What a field of a form demands depends on its type.
FORMS = OPEN_OBJECTS | {"required", "too-long"}

RULES_OF = {
    "addLeadResponse": ANSWERS,
    "createEmailTemplate": OPEN_OBJECTS,
    "createForm": FORMS,
    "createLead": ANSWERS | {"required"},
    "createOrganization": OPEN_OBJECTS,
    # A field that no form has, in the query.
    "exportLeads": {"unknown-field"},
    # The names of the parts of a form can be made up so that they are none.
    "importContacts": {"incomplete-body"},
    "listLeads": {"unknown-field"},
    "publishEmailTemplateVersion": OPEN_OBJECTS,
    "publishFormVersion": FORMS,
    "startImport": OPEN_OBJECTS,
    "updateImport": OPEN_OBJECTS,
    "updateOrganization": OPEN_OBJECTS,
    # An account is pending only until it is first used.
    "updateUser": {"not-settable"},
    "uploadContacts": {"incomplete-body"},
}
