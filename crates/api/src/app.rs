//! The whole HTTP application, from its parts.

use std::sync::Arc;

use campaigns::Visits;
use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Endpoint, EndpointExt as _, IntoEndpoint as _, Request, Response, Route, get};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::Value;

use crate::accounts::AccountsApi;
use crate::api_keys::ApiKeysApi;
use crate::audit::AuditApi;
use crate::bulk_contacts::BulkContactsApi;
use crate::caller::Gate;
use crate::campaign_metrics::MetricsApi;
use crate::campaigns::{CampaignCoursesApi, CampaignsApi};
use crate::contact_lists::ContactListsApi;
use crate::contacts::ContactsApi;
use crate::edge::{Edge, EdgePorts, EdgeSettings, RouteTable};
use crate::email_templates::{EmailTemplateVersionsApi, EmailTemplatesApi};
use crate::events::EventsApi;
use crate::forms::{FormVersionsApi, FormsApi};
use crate::imports::{ImportFormsApi, ImportsApi};
use crate::invitations::InvitationsApi;
use crate::jobs::JobsApi;
use crate::lead_views::LeadViewsApi;
use crate::leads::{LeadResponsesApi, LeadsApi};
use crate::members::MembersApi;
use crate::organizations::OrganizationsApi;
use crate::plain::{MetricsSource, Readiness};
use crate::platform_users::PlatformUsersApi;
use crate::roles::RolesApi;
use crate::scheduled_runs::ScheduledRunsApi;
use crate::sessions::SessionsApi;
use crate::simulations::SimulationsApi;
use crate::suppressions::SuppressionsApi;
use crate::team_members::TeamMembersApi;
use crate::teams::TeamsApi;
use crate::validation::{ValidationApi, ValidationsApi};
use crate::visits::{ADDRESSES, Doors};
use crate::{document, plain};

/// What the application is composed of.
#[derive(Clone)]
pub struct ApiDependencies {
    /// How the edge behaves.
    pub settings: EdgeSettings,
    /// What the edge needs.
    pub ports: EdgePorts,
    /// Finds out who asks.
    pub gate: Gate,
    /// What visitors of landing pages and readers of mails do.
    pub visits: Visits,
    /// Looks whether requests can be taken.
    pub readiness: Arc<dyn Readiness>,
    /// Renders the metrics.
    pub metrics: Arc<dyn MetricsSource>,
}

/// Puts the operations `api`, the doors for visitors, health, metrics and documentation behind the edge.
pub fn application<T: OpenApi + 'static>(
    api: T,
    dependencies: ApiDependencies,
) -> impl Endpoint<Output = Response> + 'static {
    let document = document::generate::<T>();
    let addresses = PLAIN
        .iter()
        .fold(RouteTable::of_document(&document), |table, address| {
            table.with(address, &[Method::GET])
        });
    let addresses = ADDRESSES
        .iter()
        .fold(addresses, |table, (address, methods)| {
            table.with(address, methods)
        });

    let router = Route::new()
        .at("/health/live", get(plain::live()))
        .at("/health/ready", get(plain::ready(dependencies.readiness)))
        .at("/metrics", get(plain::metrics(dependencies.metrics)))
        .at("/openapi.json", get(plain::document(&document)))
        .at("/", get(plain::to_docs()))
        .at("/docs/", get(plain::to_docs()));
    let router = Router {
        plain: plain::swagger_ui(router),
        api: OpenApiService::new(api, "", "")
            .into_endpoint()
            .data(dependencies.gate)
            .boxed(),
        doors: Doors::new(
            dependencies.visits,
            Arc::clone(&dependencies.ports.limiter),
            Arc::clone(&dependencies.ports.keys),
            dependencies.settings.submission_quota,
        ),
    };

    Edge::new(router, addresses, dependencies.settings, dependencies.ports)
}

/// What a process without operations tells about itself.
#[derive(Clone)]
pub struct Observation {
    /// How the edge behaves.
    pub settings: EdgeSettings,
    /// What the edge needs.
    pub ports: EdgePorts,
    /// Looks whether the process can do its work.
    pub readiness: Arc<dyn Readiness>,
    /// Renders the metrics.
    pub metrics: Arc<dyn MetricsSource>,
}

/// Puts health and metrics alone behind the edge.
#[must_use]
pub fn observation(parts: Observation) -> impl Endpoint<Output = Response> + 'static {
    let addresses = ["/health/live", "/health/ready", "/metrics"];
    let addresses = addresses
        .iter()
        .fold(RouteTable::default(), |table, address| {
            table.with(address, &[Method::GET])
        });
    let router = Route::new()
        .at("/health/live", get(plain::live()))
        .at("/health/ready", get(plain::ready(parts.readiness)))
        .at("/metrics", get(plain::metrics(parts.metrics)));

    Edge::new(router, addresses, parts.settings, parts.ports)
}

/// Chooses between the operations and the addresses outside the document.
///
/// Nesting one router in the other would refuse a path that is no UTF-8 when decoded, before anybody
/// knows who asks.
struct Router {
    plain: Route,
    api: BoxEndpoint<'static>,
    doors: Doors,
}

impl Endpoint for Router {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if PLAIN.contains(&request.uri().path()) {
            self.plain.call(request).await
        } else if Doors::lead_to(request.uri().path()) {
            self.doors.call(request).await
        } else {
            self.api.call(request).await
        }
    }
}

/// The addresses outside the document; all of them take GET.
const PLAIN: [&str; 10] = [
    "/",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/",
    "/docs/start.js",
    "/docs/swagger-ui.js",
    "/docs/swagger-ui.css",
];

/// The OpenAPI document of the API.
#[must_use]
pub fn openapi_document() -> Value {
    document::generate::<Operations>()
}

/// All operations of the API: one `#[OpenApi]` object per resource.
pub type Operations = (
    AccountsApi,
    SessionsApi,
    OrganizationsApi,
    MembersApi,
    InvitationsApi,
    RolesApi,
    TeamsApi,
    TeamMembersApi,
    ApiKeysApi,
    JobsApi,
    AuditApi,
    PlatformUsersApi,
    (
        ContactsApi,
        BulkContactsApi,
        ContactListsApi,
        SuppressionsApi,
        ValidationApi,
        ValidationsApi,
        ImportsApi,
        ImportFormsApi,
    ),
    (
        EmailTemplatesApi,
        EmailTemplateVersionsApi,
        FormsApi,
        FormVersionsApi,
        CampaignsApi,
        CampaignCoursesApi,
        SimulationsApi,
        LeadsApi,
        LeadResponsesApi,
        LeadViewsApi,
        EventsApi,
        MetricsApi,
        ScheduledRunsApi,
    ),
);
