//! Listings that are read while rows come and go: the pages together hold every row that was there
//! throughout, none twice, and nothing that never was there.

use std::collections::BTreeSet;

use kernel::{
    ApiKeyId, Cursor, InvitationId, MembershipId, Name, OrganizationId, Origin, Page, PageLimit,
    PageRequest, RandomBytes, RequestId, RoleId, Secret, SessionId, Stamps, TeamId, TeamMemberId,
    UserId, Version,
};
use uuid::Uuid;

use super::Subject;
use super::tenant::{NOW, Tenant, a_user, add_user, id, platform_scope};
use crate::ports::{ApiKeyFilter, InvitationFilter, MemberFilter, TenancyUnit, UserFilter};
use crate::{
    ApiKey, ApiKeyToken, Invitation, InvitationState, InvitationStatus, Membership,
    MembershipState, NewApiKey, NewInvitation, NewTeam, Permission, PermissionSet, Placement, Role,
    RoleTemplate, Session, Team, TeamMember, TokenPair, User, UserState, UserStatus,
};

/// The cases of listings that change while they are read.
#[macro_export]
macro_rules! for_each_paging_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            api_keys_come_and_go_between_pages,
            invitations_come_and_go_between_pages,
            member_cards_come_and_go_between_pages,
            memberships_come_and_go_between_pages,
            roles_come_and_go_between_pages,
            sessions_come_and_go_between_pages,
            team_members_come_and_go_between_pages,
            teams_come_and_go_between_pages,
            deleted_teams_come_and_go_between_pages,
            users_come_and_go_between_pages,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_paging_case!([kernel::dispatch_contract_case] name subject);
}

/// Which listing is read.
#[derive(Clone, Copy)]
enum Kind {
    ApiKeys,
    Invitations,
    MemberCards,
    Memberships,
    Roles,
    Sessions,
    TeamMembers,
    Teams,
    DeletedTeams,
    Users,
}

/// A listing of one organization, with people to fill it with.
struct Listing<'a, S> {
    subject: &'a S,
    tenant: Tenant,
    kind: Kind,
    team: Team,
}

/// A sequence that looks like chance and is the same in every run (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() >> 33).unwrap() % limit
    }

    /// A UUIDv7 of any time, so that rows come before and behind where a reader is. Its order among others
    /// is that of the dice; its last bits are nobody else's.
    fn id(&mut self) -> Uuid {
        let unique = id(std::convert::identity).as_u128() & u128::from(u64::MAX);
        let bits = u128::from(self.roll()) << 64 | unique;
        let form = bits & !(0xF000_u128 << 64) & !(0xC000_u128 << 48);
        Uuid::from_u128(form | 0x7000_u128 << 64 | 0x8000_u128 << 48)
    }
}

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

impl<'a, S: Subject> Listing<'a, S> {
    async fn new(subject: &'a S, kind: Kind) -> Self {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "Of the case").await;
        Self {
            subject,
            tenant,
            kind,
            team,
        }
    }

    async fn begin(&self) -> Box<dyn TenancyUnit> {
        match self.kind {
            Kind::Sessions | Kind::Users => {
                let store = self.subject.store();
                store.begin(&platform_scope()).await.unwrap()
            }
            _ => self.tenant.begin(self.subject).await,
        }
    }

    const fn organization(&self) -> OrganizationId {
        self.tenant.organization.id()
    }

    fn stamps(&self) -> Stamps {
        Stamps::new(NOW, Some(self.tenant.owner.id()))
    }

    /// Adds a row with this id to the listing.
    async fn add(&self, id: Uuid) {
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

    /// Takes the row with this id out of the listing.
    async fn remove(&self, id: Uuid) {
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
    fn can_go(&self, id: Uuid) -> bool {
        let is_template = self
            .tenant
            .roles
            .iter()
            .any(|role| role.state().id.as_uuid() == id);
        !is_template && self.tenant.membership.state().id.as_uuid() != id
    }

    /// The ids on a page, in its order.
    async fn page(&self, page: &PageRequest) -> Page<Uuid> {
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

fn name_of(id: Uuid) -> Name {
    id.to_string().parse().unwrap()
}

/// Reads the listing several times, page by page, with random changes in between.
async fn read_while_it_changes<S: Subject>(subject: &S, kind: Kind, readings: u64) {
    for seed in 1..=readings {
        let mut dice = Dice(seed);
        for _ in 0..16 {
            dice.roll();
        }
        let listing = Listing::new(subject, kind).await;
        let mut added = BTreeSet::new();
        for _ in 0..dice.below(9) {
            let id = dice.id();
            listing.add(id).await;
            added.insert(id);
        }
        read_once(&listing, added, &mut dice, seed).await;
    }
}

async fn read_once<S: Subject>(
    listing: &Listing<'_, S>,
    added: BTreeSet<Uuid>,
    dice: &mut Dice,
    seed: u64,
) {
    let everything = PageRequest {
        limit: PageLimit::new(PageLimit::MAX).unwrap(),
        after: None,
    };
    // Users belong to no organization: among them are those of other cases, which come and go too.
    let is_shared = matches!(listing.kind, Kind::Users);
    let mut present = if is_shared {
        added
    } else {
        BTreeSet::from_iter(listing.page(&everything).await.items)
    };
    let mut throughout = present.clone();
    let mut ever = present.clone();
    let mut shown = Vec::new();
    let mut page = PageRequest {
        limit: PageLimit::new(u16::try_from(1 + dice.below(3)).unwrap()).unwrap(),
        after: None,
    };
    for turn in 0.. {
        let part = listing.page(&page).await;
        assert!(part.items.len() <= usize::from(page.limit.get()));
        shown.extend(part.items);
        let Some(next) = part.next else { break };
        let last = shown.last().copied().map(Cursor::Id);
        assert_eq!(Some(&next), last.as_ref(), "seed {seed}");
        page.after = Some(next);

        // Rows must not come for ever, or a reader would never be done.
        for _ in 0..if turn < 6 { dice.below(3) } else { 0 } {
            let candidates = present.iter().filter(|id| listing.can_go(**id));
            let candidates = candidates.copied().collect::<Vec<_>>();
            if dice.below(2) == 0 && !candidates.is_empty() {
                let gone = candidates[dice.below(candidates.len())];
                listing.remove(gone).await;
                present.remove(&gone);
                throughout.remove(&gone);
            } else {
                let id = dice.id();
                listing.add(id).await;
                present.insert(id);
                ever.insert(id);
            }
        }
    }

    assert!(
        shown.windows(2).all(|pair| pair[0] < pair[1]),
        "seed {seed}: in order, and none twice: {shown:?}"
    );
    let shown = BTreeSet::from_iter(shown);
    let missed = throughout.difference(&shown).collect::<Vec<_>>();
    assert!(missed.is_empty(), "seed {seed}: missed {missed:?}");
    let invented = shown.difference(&ever).collect::<Vec<_>>();
    assert!(
        is_shared || invented.is_empty(),
        "seed {seed}: invented {invented:?}"
    );
}

mod cases {
    use super::{Kind, Subject, read_while_it_changes};

    pub(super) async fn api_keys_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::ApiKeys, 12).await;
    }

    pub(super) async fn invitations_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Invitations, 12).await;
    }

    pub(super) async fn member_cards_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::MemberCards, 8).await;
    }

    pub(super) async fn memberships_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Memberships, 8).await;
    }

    pub(super) async fn roles_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Roles, 12).await;
    }

    pub(super) async fn sessions_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Sessions, 12).await;
    }

    pub(super) async fn team_members_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::TeamMembers, 8).await;
    }

    pub(super) async fn teams_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Teams, 12).await;
    }

    pub(super) async fn deleted_teams_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::DeletedTeams, 12).await;
    }

    pub(super) async fn users_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Users, 8).await;
    }
}
