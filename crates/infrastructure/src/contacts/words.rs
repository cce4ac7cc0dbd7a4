//! `contact_words`

use contacts::{Contact, guessable_words};
use kernel::StorageError;

use crate::unit::PostgresUnit;

impl PostgresUnit {
    /// Notes the words of these contacts, which are added when the unit ends: units that add the same ones wait for
    /// each other, and do so last of all and in the order of the words, so that no two wait for one another.
    pub(super) fn note_words(&self, contacts: &[Contact]) {
        for contact in contacts {
            let at = contact.state().stamps.updated_at;
            let text = contact.search_text();
            for word in guessable_words(&text) {
                self.note_word(word, at);
            }
        }
    }

    /// Adds the words that were noted. Those that are there count as noted once a day, which keeps them from being
    /// removed as long as the contacts of this unit cannot be seen.
    pub(crate) async fn write_words(&self) -> Result<(), StorageError> {
        let words = self.take_words();
        let Some(at) = words.values().max().copied() else {
            return Ok(());
        };
        // Each is looked up by its key, whatever the planner believes of a table that has just begun to grow, or of an
        // organization that is new: by when they were noted, or by the organization alone, it would read all of them for
        // each. Either index that begins with the organization has the word, one of them backwards.
        let sql = "INSERT INTO contact_words (organization_id, word, reversed, created_at, noted_at) \
                   SELECT $1, n.word, reverse(n.word), $3, $3 FROM unnest($2::text[]) AS n (word) \
                   LEFT JOIN LATERAL (SELECT w.noted_at FROM contact_words w \
                       WHERE w.organization_id = $1 AND w.word = n.word COLLATE \"C\" \
                       AND w.reversed = reverse(n.word) COLLATE \"C\" OFFSET 0) AS known ON true \
                   WHERE known.noted_at IS NULL OR known.noted_at <= $3 - interval '1 day' \
                   ORDER BY n.word COLLATE \"C\" \
                   ON CONFLICT (organization_id, word) DO UPDATE SET noted_at = excluded.noted_at";
        let words = words.into_keys().collect::<Vec<_>>();
        let values = [self.organization().into(), words.into(), at.into()];
        self.port("contacts.words").execute_sql(sql, values).await?;
        Ok(())
    }
}
