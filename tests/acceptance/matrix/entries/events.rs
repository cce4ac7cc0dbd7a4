//! What others tell of what happened.

use infrastructure::SystemClock;
use kernel::{Clock as _, Timestamp};
use serde_json::{Value, json};
use tenancy::Permission as P;
use time::Time;
use time::format_description::well_known::Rfc3339;

use crate::matrix::entry::{Entry, Thing};

pub(crate) const ENTRIES: &[Entry] = &[Entry::needs("ingestEvents", &[P::EventCreate])
    .using(&[Thing::Campaign, Thing::Contact])
    .with(|case| json!({ "events": [an_open(&case.used)] }))];

/// That somebody opened the mail of a campaign today.
fn an_open(used: &[String]) -> Value {
    let midnight: Timestamp = SystemClock.now().replace_time(Time::MIDNIGHT);
    json!({
        "event_type": "OPEN",
        "campaign_id": used[0],
        "contact_id": used[1],
        "timestamp": midnight.format(&Rfc3339).expect("an instant"),
    })
}
