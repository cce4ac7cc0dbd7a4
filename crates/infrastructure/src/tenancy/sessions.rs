//! `sessions`

use async_trait::async_trait;
use kernel::{Cursor, Page, PageRequest, SessionId, StorageError, Timestamp, UserId};
use sea_orm::{FromQueryResult, Value};
use tenancy::ports::SessionRepository;
use tenancy::{Bearing, PreviousAccess, Session, SessionState, TokenHash};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::corrupt;
use crate::page::bounds;
use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    generation: i32,
    key_id: i16,
    refresh_hash: Vec<u8>,
    access_hash: Vec<u8>,
    access_expires_at: OffsetDateTime,
    previous_access_hash: Option<Vec<u8>>,
    previous_access_expires_at: Option<OffsetDateTime>,
    rotated_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    revoked_at: Option<OffsetDateTime>,
    ip: Option<String>,
    user_agent: Option<String>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

#[derive(FromQueryResult)]
struct BearingRow {
    #[sea_orm(nested)]
    session: Row,
    user_status: String,
    user_deleted: bool,
}

const COLUMNS: &str = "s.id, s.user_id, s.generation, s.key_id, s.refresh_hash, s.access_hash, \
    s.access_expires_at, s.previous_access_hash, s.previous_access_expires_at, s.rotated_at, s.expires_at, \
    s.revoked_at, host(s.ip) AS ip, s.user_agent, s.created_at, s.updated_at";

#[async_trait]
impl SessionRepository for PostgresUnit {
    async fn insert(&self, session: &Session) -> Result<(), StorageError> {
        let sql = "INSERT INTO sessions (id, user_id, generation, key_id, refresh_hash, access_hash, \
                   access_expires_at, previous_access_hash, previous_access_expires_at, rotated_at, expires_at, \
                   revoked_at, ip, user_agent, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::inet, $14, $15, $16)";
        let state = session.state();
        let mut values = vec![state.id.as_uuid().into(), state.user.as_uuid().into()];
        values.extend(changeable(state)?);
        values.extend([
            state.ip.map(|ip| ip.to_string()).into(),
            state.user_agent.clone().into(),
            state.created_at.into(),
            state.updated_at.into(),
        ]);
        self.execute_sql(sql, values).await.map(drop)
    }

    async fn find_bearing(&self, id: SessionId) -> Result<Option<Bearing>, StorageError> {
        self.bearing(id, "").await
    }

    async fn find_bearing_for_update(
        &self,
        id: SessionId,
    ) -> Result<Option<Bearing>, StorageError> {
        self.bearing(id, "FOR UPDATE OF s").await
    }

    async fn list_living(
        &self,
        user: UserId,
        at: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Session>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM sessions s \
             WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.id > $3 \
             ORDER BY s.id LIMIT $4"
        );
        let (after, most) = bounds(page);
        let values = [user.as_uuid().into(), at.into(), after.into(), most.into()];
        let sessions = self
            .all::<Row>(&sql, values)
            .await?
            .into_iter()
            .map(Session::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Page::from_overfull(sessions, page.limit, |session| {
            Cursor::Id(session.id().as_uuid())
        }))
    }

    async fn update(&self, session: &Session) -> Result<(), StorageError> {
        let sql = "UPDATE sessions SET generation = $2, key_id = $3, refresh_hash = $4, access_hash = $5, \
                   access_expires_at = $6, previous_access_hash = $7, previous_access_expires_at = $8, \
                   rotated_at = $9, expires_at = $10, revoked_at = $11, updated_at = $12 WHERE id = $1";
        let state = session.state();
        let mut values = vec![state.id.as_uuid().into()];
        values.extend(changeable(state)?);
        values.push(state.updated_at.into());
        if self.execute_sql(sql, values).await? == 1 {
            Ok(())
        } else {
            Err(StorageError::Unexpected("no such session to update".into()))
        }
    }

    async fn revoke_all(
        &self,
        user: UserId,
        but: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<SessionId>, StorageError> {
        #[derive(FromQueryResult)]
        struct Revoked {
            id: Uuid,
        }
        let sql = "UPDATE sessions SET revoked_at = $2, updated_at = $2 \
                   WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 AND id IS DISTINCT FROM $3 \
                   RETURNING id";
        let values = [
            user.as_uuid().into(),
            at.into(),
            but.map(SessionId::as_uuid).into(),
        ];
        let mut revoked = self
            .all::<Revoked>(sql, values)
            .await?
            .into_iter()
            .map(|row| SessionId::from_uuid(row.id))
            .collect::<Vec<_>>();
        revoked.sort_unstable();
        Ok(revoked)
    }
}

impl PostgresUnit {
    async fn bearing(&self, id: SessionId, lock: &str) -> Result<Option<Bearing>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS}, u.status AS user_status, u.deleted_at IS NOT NULL AS user_deleted \
             FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 {lock}"
        );
        let row = self.one::<BearingRow>(&sql, [id.as_uuid().into()]).await?;
        row.map(|row| {
            Ok(Bearing {
                session: row.session.try_into()?,
                user_status: row
                    .user_status
                    .parse()
                    .ok()
                    .ok_or_else(|| corrupt("users.status"))?,
                user_deleted: row.user_deleted,
            })
        })
        .transpose()
    }
}

/// The columns that change after the login, from `generation` to `revoked_at`.
fn changeable(state: &SessionState) -> Result<[Value; 10], StorageError> {
    let generation = i32::try_from(state.generation)
        .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
    let previous = state.previous_access;
    Ok([
        generation.into(),
        i16::from(state.key_id).into(),
        state.refresh_hash.as_bytes().to_vec().into(),
        state.access_hash.as_bytes().to_vec().into(),
        state.access_expires_at.into(),
        previous
            .map(|access| access.hash.as_bytes().to_vec())
            .into(),
        previous.map(|access| access.expires_at).into(),
        state.rotated_at.into(),
        state.expires_at.into(),
        state.revoked_at.into(),
    ])
}

impl TryFrom<Row> for Session {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let previous_access = row
            .previous_access_hash
            .zip(row.previous_access_expires_at)
            .map(|(bytes, expires_at)| {
                Ok::<_, StorageError>(PreviousAccess {
                    hash: hash(&bytes, "sessions.previous_access_hash")?,
                    expires_at,
                })
            })
            .transpose()?;
        Ok(Self::restore(SessionState {
            id: SessionId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            generation: u32::try_from(row.generation)
                .ok()
                .ok_or_else(|| corrupt("sessions.generation"))?,
            key_id: u8::try_from(row.key_id)
                .ok()
                .ok_or_else(|| corrupt("sessions.key_id"))?,
            refresh_hash: hash(&row.refresh_hash, "sessions.refresh_hash")?,
            access_hash: hash(&row.access_hash, "sessions.access_hash")?,
            access_expires_at: row.access_expires_at,
            previous_access,
            rotated_at: row.rotated_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            ip: row
                .ip
                .map(|ip| ip.parse().ok().ok_or_else(|| corrupt("sessions.ip")))
                .transpose()?,
            user_agent: row.user_agent,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }))
    }
}

fn hash(bytes: &[u8], column: &'static str) -> Result<TokenHash, StorageError> {
    bytes
        .try_into()
        .map(TokenHash::from_bytes)
        .ok()
        .ok_or_else(|| corrupt(column))
}
