"""What operations need before they can do what they are for, where that is more than a thing that exists."""

from __future__ import annotations

from collections.abc import Callable

from world import Id, Json, World


class Occasions:
    """By operation, how to bring about what it needs: things for its path, members for its body."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.paths: dict[str, Callable[[], dict[str, Id]]] = {
            "cancelJob": lambda: {"job": self.waiting_job()},
            "completeCampaign": lambda: {"campaign": self.campaign("launch")},
            "createSimulation": lambda: {"campaign": self.campaign()},
            "deleteCampaign": lambda: {"campaign": self.campaign()},
            "deleteSimulation": lambda: {"simulation": self.played()},
            "launchCampaign": lambda: {"campaign": self.campaign()},
            "pauseCampaign": lambda: {"campaign": self.campaign("launch")},
            "previewCampaignMailForContact": self.recipient,
            "removeMember": lambda: {"member": world.companion().membership},
            "restoreCampaign": lambda: {"campaign": self.deleted("campaign", "campaigns")},
            "restoreContact": lambda: {"contact": self.deleted("contact", "contacts")},
            "restoreContactList": lambda: {"contact_list": self.deleted("contact_list", "contact-lists")},
            "restoreEmailTemplate": lambda: {"email_template": self.deleted("email_template", "email-templates")},
            "restoreForm": lambda: {"form": self.deleted("form", "forms")},
            "restoreLead": self.deleted_lead,
            "restoreOrganization": self.deleted_organization,
            "restoreTeam": lambda: {"team": self.deleted("team", "teams")},
            "resumeCampaign": lambda: {"campaign": self.campaign("launch", "pause")},
            "scheduleCampaign": lambda: {"campaign": self.campaign()},
            "undoImport": lambda: {"import": self.imported()},
            "unscheduleCampaign": lambda: {"campaign": self.campaign("schedule")},
            "startImport": lambda: {"import": world.import_()},
            "updateCampaign": lambda: {"campaign": self.campaign()},
            "updateMember": lambda: {"member": world.companion().membership},
        }
        self.bodies: dict[str, Callable[[], Json]] = {
            "acceptInvitation": lambda: {"token": world.invitation_for(world.passer_by())},
            "changePassword": lambda: {"current_password": world.password},
            "createLead": lambda: {"contact_id": world.makers["contact"]()},
            "previewInvitation": lambda: {"token": world.invitation_for(world.passer_by())},
            "refreshSession": lambda: {"refresh_token": world.passer_by().refresh_token},
        }

    def campaign(self, *steps: str) -> Id:
        """A campaign of its own, after these steps."""
        world = self.world
        campaign = world.campaign()
        for step in steps:
            body: Json | None = {"scheduled_at": "2100-01-01T00:00:00Z"} if step == "schedule" else None
            world.owner.send("POST", world.path(f"campaigns/{campaign}/{step}"), body)
        return campaign

    def recipient(self) -> dict[str, Id]:
        """Somebody who was mailed."""
        world = self.world
        campaign = self.campaign("launch")
        recipients = world.path(f"campaigns/{campaign}/recipients?status=sent")
        sent = world.until(recipients, lambda page: bool(page["items"]))
        return {"campaign": campaign, "contact": sent["items"][0]["contact_id"]}

    def played(self) -> Id:
        """A simulation that has come to its end."""
        world = self.world
        simulation = world.make(f"campaigns/{world.campaign()}/simulations", {"seed": 1})
        job = world.owner.send("GET", world.path(f"simulations/{simulation}"))["job_id"]
        world.until(world.path(f"jobs/{job}"), lambda it: it["finished_at"] is not None)
        return simulation

    def imported(self) -> Id:
        """An import that can be undone."""
        world = self.world
        path = world.path(f"contact-lists/{world.the('contact_list')}/imports")
        return world.imported(path)

    def waiting_job(self) -> Id:
        """A job that is at work for longer than a request takes: it plays a simulation as slowly as life."""
        world = self.world
        campaign = world.path(f"campaigns/{world.campaign()}/simulations")
        return str(world.owner.send("POST", campaign, {"seed": 1, "pace": 1})["job_id"])

    def deleted(self, kind: str, collection: str) -> Id:
        """A thing that was deleted."""
        world = self.world
        thing = world.makers[kind]()
        world.owner.send("DELETE", world.path(f"{collection}/{thing}"))
        return thing

    def deleted_lead(self) -> dict[str, Id]:
        """A lead that was deleted, of a person who has no other."""
        world = self.world
        lead = world.make("leads", {"contact_id": world.makers["contact"]()})
        world.owner.send("DELETE", world.path(f"leads/{lead}"))
        return {"lead": lead}

    def deleted_organization(self) -> dict[str, Id]:
        """An organization that was deleted."""
        organization = self.world.found()
        self.world.owner.send("DELETE", f"/v1/organizations/{organization}")
        return {"organization": organization}
