//! Leads: people who answered, what they answered, and how far they have come.

mod asked;
mod condition;
mod entity;
mod filter;
mod owner;
mod person;
mod place;
mod response;
mod saved_query;
mod source;
mod status;
mod value;
mod view;

pub use asked::{AskedCondition, FieldProfile, InvalidCondition, LeadQuery, Operator};
pub use condition::{Condition, Matches, Test};
pub use entity::{Lead, LeadChange, LeadState, NewLead};
pub use filter::{LeadFilter, LeadSort, OwnedBy};
pub use owner::{LeadOwner, OwnerChange};
pub use person::Person;
pub use place::SortPlace;
pub use response::{FormResponse, ResponseOrigin};
pub use saved_query::SavedQuery;
pub use source::LeadSource;
pub use status::{IllegalTransition, LeadStage, LeadStatus, StatusChange};
pub use value::{LeadValue, TypedValue, ValueKind};
pub use view::{LeadView, LeadViewChange, LeadViewState, NewLeadView};
