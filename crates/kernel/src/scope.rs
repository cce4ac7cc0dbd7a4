//! Who acts, from where, and inside which organization.

use std::fmt;
use std::net::IpAddr;

use crate::{ApiKeyId, JobId, JobKind, OrganizationId, RequestId, SessionId, UserId};

/// What somebody proved who they are with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A session's access token.
    Session(SessionId),
    /// An API key.
    ApiKey(ApiKeyId),
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A user who proved who they are.
    User(UserId, Credential),
    /// Somebody who has not proved anything yet: a sign-up, a failed login.
    Anonymous,
    /// A durable job.
    Job(JobKind, JobId),
    /// The person at the command line of the installation.
    Operator,
}

impl Actor {
    /// The user behind the actor, if there is one.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(user, _) => Some(user),
            Self::Anonymous | Self::Job(..) | Self::Operator => None,
        }
    }

    /// The actor's kind as the audit log names it.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_, Credential::Session(_)) => "user",
            Self::User(_, Credential::ApiKey(_)) => "api_key",
            Self::Anonymous => "anonymous",
            Self::Job(..) => "job",
            Self::Operator => "operator",
        }
    }
}

/// Where a request came from; `Debug` shows the request alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    /// The request's id, or that of the run of a job.
    pub request: RequestId,
    /// The client's address, as far as trusted proxies tell it.
    pub ip: Option<IpAddr>,
    /// The client's name for itself, cut to [`Origin::MAX_USER_AGENT`] characters.
    pub user_agent: Option<String>,
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl Origin {
    /// The most characters of a user agent that are kept.
    pub const MAX_USER_AGENT: usize = 400;

    /// An origin inside the program itself.
    #[must_use]
    pub const fn internal(request: RequestId) -> Self {
        Self {
            request,
            ip: None,
            user_agent: None,
        }
    }
}

/// Proof that an actor may act inside one organization; every unit of work on tenant data needs one.
///
/// Only the tenancy crate makes scopes for people, after authenticating and authorizing them; a test
/// of the workspace's structure enforces that.
#[derive(Clone, Debug)]
pub struct TenantScope {
    organization: OrganizationId,
    actor: Actor,
    origin: Origin,
}

impl TenantScope {
    /// The scope of somebody whom tenancy authorized to act inside `organization`.
    #[must_use]
    pub const fn for_principal(organization: OrganizationId, actor: Actor, origin: Origin) -> Self {
        Self {
            organization,
            actor,
            origin,
        }
    }

    /// The scope of a job, which works for the organization that enqueued it.
    #[must_use]
    pub const fn for_job(
        organization: OrganizationId,
        kind: JobKind,
        job: JobId,
        run: RequestId,
    ) -> Self {
        Self {
            organization,
            actor: Actor::Job(kind, job),
            origin: Origin::internal(run),
        }
    }

    /// The scope of what belongs to no tenant: accounts, sessions, platform roles.
    #[must_use]
    pub const fn platform(actor: Actor, origin: Origin) -> Self {
        Self {
            organization: OrganizationId::PLATFORM,
            actor,
            origin,
        }
    }

    /// The scope of somebody who followed a link or opened a page that this organization published, and of whom nothing
    /// else is known.
    #[must_use]
    pub const fn for_visitor(organization: OrganizationId, origin: Origin) -> Self {
        Self {
            organization,
            actor: Actor::Anonymous,
            origin,
        }
    }

    /// The organization inside which the actor acts.
    #[must_use]
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// Where the request came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_shows_neither_address_nor_program() {
        let origin = Origin {
            ip: Some(IpAddr::from([203, 0, 113, 7])),
            user_agent: Some("Mosaic".to_owned()),
            ..Origin::internal(RequestId::from_uuid(uuid::Uuid::nil()))
        };
        let scope = TenantScope::platform(Actor::Anonymous, origin);

        let shown = format!("{scope:?}");

        assert!(
            !shown.contains("203.0.113.7") && !shown.contains("Mosaic"),
            "{shown}"
        );
    }
}
