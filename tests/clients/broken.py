"""Documents that break one rule each, made of the one that breaks none.

Each is called after the rule, which is the one that has to find it: `rule@what_is_broken.json`.
"""

import copy
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Document = dict[str, Any]


def login(document: Document) -> Document:
    """The operation that every document has."""
    operation: Document = document["paths"]["/v1/sessions"]["post"]
    return operation


def wrong_example(document: Document) -> None:
    """An example that is not what it is an example of."""
    document["components"]["schemas"]["LoginRequest"]["example"]["email"] = 7


def null_that_is_not_allowed(document: Document) -> None:
    """An example with null where there is none."""
    document["components"]["schemas"]["LoginRequest"]["example"]["password"] = None


def no_operation_id(document: Document) -> None:
    """An operation that has no name."""
    del login(document)["operationId"]


def no_description(document: Document) -> None:
    """An operation that is not described."""
    del login(document)["description"]


def no_refusals(document: Document) -> None:
    """An operation of which it is not said how it refuses."""
    responses = login(document)["responses"]
    for status in [status for status in responses if status.startswith("4")]:
        del responses[status]


def plain_error(document: Document) -> None:
    """A refusal that is not told as a problem."""
    content = login(document)["responses"]["401"]["content"]
    content["application/json"] = content.pop("application/problem+json")


def unknown_tag(document: Document) -> None:
    """A tag that is not described."""
    login(document)["tags"] = ["Unheard of"]


def broken_reference(document: Document) -> None:
    """A reference that leads nowhere."""
    login(document)["responses"]["201"]["content"]["application/json"]["schema"]["$ref"] += "s"


def not_said_who_may(document: Document) -> None:
    """An operation of which it is not said what credentials it needs."""
    del login(document)["security"]


BREAKS: list[tuple[str, Callable[[Document], None]]] = [
    ("no-invalid-schema-examples", wrong_example),
    ("no-invalid-schema-examples", null_that_is_not_allowed),
    ("operation-operationId", no_operation_id),
    ("operation-description", no_description),
    ("operation-4xx-response", no_refusals),
    ("operation-4xx-problem-details-rfc7807", plain_error),
    ("operation-tag-defined", unknown_tag),
    ("no-unresolved-refs", broken_reference),
    ("security-defined", not_said_who_may),
]


def main(source: str, target: str) -> None:
    """Writes a document per break."""
    whole = json.loads(Path(source).read_text())
    for rule, break_it in BREAKS:
        document = copy.deepcopy(whole)
        break_it(document)
        Path(target, f"{rule}@{break_it.__name__}.json").write_text(json.dumps(document))


if __name__ == "__main__":
    main(*sys.argv[1:])
