//! How rows come into a listing.

use kernel::{
    ApiKeyId, InvitationId, MembershipId, Name, Origin, RandomBytes, RequestId, RoleId, Secret,
    SessionId, TeamId, TeamMemberId, UserId, Version,
};
use uuid::Uuid;

use super::Kind;
use super::listing::Listing;
use crate::contract::Subject;
use crate::contract::tenant::{NOW, a_user, add_user};
use crate::{
    ApiKey, ApiKeyToken, Invitation, InvitationState, Membership, MembershipState, NewApiKey,
    NewInvitation, NewTeam, Permission, PermissionSet, Placement, Role, RoleTemplate, Session,
    Team, TeamMember, TokenPair, User, UserState, UserStatus,
};

/// As random as the id is.
struct OneId(Uuid);

impl RandomBytes for OneId {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(self.0.as_bytes());
        bytes[16..].copy_from_slice(self.0.as_bytes());
        bytes
    }
}

impl<S: Subject> Listing<'_, S> {
    /// Adds a row with this id to the listing.
    pub(super) async fn add(&self, id: Uuid) {
        match self.kind {
            Kind::ApiKeys => self.add_api_key(id).await,
            Kind::Invitations => self.add_invitation(id).await,
            Kind::MemberCards | Kind::Memberships => {
                self.add_membership(MembershipId::from_uuid(id)).await;
            }
            Kind::Roles => self.add_role(id).await,
            Kind::Sessions => self.add_session(id).await,
            Kind::TeamMembers => self.add_team_member(id).await,
            Kind::Teams => self.add_team(id, false).await,
            Kind::DeletedTeams => self.add_team(id, true).await,
            Kind::Users => self.add_suspended_user(id).await,
        }
    }

    async fn add_api_key(&self, id: Uuid) {
        let new = NewApiKey {
            name: name_of(id),
            scopes: [Permission::TeamView].into_iter().collect(),
            expires_at: None,
        };
        let key = ApiKey::issue(
            ApiKeyId::from_uuid(id),
            self.organization(),
            self.tenant.owner.id(),
            new,
            &ApiKeyToken::generate(&OneId(id)),
            NOW,
        )
        .unwrap();
        let unit = self.begin().await;
        unit.api_keys().insert(&key).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn add_invitation(&self, id: Uuid) {
        let new = NewInvitation {
            email: format!("{}@example.com", id.simple()).parse().unwrap(),
            role: self.tenant.roles[0].state().id,
        };
        let by = self.tenant.owner.id();
        let id = InvitationId::from_uuid(id);
        let invitation = Invitation::invite(id, self.organization(), new, NOW, by);
        let unit = self.begin().await;
        unit.invitations().insert(&invitation).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn add_session(&self, id: Uuid) {
        let tokens = TokenPair {
            access: Secret::new(format!("access {id}")),
            refresh: Secret::new(format!("refresh {id}")),
        };
        let origin = Origin::internal(RequestId::from_uuid(id));
        let user = self.tenant.owner.id();
        let session = Session::open(SessionId::from_uuid(id), user, &tokens, 1, &origin, NOW);
        let unit = self.begin().await;
        unit.sessions().insert(&session).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// Few users are suspended elsewhere, so that reading all of them in small pages does not take long.
    async fn add_suspended_user(&self, id: Uuid) {
        let state = UserState {
            id: UserId::from_uuid(id),
            status: UserStatus::Suspended,
            ..a_user().state().clone()
        };
        add_user(self.subject, &User::restore(state).unwrap()).await;
    }

    async fn add_membership(&self, id: MembershipId) {
        let user = a_user();
        add_user(self.subject, &user).await;
        let role = self.tenant.membership_of(user.id(), RoleTemplate::Viewer);
        let membership = Membership::restore(MembershipState {
            id,
            organization: self.organization(),
            user: user.id(),
            role: role.state().role,
            joined_at: NOW,
            invitation_state: InvitationState::Accepted,
            stamps: self.stamps(),
        });
        let unit = self.begin().await;
        unit.memberships().insert(&membership).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn add_role(&self, id: Uuid) {
        let role = Role::custom(
            RoleId::from_uuid(id),
            self.organization(),
            name_of(id),
            "".parse().unwrap(),
            PermissionSet::default(),
            self.stamps(),
        );
        let unit = self.begin().await;
        unit.roles().insert(&role).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn add_team_member(&self, id: Uuid) {
        let membership = MembershipId::from_uuid(id);
        self.add_membership(membership).await;
        let place = TeamMember::join(
            TeamMemberId::from_uuid(id),
            self.organization(),
            self.team.id(),
            membership,
            NOW,
            Some(self.tenant.owner.id()),
        );
        let unit = self.begin().await;
        let told = unit.team_members().insert(&[place]).await.unwrap();
        assert_eq!(told, [Placement::Added(TeamMemberId::from_uuid(id))]);
        unit.commit().await.unwrap();
    }

    async fn add_team(&self, id: Uuid, deleted: bool) {
        let new = NewTeam {
            name: name_of(id),
            description: "".parse().unwrap(),
        };
        let owner = Some(self.tenant.owner.id());
        let mut team = Team::form(TeamId::from_uuid(id), self.organization(), new, NOW, owner);
        let unit = self.begin().await;
        unit.teams().insert(&team).await.unwrap();
        if deleted {
            team.delete(NOW, owner);
            unit.teams().update(&team, Version::FIRST).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
}

fn name_of(id: Uuid) -> Name {
    id.to_string().parse().unwrap()
}
