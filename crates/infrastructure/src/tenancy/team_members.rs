//! `team_members`

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::{
    Cursor, MembershipId, OrganizationId, Page, PageRequest, StorageError, TeamId, TeamMemberId,
    UserId,
};
use sea_orm::{FromQueryResult, Value};
use tenancy::ports::TeamMemberRepository;
use tenancy::{Placement, TeamMember, TeamMemberCard, TeamMemberState};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::stamps::stamps_of;
use crate::unit::PostgresUnit;

const INSERT: &str = include_str!("insert_team_members.sql");

/// A living place and who has it; the conditions that follow are joined to it with `AND`.
const CARDS: &str = "SELECT t.organization_id, t.id, t.team_id, t.membership_id, t.joined_at, t.created_at, \
     t.updated_at, t.created_by, t.updated_by, t.version, t.deleted_at, m.user_id, u.display_name, u.email \
     FROM team_members t \
     JOIN memberships m ON m.organization_id = t.organization_id AND m.id = t.membership_id \
     JOIN users u ON u.id = m.user_id \
     WHERE t.organization_id = $1 AND m.organization_id = $1 AND t.deleted_at IS NULL AND m.deleted_at IS NULL";

const PLACES: &str = "SELECT t.organization_id, t.id, t.team_id, t.membership_id, t.joined_at, t.created_at, \
     t.updated_at, t.created_by, t.updated_by, t.version, t.deleted_at \
     FROM team_members t \
     JOIN memberships m ON m.organization_id = t.organization_id AND m.id = t.membership_id \
     WHERE t.organization_id = $1 AND m.organization_id = $1 AND t.deleted_at IS NULL";

#[derive(FromQueryResult)]
struct Place {
    organization_id: Uuid,
    id: Uuid,
    team_id: Uuid,
    membership_id: Uuid,
    joined_at: OffsetDateTime,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    created_by: Option<Uuid>,
    updated_by: Option<Uuid>,
    version: i32,
    deleted_at: Option<OffsetDateTime>,
}

#[derive(FromQueryResult)]
struct Card {
    #[sea_orm(nested)]
    place: Place,
    user_id: Uuid,
    display_name: String,
    email: String,
}

#[async_trait]
impl TeamMemberRepository for PostgresUnit {
    async fn insert(&self, members: &[TeamMember]) -> Result<Vec<Placement>, StorageError> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            is_living: bool,
            is_added: bool,
        }
        let Some(first) = members.first().map(TeamMember::state) else {
            return Ok(Vec::new());
        };
        // What one request puts into a team comes at one instant, from one person, into one team.
        if members.iter().any(|member| {
            let state = member.state();
            (state.team, state.joined_at, &state.stamps)
                != (first.team, first.joined_at, &first.stamps)
        }) {
            return Err(StorageError::Unexpected(
                "places of several teams or instants".into(),
            ));
        }
        let ids = members.iter().map(|m| m.id().as_uuid());
        let memberships = members.iter().map(|m| m.state().membership.as_uuid());
        let values: [Value; 10] = [
            self.organization().into(),
            first.team.as_uuid().into(),
            ids.collect::<Vec<_>>().into(),
            memberships.collect::<Vec<_>>().into(),
            first.joined_at.into(),
            first.stamps.created_at.into(),
            first.stamps.updated_at.into(),
            first.stamps.created_by.map(UserId::as_uuid).into(),
            first.stamps.updated_by.map(UserId::as_uuid).into(),
            first.stamps.version.number().into(),
        ];
        let told = self.all::<Row>(INSERT, values).await?;
        let told = told
            .into_iter()
            .map(|row| (row.id, row))
            .collect::<BTreeMap<_, _>>();
        let placements = members.iter().map(|member| {
            let id = member.id();
            match told.get(&id.as_uuid()) {
                Some(Row { is_added: true, .. }) => Placement::Added(id),
                Some(Row {
                    is_living: true, ..
                }) => Placement::AlreadyIn,
                _ => Placement::NoSuchMember,
            }
        });
        Ok(placements.collect())
    }

    async fn find(
        &self,
        team: TeamId,
        id: TeamMemberId,
    ) -> Result<Option<TeamMemberCard>, StorageError> {
        let values = [
            self.organization().into(),
            team.as_uuid().into(),
            id.as_uuid().into(),
        ];
        let card = self
            .one::<Card>(&format!("{CARDS} AND t.team_id = $2 AND t.id = $3"), values)
            .await?;
        card.map(TeamMemberCard::try_from).transpose()
    }

    async fn list(
        &self,
        team: TeamId,
        page: &PageRequest,
    ) -> Result<Page<TeamMemberCard>, StorageError> {
        let (after, most) = bounds(page);
        let values = [
            self.organization().into(),
            team.as_uuid().into(),
            after.into(),
            most.into(),
        ];
        let sql = format!("{CARDS} AND t.team_id = $2 AND t.id > $3 ORDER BY t.id LIMIT $4");
        let cards = self
            .all::<Card>(&sql, values)
            .await?
            .into_iter()
            .map(TeamMemberCard::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(cards, page.limit, |card| {
            Cursor::Id(card.member.id().as_uuid())
        }))
    }

    async fn find_all(
        &self,
        team: TeamId,
        ids: &[TeamMemberId],
    ) -> Result<Vec<TeamMember>, StorageError> {
        let ids = ids.iter().map(|id| id.as_uuid()).collect::<Vec<_>>();
        let values = [
            self.organization().into(),
            team.as_uuid().into(),
            ids.into(),
        ];
        let sql = format!(
            "{PLACES} AND m.deleted_at IS NULL AND t.team_id = $2 AND t.id = ANY ($3) ORDER BY t.id"
        );
        let places = self.all::<Place>(&sql, values).await?;
        Ok(places.into_iter().map(TeamMember::from).collect())
    }

    async fn find_of_membership(
        &self,
        membership: MembershipId,
    ) -> Result<Vec<TeamMember>, StorageError> {
        let values = [self.organization().into(), membership.as_uuid().into()];
        let sql = format!("{PLACES} AND t.membership_id = $2 ORDER BY t.id");
        let places = self.all::<Place>(&sql, values).await?;
        Ok(places.into_iter().map(TeamMember::from).collect())
    }

    async fn end(&self, members: &[TeamMember]) -> Result<Vec<TeamMemberId>, StorageError> {
        #[derive(FromQueryResult)]
        struct Ended {
            id: Uuid,
        }
        let states = || members.iter().map(TeamMember::state);
        let left = states().map(|state| state.stamps.deleted_at.unwrap_or(state.stamps.updated_at));
        // Arrays with a null in them cannot be bound.
        let by = states().map(|state| state.stamps.updated_by.map_or(Uuid::nil(), UserId::as_uuid));
        let values = [
            self.organization().into(),
            states()
                .map(|state| state.id.as_uuid())
                .collect::<Vec<_>>()
                .into(),
            states()
                .map(|state| state.stamps.version.number())
                .collect::<Vec<_>>()
                .into(),
            states()
                .map(|state| state.stamps.updated_at)
                .collect::<Vec<_>>()
                .into(),
            by.collect::<Vec<_>>().into(),
            left.collect::<Vec<_>>().into(),
        ];
        let sql = "UPDATE team_members t \
                   SET version = n.version, updated_at = n.updated_at, deleted_at = n.deleted_at, \
                       updated_by = nullif(n.updated_by, '00000000-0000-0000-0000-000000000000') \
                   FROM unnest($2::uuid[], $3::integer[], $4::timestamptz[], $5::uuid[], $6::timestamptz[]) \
                        AS n (id, version, updated_at, updated_by, deleted_at) \
                   WHERE t.organization_id = $1 AND t.id = n.id AND t.version = n.version - 1 \
                   RETURNING t.id";
        let ended = self.all::<Ended>(sql, values).await?;
        Ok(ended
            .into_iter()
            .map(|row| TeamMemberId::from_uuid(row.id))
            .collect())
    }
}

impl From<Place> for TeamMember {
    fn from(row: Place) -> Self {
        let stamps = stamps_of!(row);
        Self::restore(TeamMemberState {
            id: TeamMemberId::from_uuid(row.id),
            organization: OrganizationId::from_uuid(row.organization_id),
            team: TeamId::from_uuid(row.team_id),
            membership: MembershipId::from_uuid(row.membership_id),
            joined_at: row.joined_at,
            stamps,
        })
    }
}

impl TryFrom<Card> for TeamMemberCard {
    type Error = StorageError;

    fn try_from(row: Card) -> Result<Self, StorageError> {
        Ok(Self {
            member: row.place.into(),
            user: UserId::from_uuid(row.user_id),
            display_name: row
                .display_name
                .parse()
                .ok()
                .ok_or_else(|| corrupt("users.display_name"))?,
            email: row
                .email
                .parse()
                .ok()
                .ok_or_else(|| corrupt("users.email"))?,
        })
    }
}
