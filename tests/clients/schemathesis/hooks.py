"""How schemathesis calls this API: as whom, on what, and which refusals it understands."""

from __future__ import annotations

import atexit
import json
import os
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from occasions import Occasions
from rules import is_rule
from schemathesis import AuthContext, Case, CheckContext, HookContext, Response
from schemathesis.core import NotSet
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from world import World, fresh, somewhere

WORLD = World(os.environ["CANVASS_URL"], os.environ["CANVASS_PASSWORD"], Path(os.environ["CANVASS_MAILS"]))
OCCASIONS = Occasions(WORLD)

# What is up to chance here, by the seed of the requests; calls that are alike must not all be treated alike.
CHANCE = random.Random(int(os.environ["SEED"]))

# Operations after which their caller is logged out, or gone, or somewhere: who calls them is not needed any more.
FAREWELLS = {
    "acceptInvitation",
    "changePassword",
    "deleteMe",
    "endOtherSessions",
    "endSession",
    "logout",
    "refreshSession",
}

# Of these there is one for the purpose; another could be what the calls themselves need.
ALWAYS = {"organization", "platform_user", "session"}

# What members of bodies name, by the names that parameters of paths have.
REFERENCES = {
    "active_version_id": "email_template_version",
    "assigned_team_id": "team",
    "assigned_user_id": "own_user",
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

# What no two things may have in common, and how something is made that none has.
UNIQUE: dict[str, Callable[[], str]] = {
    "domain": lambda: f"{fresh('domain')}.example.org",
    "email": lambda: f"{fresh('reader')}@example.org",
    "landing_page_slug": lambda: fresh("campaign"),
    "name": lambda: fresh("name"),
    "slug": lambda: fresh("organization"),
}
TAKEN: set[tuple[str, str, str]] = set()

# Operations that do not make anything, so that their bodies name what there is.
NAMING = {"login"}

# Problems whose `errors` say what is wrong.
GENERAL = {"invalid", "invalid-parameter", "campaign-not-ready"}

# How often each operation answered with which status; `reached.py` reads it.
ANSWERS: defaultdict[str, Counter[int]] = defaultdict(Counter)


@atexit.register
def tell_answers() -> None:
    """Leaves what was answered beside the report."""
    Path("answers.json").write_text(json.dumps(ANSWERS))


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


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """Leaves out what is not what it is made up as."""
    # A file may be empty, and no body cannot be told from one.
    return not (case.operation.definition.raw["operationId"] == "importContacts" and isinstance(case.body, NotSet))


@schemathesis.auth(refresh_interval=None)
class Credentials:
    """Calls as somebody who may."""

    def get(self, case: Case, context: AuthContext) -> str:
        """The access token of whoever may call the operation."""
        operation = case.operation.definition.raw
        if operation["operationId"] in FAREWELLS | {"readSession"}:
            return WORLD.passer_by().token
        if operation["operationId"] == "leaveOrganization":
            return WORLD.companion().token
        return (WORLD.platform if "/v1/platform/" in case.path else WORLD.owner).token

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        """Puts the token where the document says."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Most calls are about things that exist, and none is taken for a repetition of an earlier one."""
    if case.headers.get("Authorization") in WORLD.gone:
        case.headers["Authorization"] = f"Bearer {WORLD.passer_by().token}"
    # Whoever needs no credentials is counted by address.
    case.headers["X-Forwarded-For"] = somewhere(CHANCE)
    if case.meta is None:
        return
    if "Idempotency-Key" in case.headers and not case.meta.is_negative_at(ParameterLocation.HEADER):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if not case.meta.is_negative_at(ParameterLocation.PATH):
        for name in case.path_parameters:
            kind = f"platform_{name}" if "/v1/platform/" in case.path else name
            if kind in WORLD.makers and (kind in ALWAYS or CHANCE.random() < 0.9):
                case.path_parameters[name] = WORLD.the(kind)
    if not case.meta.is_negative_at(ParameterLocation.BODY):
        refer(case.body)
    if not case.meta.generation.mode.is_positive:
        return
    operation = case.operation.definition.raw["operationId"]
    if operation not in NAMING:
        distinguish(operation, case.body)
    refer(case.query)
    # No cursor can be made up.
    if CHANCE.random() < 0.8:
        case.query.pop("cursor", None)
    if CHANCE.random() < 0.9:
        if operation in OCCASIONS.paths:
            case.path_parameters.update(OCCASIONS.paths[operation]())
        if operation in OCCASIONS.bodies and isinstance(case.body, dict):
            case.body.update(OCCASIONS.bodies[operation]())


def refer(body: Any) -> None:
    """Lets most references in a body lead to something that exists."""
    if isinstance(body, list):
        for item in body:
            refer(item)
    if isinstance(body, dict):
        for name, value in body.items():
            if name in REFERENCES and value and CHANCE.random() < 0.8:
                thing = WORLD.the(REFERENCES[name])
                body[name] = [thing] if isinstance(value, list) else thing
            else:
                refer(value)


def distinguish(operation: str, body: Any) -> None:
    """Gives a thing of its own what another call of the operation gave to another thing already."""
    if not isinstance(body, dict):
        return
    for name in UNIQUE.keys() & body.keys():
        if isinstance(body[name], str):
            if (operation, name, body[name].lower()) in TAKEN:
                body[name] = UNIQUE[name]()
            TAKEN.add((operation, name, body[name].lower()))


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """What was ended is made anew."""
    operation = case.operation.definition.raw["operationId"]
    ANSWERS[operation][response.status_code] += 1
    if response.status_code >= 300:
        return
    if operation in FAREWELLS:
        WORLD.left()
    elif operation == "leaveOrganization":
        WORLD.parted()
    elif "/v1/platform/users/" in case.path and case.method != "GET":
        WORLD.forget({"platform_user"})
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


def place_of(fault: dict[str, Any]) -> str:
    """Where in the request a fault is."""
    return str(fault.get("pointer") or fault.get("parameter") or "")


@schemathesis.check
def refused_by_rules_alone(context: CheckContext, response: Response, case: Case) -> bool | None:
    """What the document allows is refused by rules alone that no schema can say."""
    allowed = case.meta is not None and case.meta.generation.mode.is_positive
    if not allowed or response.status_code not in (400, 422):
        return None
    problem = response.json()
    faults = problem["errors"] if problem["code"] in GENERAL else [problem]
    operation = case.operation.definition.raw["operationId"]
    codes = {code_of(fault) for fault in faults if not is_rule(operation, code_of(fault), place_of(fault))}
    if codes:
        raise RefusedWithoutRule(case.operation.label, sorted(codes))
    return None


class TakenWithoutReason(Failure):
    """An event that the document forbids was not refused with a reason, in a batch in which each event is by itself."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(operation=operation, title="Neither refused nor told why", message=message)


@schemathesis.check
def events_are_refused_one_by_one(context: CheckContext, response: Response, case: Case) -> bool | None:
    """An event that is refused keeps no other from being recorded: the batch is taken, and each tells why it is not."""
    if case.operation.definition.raw["operationId"] != "ingestEvents" or response.status_code != 200:
        return None
    items = response.json()["items"]
    if any((item["outcome"] == "refused") != bool(item["errors"]) for item in items):
        raise TakenWithoutReason(case.operation.label, "An event is refused without a reason, or taken with one")
    forbidden = case.meta is not None and case.meta.is_negative_at(ParameterLocation.BODY)
    if forbidden and all(item["outcome"] != "refused" for item in items):
        raise TakenWithoutReason(case.operation.label, "The document forbids an event, and all were taken")
    return None
