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
    # A search without a word, such as one of marks alone.
    "required #/*q",
    "required q",
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
    # Addresses are measured in bytes, and a schema counts characters.
    "too-long #/*email*",
}

# A member that is not known is refused in every object, but only the objects that requests alone are made of are closed:
# what answers are made of too stays open, since a later version may tell more.
OPEN_OBJECTS = {"unknown-field"}

# Answers are to the fields of a form.
ANSWERS = {"unknown-field"}

# What a field of a form demands depends on its type.
FORMS = OPEN_OBJECTS | {"duplicate #/fields/*", "required", "too-long"}

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
    "createEmailTemplate": VARIABLES,
    "createForm": FORMS,
    "createLead": ANSWERS | {"required"},
    "createOrganization": OPEN_OBJECTS,
    "createSimulation": SIMULATIONS,
    # A field that no form has, in the query.
    "exportLeads": {"unknown-field"},
    # The names of the parts of a form can be made up so that they are none.
    "importContacts": {"incomplete-body"},
    "listLeads": {"unknown-field"},
    "publishEmailTemplateVersion": VARIABLES,
    "publishFormVersion": FORMS,
    "startImport": OPEN_OBJECTS,
    "updateImport": OPEN_OBJECTS,
    "updateOrganization": OPEN_OBJECTS,
    # An account is pending only until it is first used.
    "updateUser": {"not-settable"},
    "uploadContacts": {"incomplete-body"},
}


def is_rule(operation: str, code: str, place: str) -> bool:
    """Whether a refusal of what the document allows can be one by a rule."""
    rules = RULES | RULES_OF.get(operation, set())
    return code in rules or any(fnmatchcase(f"{code} {place}", rule) for rule in rules)
