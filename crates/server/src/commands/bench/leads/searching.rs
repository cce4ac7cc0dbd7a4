//! Searching for leads.

use std::time::Instant;

use sqlx::{Connection as _, Executor as _, Row as _};
use time::macros::date;

use super::filling::{CITIES, DAYS, SIZES, scattered};
use crate::cli::Failure;
use crate::client::encoded;
use crate::commands::bench::program::Program;
use crate::commands::bench::searches::Searches;
use crate::commands::bench::tenant::Tenant;

/// A kind of search, and the parameters that should find a lead.
type Kind = (&'static str, fn(u32) -> String);

const KINDS: [Kind; 22] = [
    ("newest", |_| "sort=-created_at".to_owned()),
    ("eq, of a text", |lead| {
        field(&format!("city:eq:{}", city(lead)))
    }),
    ("eq, of a text and a status", |lead| {
        format!("{}&status=new", field(&format!("city:eq:{}", city(lead))))
    }),
    ("eq, of a day", |lead| {
        field(&format!("start:eq:{}", day(lead)))
    }),
    ("in, of three texts", |lead| {
        let cities = [lead, lead / 2 + 1, lead / 3 + 1].map(city);
        field(&format!("city:in:{}", cities.join(",")))
    }),
    ("contains, rarely", |lead| {
        field(&format!("company:contains:{:05x}", lead % 0xf_ffff))
    }),
    ("contains, of a city's number", |lead| {
        let number = scattered(lead, 7_919, CITIES);
        field(&format!("city:contains:{number}"))
    }),
    ("contains, of two letters", |lead| {
        field(&format!("company:contains:{:02x}", lead % 0xff))
    }),
    ("contains, nearly always", |_| {
        field("company:contains:comp")
    }),
    ("between, of few numbers", |lead| {
        let size = size(lead);
        field(&format!("size:between:{size},{}", size + 4))
    }),
    ("between, of a tenth of the numbers", |lead| {
        let size = size(lead) / 2;
        field(&format!("size:between:{size},{}", size + SIZES / 10))
    }),
    ("gt, of few numbers", |lead| {
        field(&format!("size:gt:{}", SIZES - 2 - lead % 5))
    }),
    ("between, and contains", |lead| {
        let size = size(lead) / 2;
        let wide = field(&format!("size:between:{size},{}", size + SIZES / 10));
        format!(
            "{wide}&{}",
            field(&format!("company:contains:{:04x}", lead % 0xffff))
        )
    }),
    ("exists, rarely", |_| field("special:exists:true")),
    ("exists not, nearly always", |_| {
        field("special:exists:false")
    }),
    ("ne, of a field with few answers", |_| {
        field("special:ne:false")
    }),
    ("exists not, rarely", |_| field("city:exists:false")),
    ("lt and gte, rarely together", |_| {
        let half = SIZES / 2;
        let lower = field(&format!("size:lt:{half}"));
        format!("{lower}&{}", field(&format!("size:gte:{half}")))
    }),
    ("sorted by a number", |_| "sort=size".to_owned()),
    ("sorted by a day, backwards", |_| "sort=-start".to_owned()),
    ("sorted by a number, of one city", |lead| {
        format!("{}&sort=-size", field(&format!("city:eq:{}", city(lead))))
    }),
    ("sorted by a text, of few numbers", |lead| {
        let size = size(lead);
        let few = field(&format!("size:between:{size},{}", size + 4));
        format!("{few}&sort=city")
    }),
];

fn field(condition: &str) -> String {
    format!("field={}", encoded(condition))
}

fn city(lead: u32) -> String {
    format!("City {}", scattered(lead, 7_919, CITIES))
}

const fn size(lead: u32) -> u32 {
    scattered(lead, 104_729, SIZES)
}

fn day(lead: u32) -> String {
    let days = scattered(lead, 7_907, DAYS);
    (date!(2026 - 01 - 01) + time::Duration::days(i64::from(days))).to_string()
}

/// Searches in each way so often, in turn, and reads the second page where there is one.
pub(super) fn measure(tenant: &Tenant, leads: u32, times: u16) -> Result<Vec<Searches>, Failure> {
    let mut measured = KINDS.map(|_| Vec::new());
    let mut further = Vec::new();
    // The first round does not count: it fills the caches of connections.
    for round in 0..=u32::from(times) {
        let lead = scattered(round + 1, 611_953, leads) + 1;
        for ((_, query), taken) in KINDS.iter().zip(&mut measured) {
            let query = format!("/leads?limit=50&{}", query(lead));
            let (time, page) = search(tenant, &query)?;
            let found = page["items"]
                .as_array()
                .is_some_and(|items| !items.is_empty());
            if round > 0 {
                taken.push((time, found));
            }
            if let Some(cursor) = page["next_cursor"].as_str() {
                let (time, page) = search(tenant, &format!("{query}&cursor={cursor}"))?;
                let found = page["items"]
                    .as_array()
                    .is_some_and(|items| !items.is_empty());
                if round > 0 {
                    further.push((time, found));
                }
            }
        }
    }
    let kinds = KINDS.iter().zip(&measured);
    let mut searches: Vec<_> = kinds
        .map(|((kind, _), taken)| Searches::of(kind, taken))
        .collect();
    searches.push(Searches::of("second page of any", &further));
    Ok(searches)
}

fn search(tenant: &Tenant, query: &str) -> Result<(f64, serde_json::Value), Failure> {
    let begun = Instant::now();
    let page = tenant.get(query)?;
    Ok((begun.elapsed().as_secs_f64() * 1_000.0, page))
}

/// How often a table was read from end to end, and through an index.
#[derive(Clone, Debug)]
pub(super) struct Scans {
    pub(super) table: String,
    pub(super) sequential: i64,
    pub(super) by_index: i64,
}

/// What the database counted until now of the tables that have leads and their answers.
pub(super) async fn scans(program: &Program) -> Result<Vec<Scans>, sqlx::Error> {
    let mut database = program.administrator().await?;
    let sql = "SELECT relname::text, seq_scan, idx_scan FROM pg_stat_user_tables \
               WHERE relname IN ('leads', 'lead_field_values') ORDER BY relname";
    let rows = database.fetch_all(sql).await?;
    let scans = rows.iter().map(|row| {
        Ok(Scans {
            table: row.try_get(0)?,
            sequential: row.try_get(1)?,
            by_index: row.try_get(2)?,
        })
    });
    let scans = scans.collect::<Result<Vec<_>, sqlx::Error>>()?;
    database.close().await?;
    Ok(scans)
}

/// What was counted between the two.
pub(super) fn since(before: &[Scans], after: Vec<Scans>) -> Vec<Scans> {
    let mut counted = after;
    for scans in &mut counted {
        if let Some(earlier) = before.iter().find(|it| it.table == scans.table) {
            scans.sequential -= earlier.sequential;
            scans.by_index -= earlier.by_index;
        }
    }
    counted
}
