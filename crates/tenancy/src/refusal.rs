//! Refusals for want of a right, which are told only after they were written down.

use kernel::{AuditAction, AuditDraft, Changes, TenantScope};
use uuid::Uuid;

use crate::workbench::Workbench;
use crate::{Permission, PlatformRole, TenancyError};

/// That somebody lacks a right.
///
/// It is no [`TenancyError`] yet, so that `?` cannot pass it on to a caller: it becomes one by being written to the
/// audit log, through [`Workbench::decide`], or through [`Refusal::told`] where the unit it is noted in goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// [`TenancyError::PermissionMissing`]
    PermissionMissing(Permission),
    /// [`TenancyError::RightNotHeld`]
    RightNotHeld(Permission),
    /// [`TenancyError::OwnerRequired`]
    OwnerRequired,
    /// [`TenancyError::ApiKeyOfAnother`]
    ApiKeyOfAnother,
    /// [`TenancyError::InvitationForAnother`]
    InvitationForAnother,
    /// [`TenancyError::PlatformAdminRequired`]
    PlatformAdminRequired,
}

/// What somebody wanted to do something to: the type of the entity, and its id.
pub(crate) type Target = (&'static str, Uuid);

impl Refusal {
    /// The entry that tells of it, and what the caller is told once that is in the log.
    #[must_use]
    pub(crate) fn told(self, (entity_type, entity): Target) -> (AuditDraft, TenancyError) {
        let (reason, error) = match self {
            Self::PermissionMissing(right) => (right.key(), TenancyError::PermissionMissing(right)),
            Self::RightNotHeld(right) => (right.key(), TenancyError::RightNotHeld(right)),
            Self::OwnerRequired => ("owner", TenancyError::OwnerRequired),
            Self::ApiKeyOfAnother => ("api-key-of-another", TenancyError::ApiKeyOfAnother),
            Self::InvitationForAnother => {
                ("invitation-for-another", TenancyError::InvitationForAnother)
            }
            Self::PlatformAdminRequired => (
                PlatformRole::PlatformAdmin.as_str(),
                TenancyError::PlatformAdminRequired,
            ),
        };
        let draft = AuditDraft::new(entity_type, entity, AuditAction::Denied, Changes::none());
        (draft.because(reason), error)
    }
}

/// Why a use case stopped: for want of a right, which is to be written down, or for any other reason.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// A right is missing.
    Refused(Refusal),
    /// Any other reason.
    Failed(TenancyError),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E> From<E> for Stopped
where
    TenancyError: From<E>,
{
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Stopped {
    /// What became of one among several wishes, where the others go on: a refusal's entry is added to the drafts of the
    /// unit; an `Err` where storage failed, so that none of them can go on.
    pub(crate) fn one_of_many(
        self,
        target: Target,
        drafts: &mut Vec<AuditDraft>,
    ) -> Result<TenancyError, TenancyError> {
        match self {
            Self::Refused(refusal) => {
                let (draft, error) = refusal.told(target);
                drafts.push(draft);
                Ok(error)
            }
            Self::Failed(error) => error.into_refusal(),
        }
    }
}

impl Workbench {
    /// Does the deed, and where it is refused for want of a right writes that down, in a unit of its own, since that of
    /// the deed is gone with all it did.
    pub(crate) async fn decide<T>(
        &self,
        scope: &TenantScope,
        target: Target,
        deed: impl Future<Output = Result<T, Stopped>> + Send,
    ) -> Result<T, TenancyError> {
        let refusal = match deed.await {
            Ok(done) => return Ok(done),
            Err(Stopped::Failed(error)) => return Err(error),
            Err(Stopped::Refused(refusal)) => refusal,
        };
        let (draft, error) = refusal.told(target);
        let unit = self.begin(scope).await?;
        self.note(unit.as_ref(), scope, [draft]).await?;
        unit.commit().await?;
        Err(error)
    }
}
