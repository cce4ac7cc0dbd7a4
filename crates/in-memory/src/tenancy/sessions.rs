//! Sessions.

use async_trait::async_trait;
use kernel::{Page, PageRequest, SessionId, StorageError, Timestamp, UserId};
use tenancy::ports::SessionRepository;
use tenancy::{Bearing, Session};

use crate::unit::MemoryUnit;

#[async_trait]
impl SessionRepository for MemoryUnit {
    async fn insert(&self, session: &Session) -> Result<(), StorageError> {
        self.require_platform()?;
        self.write(|platform| platform.sessions.insert(session.id(), session.clone()));
        Ok(())
    }

    async fn find_bearing(&self, id: SessionId) -> Result<Option<Bearing>, StorageError> {
        let Some(session) = self.read(|platform| platform.sessions.get(&id).cloned()) else {
            return Ok(None);
        };
        Ok(self.read_global(|global| {
            let user = global.users.get(&session.state().user)?.state();
            Some(Bearing {
                user_status: user.status,
                user_deleted: user.stamps.is_deleted(),
                session,
            })
        }))
    }

    async fn find_bearing_for_update(
        &self,
        id: SessionId,
    ) -> Result<Option<Bearing>, StorageError> {
        // Marks the state as changed, so that of two concurrent units one fails to commit.
        self.write(|_| ());
        self.find_bearing(id).await
    }

    async fn list_living(
        &self,
        user: UserId,
        at: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Session>, StorageError> {
        Ok(self.read(|platform| {
            let living = platform
                .sessions
                .values()
                .filter(|session| session.state().user == user && session.lives(at))
                .cloned();
            self.page(living, page, |session| session.id().as_uuid())
        }))
    }

    async fn update(&self, session: &Session) -> Result<(), StorageError> {
        let replaced = self.write(|platform| {
            platform
                .sessions
                .get_mut(&session.id())
                .map(|present| *present = session.clone())
        });
        replaced.ok_or_else(|| StorageError::Unexpected("no such session to update".into()))
    }

    async fn revoke_all(
        &self,
        user: UserId,
        but: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<SessionId>, StorageError> {
        Ok(self.write(|platform| {
            platform
                .sessions
                .values_mut()
                .filter(|session| {
                    session.state().user == user && session.lives(at) && Some(session.id()) != but
                })
                .map(|session| {
                    session.revoke(at);
                    session.id()
                })
                .collect()
        }))
    }
}
