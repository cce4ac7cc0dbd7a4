//! What happens to mails and on landing pages, and what people agree to.

mod consent;
mod evidence;
mod record;

pub use consent::{ConsentRecord, ConsentSource, ConsentSubject, ConsentType};
pub use evidence::{ActorJudge, Evidence, Fetch, Judgement, Sighting};
pub(crate) use record::uuid_at;
pub use record::{ActorVerdict, Event, EventClient, EventOrigin, EventType, ForeignEventId};
