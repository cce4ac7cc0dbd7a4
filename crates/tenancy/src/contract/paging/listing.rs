//! A listing, and what stands on its pages.

use kernel::{OrganizationId, Page, PageRequest, Stamps};
use uuid::Uuid;

use super::Kind;
use crate::contract::Subject;
use crate::contract::tenant::{NOW, Tenant, platform_scope};
use crate::ports::{ApiKeyFilter, InvitationFilter, MemberFilter, TenancyUnit, UserFilter};
use crate::{InvitationStatus, Team, UserStatus};

/// A listing of one organization, with people to fill it with.
pub(super) struct Listing<'a, S> {
    pub(super) subject: &'a S,
    pub(super) tenant: Tenant,
    pub(super) kind: Kind,
    pub(super) team: Team,
}

impl<'a, S: Subject> Listing<'a, S> {
    pub(super) async fn new(subject: &'a S, kind: Kind) -> Self {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "Of the case").await;
        Self {
            subject,
            tenant,
            kind,
            team,
        }
    }

    pub(super) async fn begin(&self) -> Box<dyn TenancyUnit> {
        match self.kind {
            Kind::Sessions | Kind::Users => {
                let store = self.subject.store();
                store.begin(&platform_scope()).await.unwrap()
            }
            _ => self.tenant.begin(self.subject).await,
        }
    }

    pub(super) const fn organization(&self) -> OrganizationId {
        self.tenant.organization.id()
    }

    pub(super) fn stamps(&self) -> Stamps {
        Stamps::new(NOW, Some(self.tenant.owner.id()))
    }

    /// The ids on a page, in its order.
    pub(super) async fn page(&self, page: &PageRequest) -> Page<Uuid> {
        let unit = self.begin().await;
        match self.kind {
            Kind::ApiKeys => {
                let filter = ApiKeyFilter {
                    user: None,
                    ended: false,
                    at: NOW,
                };
                let keys = unit.api_keys().list(&filter, page).await.unwrap();
                keys.map(|key| key.id().as_uuid())
            }
            Kind::Invitations => {
                let filter = InvitationFilter {
                    status: Some(InvitationStatus::Pending),
                    email: None,
                };
                let invitations = unit.invitations().list(&filter, NOW, page).await.unwrap();
                invitations.map(|invitation| invitation.id().as_uuid())
            }
            Kind::MemberCards => {
                let filter = MemberFilter::default();
                let cards = unit.memberships().list_cards(&filter, page).await.unwrap();
                cards.map(|card| card.membership.state().id.as_uuid())
            }
            Kind::Sessions => {
                let user = self.tenant.owner.id();
                let sessions = unit.sessions().list_living(user, NOW, page).await.unwrap();
                sessions.map(|session| session.id().as_uuid())
            }
            Kind::Users => {
                let filter = UserFilter {
                    email: None,
                    status: Some(UserStatus::Suspended),
                };
                let users = unit.users().list(&filter, page).await.unwrap();
                users.map(|user| user.id().as_uuid())
            }
            Kind::Memberships => {
                let memberships = unit.memberships().list(page).await.unwrap();
                memberships.map(|membership| membership.state().id.as_uuid())
            }
            Kind::Roles => {
                let roles = unit.roles().list(page).await.unwrap();
                roles.map(|role| role.state().id.as_uuid())
            }
            Kind::TeamMembers => {
                let team = self.team.id();
                let cards = unit.team_members().list(team, page).await.unwrap();
                cards.map(|card| card.member.id().as_uuid())
            }
            Kind::Teams => {
                let teams = unit.teams().list(false, page).await.unwrap();
                teams.map(|team| team.id().as_uuid())
            }
            Kind::DeletedTeams => {
                let teams = unit.teams().list(true, page).await.unwrap();
                teams.map(|team| team.id().as_uuid())
            }
        }
    }
}
