//! `contact_import_chunks`

use async_trait::async_trait;
use contacts::ports::ImportFileRepository;
use kernel::{ContactImportId, StorageError, Timestamp};
use sea_orm::FromQueryResult;

use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Chunk {
    bytes: Vec<u8>,
}

fn number(position: u32) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}

#[async_trait]
impl ImportFileRepository for PostgresUnit {
    async fn append(
        &self,
        import: ContactImportId,
        position: u32,
        bytes: &[u8],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO contact_import_chunks (organization_id, import_id, position, bytes, created_at) \
                   VALUES ($1, $2, $3, $4, $5)";
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            number(position).into(),
            bytes.to_vec().into(),
            at.into(),
        ];
        self.execute_sql(sql, values).await.map(|_| ())
    }

    async fn piece(
        &self,
        import: ContactImportId,
        position: u32,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let sql = "SELECT c.bytes FROM contact_import_chunks c \
                   WHERE c.organization_id = $1 AND c.import_id = $2 AND c.position = $3";
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            number(position).into(),
        ];
        let chunk = self.one::<Chunk>(sql, values).await?;
        Ok(chunk.map(|chunk| chunk.bytes))
    }

    async fn remove_read(&self, import: ContactImportId, before: u32) -> Result<(), StorageError> {
        let sql = "DELETE FROM contact_import_chunks c \
                   WHERE c.organization_id = $1 AND c.import_id = $2 AND c.position > 0 AND c.position < $3";
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            number(before).into(),
        ];
        self.execute_sql(sql, values).await.map(|_| ())
    }

    async fn remove(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError> {
        let sql = "DELETE FROM contact_import_chunks c WHERE c.organization_id = $1 AND c.import_id = $2 \
                   AND c.position IN (SELECT s.position FROM contact_import_chunks s \
                       WHERE s.organization_id = $1 AND s.import_id = $2 ORDER BY s.position LIMIT $3)";
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            i64::from(limit).into(),
        ];
        self.execute_sql(sql, values).await
    }
}
