//! Killed by force while what an import did is taken back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};
use tokio::sync::watch;

use crate::extent;
use crate::killing::kill_database;
use crate::program::{Program, administrator};
use crate::writer::Writer;

/// What is killed.
pub(crate) const KIND: &str = "undo_contact_import";

/// How many contacts are looked at in a batch, and may be made by one call.
const AT_ONCE: usize = 1_000;

/// Of how many contacts each an undo leaves something, for each reason that there is.
const LEFT: usize = 10;

fn email(n: usize) -> String {
    format!("p{n}@analytical.org")
}

/// A file that was read: its first rows changed contacts that were there before, the others made one each.
struct Imported {
    known: usize,
    rows: usize,
    here: String,
    import: String,
    list: String,
}

impl Imported {
    async fn begin(person: &mut Writer, rows: usize) -> Self {
        let known = rows * 3 / 8;
        let here = format!("/v1/organizations/{}", person.found().await);
        let list = person
            .create(
                &format!("{here}/contact-lists"),
                &json!({"name": "Everybody"}),
            )
            .await;
        for some in (0..known).collect::<Vec<_>>().chunks(AT_ONCE) {
            let old = |n: &usize| json!({"email": email(*n), "company": format!("Old {n}")});
            let items = json!({"items": some.iter().map(old).collect::<Vec<_>>()});
            person
                .post(&format!("{here}/contacts/bulk-save"), &items)
                .await;
        }
        let mut file = "Email,Company\n".to_owned();
        for n in 0..rows {
            let _ = writeln!(file, "{},New {n}", email(n));
        }
        let list = format!("{here}/contact-lists/{list}");
        let made = person.upload(&format!("{list}/imports"), file).await;
        let import = format!("{here}/imports/{}", made["id"].as_str().unwrap());
        let import_now = person
            .until(&import, |import| import["status"] == "completed")
            .await;
        let counts = &import_now["counts"];
        assert_eq!(
            (&counts["created"], &counts["updated"]),
            (&json!(rows - known), &json!(known))
        );
        Self {
            known,
            rows,
            here,
            import,
            list,
        }
    }

    /// What happens to some contacts before the import is taken back, so that something of them is left.
    async fn change_some(&self, person: &mut Writer, admin: &mut PgConnection) {
        let here = &self.here;
        for n in (0..LEFT).chain(self.known..self.known + LEFT) {
            let contact = format!("{here}/contacts/{}", id_of(admin, n).await);
            let own = json!({"company": format!("Own {n}")});
            person.patch(&contact, &own).await;
        }
        let mut ids = Vec::new();
        for n in LEFT..2 * LEFT {
            ids.push(id_of(admin, n).await);
        }
        let delete = format!("{here}/contacts/bulk-delete");
        person.post(&delete, &json!({"ids": ids})).await;
        let other = json!({"name": "Others"});
        let other = person
            .create(&format!("{here}/contact-lists"), &other)
            .await;
        let mut ids = Vec::new();
        for n in self.known + LEFT..self.known + 2 * LEFT {
            ids.push(id_of(admin, n).await);
        }
        let add = format!("{here}/contact-lists/{other}/members/bulk-add");
        person.post(&add, &json!({"contact_ids": ids})).await;
    }

    /// Compares everything with what was there before the import, and what was done since.
    async fn reckon(&self, person: &mut Writer, admin: &mut PgConnection) {
        let undone = person
            .until(&self.import, |import| import["status"] == "undone")
            .await;
        let made = self.rows - self.known;
        let expected = json!({
            "removed": made - 2 * LEFT, "restored": self.known - 2 * LEFT, "left": 4 * LEFT,
        });
        assert_eq!(undone["undo"], expected);
        let left = person.list(&format!("{}/left", self.import)).await;
        let mut reasons = BTreeMap::<&str, usize>::new();
        for left in &left {
            *reasons.entry(left["reason"].as_str().unwrap()).or_default() += 1;
        }
        let expected = [
            ("changed", 2 * LEFT),
            ("deleted", LEFT),
            ("on_other_lists", LEFT),
        ];
        assert_eq!(reasons, BTreeMap::from(expected));

        let there = "SELECT email_normalized, company FROM contacts WHERE deleted_at IS NULL";
        let there = sqlx::query(there).fetch_all(&mut *admin).await.unwrap();
        let there = there
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect::<BTreeMap<String, String>>();
        let was_left = |n: usize| (self.known..self.known + 2 * LEFT).contains(&n);
        let expected = (0..self.known)
            .chain(self.known..self.known + 2 * LEFT)
            .filter(|n| !(LEFT..2 * LEFT).contains(n))
            .map(|n| {
                let company = match n {
                    n if n < LEFT || (was_left(n) && n < self.known + LEFT) => format!("Own {n}"),
                    n if was_left(n) => format!("New {n}"),
                    n => format!("Old {n}"),
                };
                (email(n), company)
            });
        assert_eq!(there, expected.collect());

        // Once each: made and deleted; made, changed and restored.
        let once = "SELECT version, count(*) FROM contacts GROUP BY 1";
        let versions = by_number(admin, once).await;
        assert_eq!(versions.keys().max(), Some(&3), "{versions:?}");
        let list = person.get(&self.list).await;
        assert_eq!(
            list["counts"]["total"], LEFT,
            "only those that were changed"
        );
        let members = "SELECT 1, count(*) FROM contact_list_members m WHERE m.deleted_at IS NULL";
        assert_eq!(
            by_number(admin, members).await[&1],
            i64::try_from(2 * LEFT).unwrap(),
            "with those on the other list"
        );
        let ended = "SELECT 1, count(*) FROM audit_logs WHERE entity_type = 'contact_import'";
        assert_eq!(
            by_number(admin, ended).await[&1],
            4,
            "sent, read, asked back, taken back"
        );
    }
}

async fn id_of(admin: &mut PgConnection, n: usize) -> String {
    let sql = "SELECT id::text FROM contacts WHERE email_normalized = $1";
    sqlx::query_scalar(sql)
        .bind(email(n))
        .fetch_one(admin)
        .await
        .unwrap()
}

async fn by_number(admin: &mut PgConnection, sql: &str) -> BTreeMap<i32, i64> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(admin).await;
    let rows = rows.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// So that a kill meets a batch that has begun and is not committed.
async fn linger(data_dir: &Path) {
    let sql = "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS \
                   'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'; \
               CREATE TRIGGER linger AFTER UPDATE ON contacts FOR EACH STATEMENT EXECUTE FUNCTION linger()";
    administrator(data_dir).await.execute(sql).await.unwrap();
}

/// How many contacts were looked at.
fn looked_at(import: &Value) -> usize {
    let counts = ["removed", "restored", "left"];
    let counts = counts.map(|count| import["undo"][count].as_u64().unwrap_or_default());
    usize::try_from(counts.iter().sum::<u64>()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_back_once_however_often_the_program_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let kills = extent::kills(2);
    let mut program = Program::start(&data_dir);
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut person = Writer::enter(watched).await;
    // Each kill needs a batch that was not there before, and the last ones are to be left.
    let imported = Imported::begin(&mut person, (kills + 2) * AT_ONCE).await;
    let mut admin = administrator(&data_dir).await;
    imported.change_some(&mut person, &mut admin).await;
    drop(admin);
    linger(&data_dir).await;

    let begun = Instant::now();
    let undo = format!("{}/undo", imported.import);
    person.post(&undo, &json!({})).await;
    let mut reached = 0;
    for kill in 0..kills {
        // At last when those are looked at that were there before.
        let behind = if kill + 1 == kills {
            reached.max(imported.rows - imported.known)
        } else {
            reached
        };
        let import = &imported.import;
        let import = person
            .until(import, |import| looked_at(import) > behind)
            .await;
        assert_eq!(import["status"], "undoing", "it is killed in the midst");
        if kill % 2 == 1 {
            kill_database(&data_dir);
        }
        program.kill();
        program = Program::start(&data_dir);
        url.send_replace(program.url().to_owned());
        let after = person.get(&imported.import).await;
        assert!(looked_at(&after) >= looked_at(&import), "{after}");
        reached = looked_at(&after);
    }

    let mut admin = administrator(&data_dir).await;
    imported.reckon(&mut person, &mut admin).await;
    drop(admin);
    program.stop();
    println!(
        "rows={} kills={kills} inside={kills} seconds={:.0} lost=0 doubled=0",
        imported.rows,
        begun.elapsed().as_secs_f64()
    );
}
