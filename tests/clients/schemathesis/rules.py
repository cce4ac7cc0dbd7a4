"""Refusals by rules that no schema can say: by their codes, for all operations and for single ones.

Where a code is a rule's at some places alone, those stand behind it, with `*` for anything.
"""

from fnmatch import fnmatchcase

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
    "address-column",
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

# A search without a word, such as one of marks alone.
SEARCHES = {"required q"}
FILTERS = {"required #/filter/q"}

# Addresses of contacts are measured in bytes, and a schema counts characters.
ADDRESS = {"too-long #/email"}
ADDRESSES = {"too-long #/emails/*"}

# Answers are to the fields of a form, which says which of them are needed.
ANSWERS = {"required #/answers/*", "unknown-field #/answers"}

# A lead is made of a contact, of answers to a form that is named, or of both.
LEADS = ANSWERS | {"required #/contact_id", "required #/form_id"}

# What a field of a form demands depends on its type: a consent a text, the others a label, which is shorter, and a choice
# options.
FORMS = OPEN_OBJECTS | {
    "duplicate #/fields/*",
    "required #/fields/*/field_label",
    "required #/fields/*/validation_rules/options",
    "required #/fields/*/validation_rules/options/*/label",
    "invalid-option #/fields/*/validation_rules/options/*/value",
    "too-long #/fields/*/field_label",
    "too-long #/fields/*/validation_rules/options/*/label",
}

# No two have one name.
VARIABLES = OPEN_OBJECTS | {"duplicate #/variables/*/name"}

# How chances and delays agree with one another, and the start with the present.
SIMULATIONS = {
    "out-of-range #/config/click_rate",
    "out-of-range #/config/delays/*/scale_seconds",
    "out-of-range #/config/machine_*_share",
    "out-of-range #/config/unsubscribe_rate",
    "out-of-range #/start_at",
}

RULES_OF = {
    "addLeadResponse": ANSWERS,
    "addMatchingContactsToList": FILTERS,
    "createContact": ADDRESS,
    "createEmailTemplate": VARIABLES,
    "createForm": FORMS,
    "createLead": LEADS,
    "createOrganization": OPEN_OBJECTS,
    "createSimulation": SIMULATIONS,
    "deleteMatchingContacts": FILTERS,
    "exportContacts": SEARCHES,
    # A field that no form has, in the query.
    "exportLeads": {"unknown-field"},
    # The names of the parts of a form can be made up so that they are none.
    "importContacts": {"incomplete-body"},
    "listContacts": SEARCHES,
    "listLeads": {"unknown-field"},
    "lookUpSuppressions": ADDRESSES,
    "publishEmailTemplateVersion": VARIABLES,
    "publishFormVersion": FORMS,
    "removeMatchingContactsFromList": FILTERS,
    "saveContacts": {"too-long #/items/*/email"},
    "startImport": OPEN_OBJECTS,
    "suppressAddresses": ADDRESSES,
    "updateContact": ADDRESS,
    "updateImport": OPEN_OBJECTS,
    "updateMatchingContacts": FILTERS,
    "updateOrganization": OPEN_OBJECTS,
    # An account is pending only until it is first used.
    "updateUser": {"not-settable"},
    "uploadContacts": {"incomplete-body"},
}


def is_rule(operation: str, code: str, place: str) -> bool:
    """Whether a refusal of what the document allows can be one by a rule."""
    rules = RULES | RULES_OF.get(operation, set())
    return code in rules or any(fnmatchcase(f"{code} {place}", rule) for rule in rules)
