"""How schemathesis calls this API: as whom, on what, and which refusals it understands."""

from __future__ import annotations

import os
import random
import uuid
from typing import Any

import schemathesis
from rules import RULES, RULES_OF
from schemathesis import AuthContext, Case, CheckContext, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from world import World, somewhere

WORLD = World(os.environ["CANVASS_URL"], os.environ["CANVASS_PASSWORD"])

# Operations after which their caller is logged out, or gone: who calls them is not needed any more.
FAREWELLS = {"changePassword", "deleteMe", "endOtherSessions", "endSession", "logout"}

# Of these there is one for the purpose; another could be what the calls themselves need.
ALWAYS = {"organization", "platform_user", "session"}

# What members of bodies name, by the names that parameters of paths have.
REFERENCES = {
    "active_version_id": "email_template_version",
    "assigned_team_id": "team",
    "campaign_id": "campaign",
    "contact_id": "contact",
    "contact_ids": "contact",
    "email_template_version_id": "email_template_version",
    "form_id": "form",
    "form_version_id": "form_version",
    "list_id": "contact_list",
    "list_ids": "contact_list",
    "membership_id": "member",
    "membership_ids": "member",
    "role_id": "role",
}

# Problems whose `errors` say what is wrong.
GENERAL = {"invalid", "invalid-parameter", "campaign-not-ready"}


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Reads `x-itemSchema` as OpenAPI 3.2's `itemSchema`, so that the events of streams are checked as well."""
    for item in raw_schema["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for media in response.get("content", {}).values():
                    if "x-itemSchema" in media:
                        media["itemSchema"] = media.pop("x-itemSchema")
                        del media["schema"]


@schemathesis.auth(refresh_interval=None)
class Credentials:
    """Calls as somebody who may."""

    def get(self, case: Case, context: AuthContext) -> str:
        """The access token of whoever may call the operation."""
        operation = case.operation.definition.raw
        if operation["operationId"] in FAREWELLS | {"readSession"}:
            return WORLD.passer_by().token
        return (WORLD.platform if "/v1/platform/" in case.path else WORLD.owner).token

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        """Puts the token where the document says."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Most calls are about things that exist, and none is taken for a repetition of an earlier one."""
    chance = random.Random(repr((case.path, case.method, case.query, case.body)))
    if case.headers.get("Authorization") in WORLD.gone:
        case.headers["Authorization"] = f"Bearer {WORLD.passer_by().token}"
    # Whoever needs no credentials is counted by address.
    case.headers["X-Forwarded-For"] = somewhere(chance)
    if case.meta is None:
        return
    if "Idempotency-Key" in case.headers and not case.meta.is_negative_at(ParameterLocation.HEADER):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if not case.meta.is_negative_at(ParameterLocation.PATH):
        for name in case.path_parameters:
            kind = f"platform_{name}" if "/v1/platform/" in case.path else name
            if kind in WORLD.makers and (kind in ALWAYS or chance.random() < 0.9):
                case.path_parameters[name] = WORLD.the(kind)
    if not case.meta.is_negative_at(ParameterLocation.BODY):
        refer(case.body, chance)


def refer(body: Any, chance: random.Random) -> None:
    """Lets half of the references in a body lead to something that exists."""
    if isinstance(body, list):
        for item in body:
            refer(item, chance)
    if isinstance(body, dict):
        for name, value in body.items():
            if name in REFERENCES and value and chance.random() < 0.5:
                thing = WORLD.the(REFERENCES[name])
                body[name] = [thing] if isinstance(value, list) else thing
            else:
                refer(value, chance)


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """What was ended is made anew."""
    if response.status_code >= 300:
        return
    operation = case.operation.definition.raw["operationId"]
    if operation in FAREWELLS:
        WORLD.left()
    elif case.method == "DELETE" or operation.startswith(("delete", "remove", "revoke")):
        WORLD.forget(set(list(case.path_parameters)[-1:]))


class RefusedWithoutRule(Failure):
    """A request that the document allows was refused, and not by one of the rules that no schema can say."""

    def __init__(self, operation: str, codes: list[str]) -> None:
        super().__init__(
            operation=operation,
            title="Refused without a rule",
            message=f"The document allows the request; it was refused with {', '.join(codes)}",
        )

    @property
    def _unique_key(self) -> str:
        return self.message


def code_of(fault: dict[str, Any]) -> str:
    """The code of a fault; a text of blanks alone counts as empty, which schemas do not know."""
    blank = fault["code"] == "required" and fault["detail"].endswith(" is empty")
    return "blank" if blank else str(fault["code"])


@schemathesis.check
def refused_by_rules_alone(context: CheckContext, response: Response, case: Case) -> bool | None:
    """What the document allows is refused by rules alone that no schema can say."""
    allowed = case.meta is not None and case.meta.generation.mode.is_positive
    if not allowed or response.status_code not in (400, 422):
        return None
    problem = response.json()
    faults = problem["errors"] if problem["code"] in GENERAL else [problem]
    rules = RULES | RULES_OF.get(case.operation.definition.raw["operationId"], set())
    codes = sorted({code_of(fault) for fault in faults} - rules)
    if codes:
        raise RefusedWithoutRule(case.operation.label, codes)
    return None
