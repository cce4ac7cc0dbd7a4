//! From a login to a dashboard, with nothing but what progenitor makes of the document.

mod outcome;

use std::collections::HashSet;

use canvass_client::types::{
    CampaignStatus, Classification, ContactAnswerAttributesValue, CreateCampaignRequest,
    CreateContactListRequest, CreateFormRequest, CreateOrganizationRequest,
    CreateSimulationRequest, FieldShape, FieldType, FunnelStep, ImportStatus, JobStatus,
    LoginRequest, OnInvalid, RecipientStatus, SettingsRequest, SimulationConfigRequest, TokenType,
    UpdateDomainRuleRequest, UpdateOrganizationRequest, ValidationStatus,
};
use canvass_client::{Client, Error};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use uuid::Uuid;

use crate::outcome::{Done, codes, good, refused, wait};

const READERS: u64 = 25;

/// A client that acts as the account.
async fn log_in(url: &str, email: &str, password: &str) -> Done<Client> {
    let anonymous = Client::new(url);
    let login = |password: &str| LoginRequest::builder().email(email).password(password);
    let wrong = refused(
        anonymous
            .login()
            .body(login("not the password"))
            .send()
            .await,
    )?;
    assert_eq!((wrong.status, wrong.code.as_str()), (401, "login-refused"));

    let tokens = good(anonymous.login().body(login(password)).send().await)?;
    assert_eq!(tokens.token_type, TokenType::Bearer);
    let mut credentials =
        HeaderValue::try_from(format!("{} {}", tokens.token_type, tokens.access_token))?;
    credentials.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, credentials)]);
    Ok(Client::new_with_client(
        url,
        reqwest::Client::builder()
            .default_headers(headers)
            .build()?,
    ))
}

/// An organization; what must not be is refused.
async fn make_organization(client: &Client) -> Done<String> {
    let slug = format!("rust-{}", Uuid::new_v4());
    let named = |name: &str, slug: &str| CreateOrganizationRequest::builder().name(name).slug(slug);
    let made = good(
        client
            .create_organization()
            .body(named("Rust", &slug))
            .send()
            .await,
    )?
    .id
    .to_string();

    let taken = refused(
        client
            .create_organization()
            .body(named("Another", &slug))
            .send()
            .await,
    )?;
    assert_eq!(taken.status, 409);
    let blank = refused(
        client
            .create_organization()
            .body(named(" ", &format!("{slug}-2")))
            .send()
            .await,
    )?;
    let pointers: Vec<_> = blank
        .errors
        .iter()
        .map(|fault| fault.pointer.as_deref())
        .collect();
    assert_eq!(pointers, [Some("#/name")]);
    // What the document does not allow is not even sent.
    let invalid = client
        .create_organization()
        .body(named("", "No slug"))
        .send()
        .await;
    assert!(matches!(invalid, Err(Error::InvalidRequest(_))));

    // Addresses of a domain that belongs to nobody are taken for valid where the organization says so.
    let admitted = UpdateDomainRuleRequest::builder().admit(["example.com".into()]);
    good(
        client
            .update_domain_rule()
            .organization(&made)
            .body(admitted)
            .send()
            .await,
    )?;
    Ok(made)
}

/// A list with contacts from a file.
async fn import_readers(client: &Client, organization: &str) -> Done<Uuid> {
    let body = CreateContactListRequest::builder().name("Newsletter");
    let list = good(
        client
            .create_contact_list()
            .organization(organization)
            .body(body)
            .send()
            .await,
    )?
    .id;
    let rows =
        (0..READERS).map(|number| format!("reader{number}@example.com;Reader;No {number};Graz\n"));
    let file = format!(
        "email;first_name;last_name;city\n{}no address;;;",
        rows.collect::<String>()
    );

    let import = client
        .import_contacts()
        .organization(organization)
        .contact_list(list);
    let begun = import
        .file_name("readers.csv")
        .invalid(OnInvalid::Reject)
        .body(file)
        .send();
    let begun = good(begun.await)?.id;
    let ended = wait(
        async || {
            client
                .read_import()
                .organization(organization)
                .import(begun)
                .send()
                .await
        },
        |import| {
            matches!(
                import.status,
                ImportStatus::Completed | ImportStatus::Failed
            )
        },
    );
    let ended = ended.await?;
    assert_eq!(ended.status, ImportStatus::Completed);
    assert_eq!(
        ended
            .format
            .ok_or("its format is known")?
            .delimiter
            .as_str(),
        ";"
    );
    assert_eq!((ended.counts.created, ended.counts.rejected), (READERS, 1));
    Ok(list)
}

/// All contacts, page by page.
async fn read_contacts(client: &Client, organization: &str) -> Done<()> {
    let mut emails = HashSet::new();
    let mut cursor = None::<String>;
    loop {
        let mut page = client.list_contacts().organization(organization);
        page = page.limit(10).status(vec![ValidationStatus::Valid]);
        if let Some(cursor) = cursor {
            page = page.cursor(cursor);
        }
        let page = good(page.send().await)?;
        for contact in page.items {
            assert_eq!(contact.validation.classification, Classification::Business);
            let city = contact.attributes.get("city");
            assert!(
                matches!(city, Some(ContactAnswerAttributesValue::String(city)) if city == "Graz")
            );
            emails.insert(contact.email.to_string());
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(emails.len() as u64, READERS);
    Ok(())
}

/// A campaign that goes to the list.
async fn plan_campaign(client: &Client, organization: &str, list: Uuid) -> Done<Uuid> {
    let templates = good(
        client
            .list_email_templates()
            .organization(organization)
            .send()
            .await,
    )?;
    let template = templates
        .items
        .first()
        .ok_or("an organization starts with templates")?;
    let field = FieldShape::builder()
        .field_key("email")
        .field_label("Your address")
        .field_type(FieldType::Email);
    let form = CreateFormRequest::builder()
        .name("Offer")
        .fields([field.required(true).try_into()?]);
    let form = good(
        client
            .create_form()
            .organization(organization)
            .body(form)
            .send()
            .await,
    )?;
    let plan = CreateCampaignRequest::builder()
        .name("Spring")
        .list_ids(vec![list])
        .email_template_version_id(template.active_version_id)
        .form_version_id(form.current_version_id)
        .landing_page_slug(Some(format!("spring-{}", Uuid::new_v4()).try_into()?));
    let campaign = good(
        client
            .create_campaign()
            .organization(organization)
            .body(plan)
            .send()
            .await,
    )?
    .id;

    let audience = client
        .preview_campaign_audience()
        .organization(organization)
        .campaign(campaign);
    assert_eq!(good(audience.send().await)?.mailed, READERS);
    Ok(campaign)
}

/// The campaign begins, which it cannot before the organization says who writes.
async fn launch(client: &Client, organization: &str, campaign: Uuid) -> Done<()> {
    let launch = || {
        client
            .launch_campaign()
            .organization(organization)
            .campaign(campaign)
    };
    let unready = refused(launch().send().await)?;
    assert_eq!(unready.code, "campaign-not-ready");
    assert_eq!(codes(&unready), ["imprint-required", "sender-required"]);

    let settings = SettingsRequest::builder()
        .sender_name(Some("News".try_into()?))
        .sender_address(Some("news@example.com".try_into()?))
        .imprint(Some("Example Ltd., Graz".try_into()?));
    let change = UpdateOrganizationRequest::builder().settings(Some(settings.try_into()?));
    good(
        client
            .update_organization()
            .organization(organization)
            .body(change)
            .send()
            .await,
    )?;
    let launched = good(
        launch()
            .idempotency_key(Uuid::new_v4().to_string())
            .send()
            .await,
    )?;
    assert_eq!(launched.status, CampaignStatus::Active);
    Ok(())
}

/// Everybody has been mailed.
async fn wait_for_mails(client: &Client, organization: &str, campaign: Uuid) -> Done<()> {
    let mailed = wait(
        async || {
            client
                .read_campaign()
                .organization(organization)
                .campaign(campaign)
                .send()
                .await
        },
        |campaign| campaign.counts.sent == READERS,
    );
    assert_eq!(mailed.await?.counts.assigned, READERS);
    let recipients = client
        .list_campaign_recipients()
        .organization(organization)
        .campaign(campaign);
    let recipients = good(
        recipients
            .limit(1)
            .status(RecipientStatus::Sent)
            .send()
            .await,
    )?;
    let recipient = recipients
        .items
        .first()
        .ok_or("somebody was mailed")?
        .contact_id;
    let mail = client
        .preview_campaign_mail_for_contact()
        .organization(organization)
        .campaign(campaign);
    assert!(
        good(mail.contact(recipient).send().await)?
            .html_content
            .contains("Hello Reader")
    );
    Ok(())
}

/// The campaign is carried out as if.
async fn simulate(client: &Client, organization: &str, campaign: Uuid) -> Done<()> {
    let config: SimulationConfigRequest = SimulationConfigRequest::builder()
        .open_rate(0.8)
        .click_rate(0.4)
        .try_into()?;
    let body = CreateSimulationRequest::builder().seed(42).config(config);
    let simulation = client
        .create_simulation()
        .organization(organization)
        .campaign(campaign)
        .body(body);
    let simulation = good(simulation.send().await)?;
    assert_eq!(simulation.seed, 42);
    let ended = wait(
        async || {
            client
                .read_job()
                .organization(organization)
                .job(simulation.job_id)
                .send()
                .await
        },
        |job| job.finished_at.is_some(),
    );
    assert_eq!(ended.await?.status, JobStatus::Completed);
    Ok(())
}

/// What came of the campaign.
async fn read_dashboard(client: &Client, organization: &str, campaign: Uuid) -> Done<()> {
    let metrics = client
        .read_campaign_metrics()
        .organization(organization)
        .campaign(campaign);
    let metrics = good(metrics.send().await)?;
    let counts = metrics.figures.counts;
    assert_eq!(metrics.heading.campaign_id, Some(campaign));
    assert_eq!(counts.sent.people, READERS);
    assert!(counts.opened.human.people <= counts.delivered);
    assert!(metrics.figures.rates.open.is_none_or(|rate| rate <= 1.0));

    let funnel = client
        .read_campaign_funnel()
        .organization(organization)
        .campaign(campaign);
    let stages = good(funnel.send().await)?.stages;
    let steps: Vec<_> = stages
        .iter()
        .map(|stage| (stage.step, stage.people))
        .collect();
    assert_eq!(steps.len(), 6);
    assert!(steps.starts_with(&[
        (FunnelStep::Sent, READERS),
        (FunnelStep::Opened, counts.opened.human.people)
    ]));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Done<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(email), Some(password)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("say the address of the server, an account and its password".into());
    };
    let client = log_in(&url, &email, &password).await?;
    let organization = make_organization(&client).await?;
    let list = import_readers(&client, &organization).await?;
    read_contacts(&client, &organization).await?;
    let campaign = plan_campaign(&client, &organization, list).await?;
    launch(&client, &organization, campaign).await?;
    wait_for_mails(&client, &organization, campaign).await?;
    let simulated = plan_campaign(&client, &organization, list).await?;
    simulate(&client, &organization, simulated).await?;
    read_dashboard(&client, &organization, simulated).await?;
    println!("rust: {READERS} contacts imported, mailed, and seen on a dashboard");
    Ok(())
}
