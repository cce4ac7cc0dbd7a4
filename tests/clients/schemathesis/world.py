"""An organization with one of everything, so that made-up requests meet something that exists."""

from __future__ import annotations

import contextlib
import json
import random
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

Id = str
Json = dict[str, Any]


# What a mail says.
MAIL: Json = {"subject": "News", "html_content": "<p>News</p>"}

# What does not go when something else goes.
INDEPENDENT = {"entry", "member", "platform_entry", "platform_user", "session"}


class Refused(Exception):
    """The server did not do what the preparation needs."""


class Caller:
    """Somebody with a session."""

    def __init__(self, base: str, email: str, password: str) -> None:
        self.base = base
        self.email = email
        self.token = ""
        login = self.send("POST", "/v1/sessions", {"email": email, "password": password})
        self.token = login["access_token"]
        self.refresh_token: str = login["refresh_token"]
        self.session: Id = login["session_id"]
        self.user: Id = login["user_id"]
        # Where it is a member of the organization, as what.
        self.membership: Id = ""

    def send(self, method: str, path: str, body: Json | bytes | None = None) -> Json:
        """Sends one request; what is not a success is an error of the preparation."""
        headers = {"X-Forwarded-For": somewhere(random.Random())}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data: bytes | None = None
        if isinstance(body, bytes):
            data, headers["Content-Type"] = body, "text/csv"
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path}: {error.read().decode()}") from error
        return json.loads(text) if text else {}


class World:
    """What there is, by the names that parameters of paths have; what is used up is made anew."""

    def __init__(self, base: str, password: str, mails: Path) -> None:
        self.base = base
        self.password = password
        self.mails = mails
        self.owner = Caller(base, "owner@demo.example", password)
        self.platform = Caller(base, "platform@demo.example", password)
        self.mailable: Id | None = None
        self.organization = self.found()
        self.lock = threading.RLock()
        self.passing: Caller | None = None
        self.accompanying: Caller | None = None
        self.invitations: dict[str, str] = {}
        # The credentials of those who left; calls were made up before that.
        self.gone: set[str] = set()
        self.things: dict[str, Id] = {"organization": self.organization}
        self.makers: dict[str, Callable[[], Id]] = {
            "api_key": lambda: self.make("api-keys", {"name": fresh("Key"), "scopes": ["team.view"]}),
            "campaign": self.campaign,
            "contact": lambda: self.make("contacts", {"email": f"{fresh('reader')}@example.org"}),
            "contact_list": lambda: self.make("contact-lists", {"name": fresh("List")}),
            "email_template": lambda: self.make("email-templates", {"name": fresh("News")} | MAIL),
            "email_template_version": lambda: self.make(f"email-templates/{self.the('email_template')}/versions", MAIL),
            "own_user": lambda: self.owner.user,
            "older_version": lambda: str(
                self.owner.send("GET", self.path(f"email-templates/{self.the('email_template')}"))["active_version_id"]
            ),
            "entry": lambda: self.first("audit-entries"),
            "form": lambda: self.make(
                "forms",
                {
                    "name": fresh("Form"),
                    "fields": [{"field_key": "email", "field_label": "Address", "field_type": "email"}],
                },
            ),
            "form_version": lambda: self.first(f"forms/{self.the('form')}/versions"),
            "import": self.import_,
            "invitation": lambda: self.make(
                "invitations", {"email": f"{fresh('guest')}@example.org", "role_id": self.first("roles")}
            ),
            "job": lambda: (self.the("import"), self.first("jobs"))[1],
            "lead": lambda: self.make("leads", {"contact_id": self.the("contact")}),
            "member": lambda: self.first("members"),
            "role": lambda: self.make("roles", {"name": fresh("Role"), "permissions": ["team.view"]}),
            "session": lambda: self.passer_by().session,
            "simulation": lambda: self.make(f"campaigns/{self.campaign()}/simulations", {"seed": 1}),
            "suppression": self.suppression,
            "team": lambda: self.make("teams", {"name": fresh("Team")}),
            "team_member": lambda: self.make(
                f"teams/{self.the('team')}/members", {"membership_id": self.the("member")}
            ),
            "platform_entry": lambda: str(self.platform.send("GET", "/v1/platform/audit-entries")["items"][0]["id"]),
            "platform_user": lambda: self.sign_up("somebody").user,
            "view": lambda: self.make("lead-views", {"name": fresh("View"), "query": "status=new"}),
        }
        self.makers["organization"] = lambda: self.organization

    def the(self, kind: str) -> Id:
        """The id of the thing of this kind, made where there is none."""
        with self.lock:
            if kind not in self.things:
                self.things[kind] = self.makers[kind]()
            return self.things[kind]

    def forget(self, kinds: set[str]) -> None:
        """Makes what is of these kinds, and all that may stand on it, anew when it is asked for next."""
        with self.lock:
            if "organization" in kinds:
                self.organization = self.found()
                self.mailable = None
                self.accompanying = None
                self.invitations.clear()
                kinds = set(self.things)
            if "member" in kinds:
                self.accompanying = None
            for kind in self.things.keys() - INDEPENDENT | kinds:
                self.things.pop(kind, None)
            self.things["organization"] = self.organization

    def left(self) -> None:
        """The passer-by is gone."""
        with self.lock:
            if self.passing is not None:
                self.gone.add(f"Bearer {self.passing.token}")
                self.invitations.pop(self.passing.email, None)
            self.passing = None
            self.things.pop("session", None)

    def passer_by(self) -> Caller:
        """Somebody who signed up and belongs nowhere; the same one until they left."""
        with self.lock:
            if self.passing is None:
                self.passing = self.sign_up("passer-by")
            return self.passing

    def companion(self) -> Caller:
        """A second member of the organization, who owns nothing; the same one until they are gone."""
        with self.lock:
            if self.accompanying is None:
                caller = self.sign_up("companion")
                caller.send("POST", "/v1/invitations/accept", {"token": self.invitation_for(caller)})
                members = self.owner.send("GET", self.path("members?limit=200"))["items"]
                caller.membership = next(str(it["id"]) for it in members if it["user_id"] == caller.user)
                self.accompanying = caller
            return self.accompanying

    def parted(self) -> None:
        """The companion is no member any more."""
        with self.lock:
            self.accompanying = None

    def sign_up(self, word: str) -> Caller:
        """Somebody with an account of their own."""
        email = f"{fresh(word)}@example.org"
        account = {"email": email, "password": self.password, "display_name": word}
        self.owner.send("POST", "/v1/users", account)
        return Caller(self.base, email, self.password)

    def invitation_for(self, caller: Caller) -> str:
        """The token of an invitation, which stands in a mail alone; the same one until the person is gone."""
        with self.lock:
            if caller.email not in self.invitations:
                roles = self.owner.send("GET", self.path("roles?limit=200"))["items"]
                role = next(it["id"] for it in roles if it["template_key"] == "viewer")
                self.make("invitations", {"email": caller.email, "role_id": role})
                self.invitations[caller.email] = self.token_in_mail_to(caller.email)
            return self.invitations[caller.email]

    def token_in_mail_to(self, email: str) -> str:
        """The token in the last mail to somebody, once it has gone out."""
        for _ in range(200):
            # The names of mails begin with the time at which they were made.
            for mail in sorted(self.mails.glob("*.eml"), reverse=True)[:50]:
                text = mail.read_text()
                if f"To: {email}\n" in text and (token := re.search(r"cvi_\S+", text)):
                    return token[0]
            time.sleep(0.05)
        raise Refused(f"no mail to {email}")

    def found(self) -> Id:
        """An organization that may mail addresses of a domain which nobody has."""
        made = str(self.owner.send("POST", "/v1/organizations", {"name": "World", "slug": fresh("world")})["id"])
        settings = {"sender_name": "World", "sender_address": "world@example.org", "imprint": "World Ltd."}
        self.owner.send("PATCH", f"/v1/organizations/{made}", {"settings": settings})
        rule = f"/v1/organizations/{made}/validation-rules/domain"
        self.owner.send("PATCH", rule, {"admit": ["example.org"]})
        return made

    def path(self, rest: str) -> str:
        """An address inside the organization."""
        return f"/v1/organizations/{self.organization}/{rest}"

    def make(self, collection: str, body: Json) -> Id:
        """Makes a thing and tells its id."""
        return str(self.owner.send("POST", self.path(collection), body)["id"])

    def first(self, collection: str) -> Id:
        """The first thing of a listing."""
        return str(self.owner.send("GET", self.path(f"{collection}?limit=1"))["items"][0]["id"])

    def campaign(self) -> Id:
        """A campaign that has all that it needs to begin."""
        return self.make(
            "campaigns",
            {
                "name": fresh("Campaign"),
                "list_ids": [self.mailing_list()],
                "email_template_version_id": self.the("email_template_version"),
                "form_version_id": self.the("form_version"),
                "landing_page_slug": fresh("campaign"),
            },
        )

    def mailing_list(self) -> Id:
        """A list with a contact that can be mailed."""
        with contextlib.suppress(Refused):
            if self.mailable is not None:
                self.owner.send("GET", self.path(f"contact-lists/{self.mailable}"))
                return self.mailable
        self.mailable = self.make("contact-lists", {"name": fresh("Mailing")})
        self.imported(self.path(f"contact-lists/{self.mailable}/imports"))
        return self.mailable

    def imported(self, path: str) -> Id:
        """An import that has come to its end."""
        rows = f"email\n{fresh('reader')}@example.org\n".encode()
        begun = self.owner.send("POST", path, rows)["id"]
        ends = ("completed", "failed", "cancelled")
        self.until(self.path(f"imports/{begun}"), lambda it: it["status"] in ends)
        return str(begun)

    def until(self, path: str, done: Callable[[Json], bool]) -> Json:
        """What is at an address, once it is `done`."""
        for _ in range(600):
            seen = self.owner.send("GET", path)
            if done(seen):
                return seen
            time.sleep(0.05)
        raise Refused(f"{path} takes too long")

    def import_(self) -> Id:
        """An import that waits to be started."""
        path = self.path(f"contact-lists/{self.the('contact_list')}/imports?wait=true")
        return str(self.owner.send("POST", path, f"email\n{fresh('reader')}@example.org\n".encode())["id"])

    def suppression(self) -> Id:
        """An address that must not be mailed."""
        stopped = {"emails": [f"{fresh('stopped')}@example.org"]}
        return str(self.owner.send("POST", self.path("suppressions"), stopped)["items"][0]["id"])


def somewhere(chance: random.Random) -> str:
    """An address in a network that hardly any other request comes from: quotas are for networks."""
    return f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"


def fresh(word: str) -> str:
    """A name that nothing else has."""
    return f"{word.lower()}-{uuid.uuid4().hex[:12]}"
