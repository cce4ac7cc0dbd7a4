//! `contact_list_counts`

use kernel::StorageError;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::unit::PostgresUnit;

/// From how many rows on a list's counts are summed up.
const MANY: i64 = 64;

/// Others who sum up the same list at the same time take other rows; each sum is exact.
const SUM_UP: &str = "WITH taken AS (\
         SELECT t.id FROM contact_list_counts t WHERE t.organization_id = $1 AND t.list_id = $2 \
         FOR UPDATE SKIP LOCKED\
     ), gone AS (\
         DELETE FROM contact_list_counts g \
         WHERE g.organization_id = $1 AND g.list_id = $2 AND g.id IN (SELECT taken.id FROM taken) \
         RETURNING g.*\
     ) \
     INSERT INTO contact_list_counts (organization_id, list_id, pending, valid, invalid, risky, nonexistent, created_at) \
     SELECT $1, $2, sum(pending), sum(valid), sum(invalid), sum(risky), sum(nonexistent), max(created_at) \
     FROM gone HAVING count(*) > 0";

#[derive(FromQueryResult)]
struct Full {
    list_id: Uuid,
}

impl PostgresUnit {
    /// Sums up the counts of those of these lists that have many.
    pub(super) async fn sum_up_counts(&self, lists: &[Uuid]) -> Result<(), StorageError> {
        if lists.is_empty() {
            return Ok(());
        }
        let sql = "SELECT c.list_id FROM contact_list_counts c WHERE c.organization_id = $1 AND c.list_id = ANY ($2) \
                   GROUP BY c.list_id HAVING count(*) > $3 ORDER BY c.list_id";
        let values = [
            self.organization().into(),
            lists.to_vec().into(),
            MANY.into(),
        ];
        for full in self.all::<Full>(sql, values).await? {
            let values = [self.organization().into(), full.list_id.into()];
            self.execute_sql(SUM_UP, values).await?;
        }
        Ok(())
    }
}
