"""From a login to a dashboard, with nothing but what openapi-python-client makes of the document."""

import sys
import time
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

from canvass_client import AuthenticatedClient, Client
from canvass_client.api.campaigns import (
    create_campaign,
    create_simulation,
    launch_campaign,
    list_campaign_recipients,
    preview_campaign_audience,
    preview_campaign_mail_for_contact,
    read_campaign,
)
from canvass_client.api.contact_lists import create_contact_list
from canvass_client.api.contacts import list_contacts
from canvass_client.api.email_templates import list_email_templates
from canvass_client.api.forms import create_form
from canvass_client.api.imports import import_contacts, read_import
from canvass_client.api.jobs import read_job
from canvass_client.api.metrics import read_campaign_funnel, read_campaign_metrics
from canvass_client.api.organizations import create_organization, update_organization
from canvass_client.api.sessions import login
from canvass_client.api.validation import update_domain_rule
from canvass_client.models import (
    Campaign,
    CampaignStatus,
    Classification,
    ContactAnswer,
    CreateCampaignRequest,
    CreateContactListRequest,
    CreateFormRequest,
    CreateOrganizationRequest,
    CreateSimulationRequest,
    Fault,
    FieldShape,
    FieldType,
    FunnelStep,
    ImportAnswer,
    ImportStatus,
    Job,
    JobStatus,
    LoginRequest,
    OnInvalid,
    Problem,
    RecipientStatus,
    SettingsRequest,
    SimulationConfigRequest,
    UpdateDomainRuleRequest,
    UpdateOrganizationRequest,
    ValidationStatus,
)
from canvass_client.types import UNSET, File, Unset

READERS = 25

T = TypeVar("T")


class RefusalError(Exception):
    """A refusal, told as the problem document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.title}")
        self.problem = problem


def good(answer: T | Problem | None) -> T:
    """The body of a success."""
    if isinstance(answer, Problem):
        raise RefusalError(answer)
    assert answer is not None, "the answer is not documented"
    return answer


def only(kind: type[T], answer: object) -> T:
    """The body of a success that could have been 304, which the generator has no type for."""
    if isinstance(answer, Problem):
        raise RefusalError(answer)
    assert isinstance(answer, kind), "nothing was known that could have been unchanged"
    return answer


def refused(answer: object) -> Problem:
    """The problem of a refusal."""
    assert isinstance(answer, Problem), "it was not refused"
    return answer


def codes(problem: Problem) -> list[str]:
    """The codes of the faults of single fields."""
    faults: list[Fault] | Unset = problem.errors
    return [] if isinstance(faults, Unset) else sorted(fault.code for fault in faults)


def wait(look: Callable[[], T], done: Callable[[T], bool]) -> T:
    """What `look` answers once it is `done`."""
    for _ in range(600):
        seen = look()
        if done(seen):
            return seen
        time.sleep(0.05)
    raise TimeoutError


def log_in(url: str, email: str, password: str) -> AuthenticatedClient:
    """A client that acts as the account."""
    anonymous = Client(base_url=url, raise_on_unexpected_status=True)
    wrong = refused(login.sync(client=anonymous, body=LoginRequest(email=email, password="not the password")))
    assert (wrong.status, wrong.code) == (401, "login-refused")

    tokens = good(login.sync(client=anonymous, body=LoginRequest(email=email, password=password)))
    return AuthenticatedClient(
        base_url=url, token=tokens.access_token, prefix=tokens.token_type.value, raise_on_unexpected_status=True
    )


def make_organization(client: AuthenticatedClient) -> str:
    """An organization; what must not be is refused."""
    slug = f"python-{uuid.uuid4()}"
    made = good(create_organization.sync(client=client, body=CreateOrganizationRequest(name="Python", slug=slug)))
    again = CreateOrganizationRequest(name="Another", slug=slug)
    assert refused(create_organization.sync(client=client, body=again)).status == 409
    invalid = CreateOrganizationRequest(name="", slug="No slug")
    assert len(codes(refused(create_organization.sync(client=client, body=invalid)))) == 2

    # Addresses of a domain that belongs to nobody are taken for valid where the organization says so.
    admitted = UpdateDomainRuleRequest(admit=["example.com"])
    good(update_domain_rule.sync(str(made.id), client=client, body=admitted))
    return str(made.id)


def import_readers(client: AuthenticatedClient, organization: str) -> uuid.UUID:
    """A list with contacts from a file."""
    body = CreateContactListRequest(name="Newsletter", description=None)
    contact_list = good(create_contact_list.sync(organization, client=client, body=body)).id
    rows = [f"reader{number}@example.com;Reader;No {number};Graz" for number in range(READERS)]
    file = "\n".join(["email;first_name;last_name;city", *rows, "no address;;;"])
    begun = good(
        import_contacts.sync(
            organization,
            contact_list,
            client=client,
            body=File(payload=BytesIO(file.encode())),
            file_name="readers.csv",
            invalid=OnInvalid.REJECT,
        )
    )

    def look() -> ImportAnswer:
        return only(ImportAnswer, read_import.sync(organization, begun.id, client=client))

    ended = wait(look, lambda it: it.status in (ImportStatus.COMPLETED, ImportStatus.FAILED))
    assert ended.status is ImportStatus.COMPLETED
    assert ended.format_ is not None
    assert ended.format_.delimiter == ";"
    assert (ended.counts.created, ended.counts.rejected) == (READERS, 1)
    return contact_list


def read_contacts(client: AuthenticatedClient, organization: str) -> list[ContactAnswer]:
    """All contacts, page by page."""
    contacts: list[ContactAnswer] = []
    cursor: str | Unset = UNSET
    while True:
        page = good(
            list_contacts.sync(
                organization, client=client, limit=10, cursor=cursor, status=[ValidationStatus.VALID]
            )
        )
        contacts.extend(page.items)
        if page.next_cursor is None:
            return contacts
        cursor = page.next_cursor


def plan_campaign(client: AuthenticatedClient, organization: str, contact_list: uuid.UUID) -> uuid.UUID:
    """A campaign that goes to the list."""
    template = good(list_email_templates.sync(organization, client=client)).items[0]
    field = FieldShape(
        field_key="email", field_label="Your address", field_type=FieldType.EMAIL, required=True
    )
    form = good(create_form.sync(organization, client=client, body=CreateFormRequest(name="Offer", fields=[field])))
    plan = CreateCampaignRequest(
        name="Spring",
        list_ids=[contact_list],
        email_template_version_id=template.active_version_id,
        form_version_id=form.current_version_id,
        landing_page_slug=f"spring-{uuid.uuid4()}",
    )
    campaign = good(create_campaign.sync(organization, client=client, body=plan)).id
    assert good(preview_campaign_audience.sync(organization, campaign, client=client)).mailed == READERS
    return campaign


def launch(client: AuthenticatedClient, organization: str, campaign: uuid.UUID) -> None:
    """The campaign begins, which it cannot before the organization says who writes."""
    unready = refused(launch_campaign.sync(organization, campaign, client=client))
    assert unready.code == "campaign-not-ready"
    assert codes(unready) == ["imprint-required", "sender-required"]
    settings = SettingsRequest(
        sender_name="News", sender_address="news@example.com", imprint="Example Ltd., Graz", privacy_url=None
    )
    good(update_organization.sync(organization, client=client, body=UpdateOrganizationRequest(settings=settings)))
    launched = good(launch_campaign.sync(organization, campaign, client=client, idempotency_key=str(uuid.uuid4())))
    assert launched.status is CampaignStatus.ACTIVE


def wait_for_mails(client: AuthenticatedClient, organization: str, campaign: uuid.UUID) -> None:
    """Everybody has been mailed."""

    def sent() -> int:
        return only(Campaign, read_campaign.sync(organization, campaign, client=client)).counts.sent

    wait(sent, lambda count: count == READERS)
    recipients = good(
        list_campaign_recipients.sync(
            organization, campaign, client=client, limit=1, status=RecipientStatus.SENT
        )
    )
    recipient = recipients.items[0].contact_id
    mail = good(preview_campaign_mail_for_contact.sync(organization, campaign, recipient, client=client))
    assert "Hello Reader" in mail.html_content


def simulate(client: AuthenticatedClient, organization: str, campaign: uuid.UUID) -> None:
    """The campaign is carried out as if."""
    config = SimulationConfigRequest(open_rate=0.8, click_rate=0.4)
    body = CreateSimulationRequest(seed=42, config=config)
    simulation = good(create_simulation.sync(organization, campaign, client=client, body=body))
    assert simulation.seed == 42

    def look() -> Job:
        return only(Job, read_job.sync(organization, simulation.job_id, client=client))

    assert wait(look, lambda job: job.finished_at is not None).status is JobStatus.COMPLETED


def read_dashboard(client: AuthenticatedClient, organization: str, campaign: uuid.UUID) -> None:
    """What came of the campaign."""
    metrics = good(read_campaign_metrics.sync(organization, campaign, client=client))
    counts = metrics.figures.counts
    assert metrics.heading.campaign_id == campaign
    assert counts.sent.people == READERS
    assert counts.opened.human.people <= counts.delivered
    stages = good(read_campaign_funnel.sync(organization, campaign, client=client)).stages
    assert [stage.step for stage in stages][:2] == [FunnelStep.SENT, FunnelStep.OPENED]
    assert [stage.people for stage in stages][:2] == [READERS, counts.opened.human.people]


def main(url: str, email: str, password: str) -> None:
    """The journey."""
    with log_in(url, email, password) as client:
        organization = make_organization(client)
        contact_list = import_readers(client, organization)
        contacts = read_contacts(client, organization)
        assert len({contact.email for contact in contacts}) == READERS
        assert all(it.validation.classification is Classification.BUSINESS for it in contacts)
        assert {it.attributes.additional_properties["city"] for it in contacts} == {"Graz"}
        campaign = plan_campaign(client, organization, contact_list)
        launch(client, organization, campaign)
        wait_for_mails(client, organization, campaign)
        simulated = plan_campaign(client, organization, contact_list)
        simulate(client, organization, simulated)
        read_dashboard(client, organization, simulated)
    print(f"python: {READERS} contacts imported, mailed, and seen on a dashboard")


if __name__ == "__main__":
    main(*sys.argv[1:])
