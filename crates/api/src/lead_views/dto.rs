//! The shapes of saved searches of leads on the wire.

use campaigns::{LeadView, LeadViewChange, NewLeadView};
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, flag, text};
use crate::schema::{LeadQueryText, NameText};

/// The search that is saved.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateLeadViewRequest {
    /// Its name.
    name: NameText,
    /// What is searched for, as the parameters that the listing of leads takes but for `limit` and `cursor`.
    query: LeadQueryText,
    /// Whether the organization has it too, or nobody but who saves it.
    #[oai(nullable)]
    is_shared: Option<bool>,
}

/// What changes about a saved search; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateLeadViewRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// What is searched for.
    query: MaybeUndefined<LeadQueryText>,
    /// Whether the organization has it too, which is up to who saved it.
    is_shared: MaybeUndefined<bool>,
}

/// A saved search.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct LeadViewAnswer {
    /// Its id.
    id: Uuid,
    /// Who saved it.
    owner_user_id: Uuid,
    /// Its name.
    name: NameText,
    /// What is searched for: put it behind the address of the listing of leads, and other parameters behind it.
    query: LeadQueryText,
    /// Whether the organization has it too, or nobody but who saved it.
    is_shared: bool,
    /// When it was saved.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
}

/// Reads what is saved.
pub(crate) fn new_view(fields: &mut Fields<'_>) -> Option<NewLeadView> {
    let name = fields.required("name", text);
    let query = fields.required("query", text);
    let is_shared = fields.optional("is_shared", flag);
    Some(NewLeadView {
        name: name?,
        query: query?,
        is_shared: is_shared?.unwrap_or_default(),
    })
}

/// Reads what changes.
pub(crate) fn view_change(fields: &mut Fields<'_>) -> Option<LeadViewChange> {
    let name = fields.patch("name", text);
    let query = fields.patch("query", text);
    let is_shared = fields.patch("is_shared", flag);
    Some(LeadViewChange {
        name: name?,
        query: query?,
        is_shared: is_shared?,
    })
}

impl From<&LeadView> for LeadViewAnswer {
    fn from(view: &LeadView) -> Self {
        let state = view.state();
        Self {
            id: state.id.as_uuid(),
            owner_user_id: state.owner.as_uuid(),
            name: NameText::new(&state.name),
            query: LeadQueryText::new(state.query.as_str()),
            is_shared: state.is_shared,
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
        }
    }
}

const QUERY: &str = "status=new&field=team_size:gte:10&sort=-created_at";

impl Example for CreateLeadViewRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Large teams"),
            query: LeadQueryText::new(QUERY),
            is_shared: Some(true),
        }
    }
}

impl Example for UpdateLeadViewRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Value(NameText::new("New large teams")),
            query: MaybeUndefined::Undefined,
            is_shared: MaybeUndefined::Undefined,
        }
    }
}

impl Example for LeadViewAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0043),
            owner_user_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0002),
            name: NameText::new("Large teams"),
            query: LeadQueryText::new(QUERY),
            is_shared: true,
            created_at: at,
            updated_at: at,
        }
    }
}
