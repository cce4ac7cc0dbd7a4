//! How rows go out of a listing.

use kernel::{
    ApiKeyId, InvitationId, MembershipId, RoleId, SessionId, TeamId, TeamMemberId, UserId, Version,
};
use uuid::Uuid;

use super::Kind;
use super::listing::Listing;
use crate::UserStatus;
use crate::contract::Subject;
use crate::contract::tenant::NOW;

impl<S: Subject> Listing<'_, S> {
    /// Takes the row with this id out of the listing.
    pub(super) async fn remove(&self, id: Uuid) {
        let unit = self.begin().await;
        let by = Some(self.tenant.owner.id());
        match self.kind {
            Kind::ApiKeys => {
                let mut key = unit
                    .api_keys()
                    .find(ApiKeyId::from_uuid(id))
                    .await
                    .unwrap()
                    .unwrap();
                key.revoke(NOW, by);
                unit.api_keys().update(&key, Version::FIRST).await.unwrap();
            }
            Kind::Invitations => {
                let id = InvitationId::from_uuid(id);
                let mut invitation = unit.invitations().find(id).await.unwrap().unwrap();
                invitation.revoke(NOW, by).unwrap();
                unit.invitations()
                    .update(&invitation, Version::FIRST)
                    .await
                    .unwrap();
            }
            Kind::Sessions => {
                let id = SessionId::from_uuid(id);
                let found = unit.sessions().find_bearing_for_update(id).await;
                let mut session = found.unwrap().unwrap().session;
                session.revoke(NOW);
                unit.sessions().update(&session).await.unwrap();
            }
            Kind::Users => {
                let id = UserId::from_uuid(id);
                let mut user = unit.users().find(id).await.unwrap().unwrap();
                user.change_status(UserStatus::Active, NOW, by);
                unit.users().update(&user, Version::FIRST).await.unwrap();
            }
            Kind::MemberCards | Kind::Memberships => {
                let mut membership = unit
                    .memberships()
                    .find(MembershipId::from_uuid(id))
                    .await
                    .unwrap()
                    .unwrap();
                membership.end(NOW, by);
                unit.memberships()
                    .update(&membership, Version::FIRST)
                    .await
                    .unwrap();
            }
            Kind::Roles => {
                let mut role = unit
                    .roles()
                    .find(RoleId::from_uuid(id))
                    .await
                    .unwrap()
                    .unwrap();
                role.delete(NOW, by).unwrap();
                unit.roles().update(&role, Version::FIRST).await.unwrap();
            }
            Kind::TeamMembers => {
                let ids = [TeamMemberId::from_uuid(id)];
                let places = unit.team_members();
                let mut found = places.find_all(self.team.id(), &ids).await.unwrap();
                found[0].leave(NOW, by);
                assert_eq!(places.end(&found).await.unwrap(), ids);
            }
            Kind::Teams | Kind::DeletedTeams => {
                let mut team = unit
                    .teams()
                    .find(TeamId::from_uuid(id))
                    .await
                    .unwrap()
                    .unwrap();
                let version = team.state().stamps.version;
                if team.state().stamps.is_deleted() {
                    team.undelete(NOW, by);
                } else {
                    team.delete(NOW, by);
                }
                unit.teams().update(&team, version).await.unwrap();
            }
        }
        unit.commit().await.unwrap();
    }

    /// Whether the row can be taken out: copies of templates and owners cannot.
    pub(super) fn can_go(&self, id: Uuid) -> bool {
        let is_template = self
            .tenant
            .roles
            .iter()
            .any(|role| role.state().id.as_uuid() == id);
        !is_template && self.tenant.membership.state().id.as_uuid() != id
    }
}
