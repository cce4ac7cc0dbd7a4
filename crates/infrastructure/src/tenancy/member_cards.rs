//! `memberships` with whose they are.

use kernel::{Cursor, MembershipId, Page, PageRequest, RoleId, StorageError};
use sea_orm::{FromQueryResult, Value};
use tenancy::ports::MemberFilter;
use tenancy::{MemberCard, Membership};

use crate::entities::membership::Model;
use crate::error::corrupt;
use crate::page::bounds;
use crate::unit::PostgresUnit;

/// A living membership and whose it is; the conditions that follow are joined to it with `AND`.
const CARDS: &str = "SELECT m.organization_id, m.id, m.user_id, m.role_id, m.joined_at, m.invitation_state, \
     m.created_at, m.updated_at, m.created_by, m.updated_by, m.version, m.deleted_at, \
     u.display_name, u.email, r.name AS role_name, r.template_key \
     FROM memberships m \
     JOIN roles r ON r.organization_id = m.organization_id AND r.id = m.role_id \
     JOIN users u ON u.id = m.user_id \
     WHERE m.organization_id = $1 AND r.organization_id = $1 AND m.deleted_at IS NULL";

#[derive(FromQueryResult)]
struct Card {
    #[sea_orm(nested)]
    membership: Model,
    display_name: String,
    email: String,
    role_name: String,
    template_key: Option<String>,
}

impl PostgresUnit {
    pub(super) async fn member_card(
        &self,
        id: MembershipId,
    ) -> Result<Option<MemberCard>, StorageError> {
        let values = [self.organization().into(), id.as_uuid().into()];
        let card = self
            .one::<Card>(&format!("{CARDS} AND m.id = $2"), values)
            .await?;
        card.map(MemberCard::try_from).transpose()
    }

    pub(super) async fn member_cards(
        &self,
        filter: &MemberFilter,
        page: &PageRequest,
    ) -> Result<Page<MemberCard>, StorageError> {
        let (after, most) = bounds(page);
        let mut values: Vec<Value> = vec![self.organization().into(), after.into(), most.into()];
        values.extend(filter.role.map(RoleId::as_uuid).map(Value::from));
        let of_role = if filter.role.is_some() {
            "AND m.role_id = $4"
        } else {
            ""
        };
        let sql = format!("{CARDS} AND m.id > $2 {of_role} ORDER BY m.id LIMIT $3");
        let cards = self
            .all::<Card>(&sql, values)
            .await?
            .into_iter()
            .map(MemberCard::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(cards, page.limit, |card| {
            Cursor::Id(card.membership.state().id.as_uuid())
        }))
    }
}

impl TryFrom<Card> for MemberCard {
    type Error = StorageError;

    fn try_from(row: Card) -> Result<Self, StorageError> {
        Ok(Self {
            membership: Membership::try_from(row.membership)?,
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
            role_name: row
                .role_name
                .parse()
                .ok()
                .ok_or_else(|| corrupt("roles.name"))?,
            role_template: row.template_key.as_deref().map(str::parse).transpose()?,
        })
    }
}
