//! Use cases: making, reading, changing and revoking API keys.

use std::sync::Arc;

use kernel::{
    Actor, ApiKeyId, AuditAction, AuditDraft, Changes, Checked, Clock, Credential, Done, Expected,
    IdGenerator, Once, Page, PageRequest, Patch, RandomBytes, StorageError, TenantScope, Timestamp,
    UserId, begin_once,
};

use crate::ports::{ApiKeyFilter, TenancyStore, TenancyUnit};
use crate::refusal::{Refusal, Target};
use crate::standing::{hold_rights, require_all};
use crate::workbench::Workbench;
use crate::{
    ApiKey, ApiKeyChange, ApiKeyToken, IssuedApiKey, Member, NewApiKey, Permission, Revocation,
    TenancyError,
};

/// Use cases on API keys.
#[derive(Clone)]
pub struct ApiKeys {
    bench: Workbench,
    chance: Arc<dyn RandomBytes>,
}

impl ApiKeys {
    /// How many keys one request can revoke.
    pub const MOST_AT_ONCE: usize = 100;

    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        chance: Arc<dyn RandomBytes>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            chance,
        }
    }

    /// Makes an API key for the member, with rights that they hold.
    ///
    /// Needs a session: a leaked key cannot make others that outlive its revocation.
    pub async fn create(
        &self,
        member: &Member,
        new: Checked<NewApiKey>,
        once: &Once<'_, IssuedApiKey>,
    ) -> Result<Done<IssuedApiKey>, TenancyError> {
        require_session(member)?;
        self.bench
            .decide(member.scope(), member.organization(), async {
                let at = self.bench.now();
                let unit = self.bench.begin(member.scope()).await?;
                if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
                    return Ok(Done::Replayed(answer));
                }
                let rights = hold_rights(unit.as_ref(), member, Permission::ApiKeyCreate).await?;
                let new = new?;
                require_all(&rights, &new.scopes)?;
                let token = ApiKeyToken::generate(self.chance.as_ref());
                let key = ApiKey::issue(
                    self.bench.id(ApiKeyId::from_uuid),
                    member.scope().organization(),
                    member.user(),
                    new,
                    &token,
                    at,
                )?;
                unit.api_keys().insert(&key).await?;
                let leads = unit
                    .directory()
                    .add_api_key(&token.hash(), key.id(), at)
                    .await?;
                if !leads {
                    return Err(StorageError::Unexpected("a token was made twice".into()).into());
                }
                let changes = key.changes_since(None);
                self.note(unit.as_ref(), member, &key, AuditAction::Create, changes)
                    .await?;
                let issued = IssuedApiKey {
                    key,
                    token: token.secret().clone(),
                };
                once.record(unit.idempotency(), &issued).await?;
                unit.commit().await?;
                Ok(Done::Fresh(issued))
            })
            .await
    }

    /// API keys in the order of their ids: the member's own, or with `api_key.view` everybody's; those of
    /// `user` only, if one is named; those that can be used, or those that ended.
    pub async fn list(
        &self,
        member: &Member,
        user: Option<UserId>,
        ended: bool,
        page: &PageRequest,
    ) -> Result<Page<ApiKey>, TenancyError> {
        let sees_all = member.rights().contains(Permission::ApiKeyView);
        let user = user.or((!sees_all).then_some(member.user()));
        if !sees_all && user != Some(member.user()) {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        let filter = ApiKeyFilter {
            user,
            ended,
            at: self.bench.now(),
        };
        let unit = self.bench.begin(member.scope()).await?;
        let keys = unit.api_keys().list(&filter, page).await?;
        unit.commit().await?;
        Ok(keys)
    }

    /// An API key of the member's own, or with `api_key.view` anybody's.
    pub async fn read(&self, member: &Member, id: ApiKeyId) -> Result<ApiKey, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let key = find(unit.as_ref(), member, id).await?;
        unit.commit().await?;
        Ok(key)
    }

    /// Changes an API key of the member's own. Needs a session, as [`ApiKeys::create`] does.
    pub async fn update(
        &self,
        member: &Member,
        id: ApiKeyId,
        expected: &Expected,
        change: Checked<ApiKeyChange>,
    ) -> Result<ApiKey, TenancyError> {
        require_session(member)?;
        self.bench
            .decide(member.scope(), target(id), async {
                let unit = self.bench.begin(member.scope()).await?;
                let before = find(unit.as_ref(), member, id).await?;
                if before.state().user != member.user() {
                    return Err(Refusal::ApiKeyOfAnother.into());
                }
                let version = before.state().stamps.version;
                if !expected.accepts(version) {
                    return Err(TenancyError::Stale.into());
                }
                let change = change?;
                let at = self.bench.now();
                if !before.is_living(at) {
                    return Err(TenancyError::ApiKeyEnded.into());
                }
                let rights = hold_rights(unit.as_ref(), member, Permission::ApiKeyCreate).await?;
                if let Patch::Set(scopes) = &change.scopes {
                    require_all(&rights, scopes)?;
                }
                let mut after = before.clone();
                after.change(&change, at)?;
                let changes = after.changes_since(Some(&before));
                if changes.is_empty() {
                    return Ok(before);
                }
                unit.api_keys().update(&after, version).await?;
                self.note(unit.as_ref(), member, &after, AuditAction::Update, changes)
                    .await?;
                unit.commit().await?;
                Ok(after)
            })
            .await
    }

    /// Revokes an API key of the member's own, or with `api_key.revoke` anybody's. Revoking it again changes nothing.
    pub async fn revoke(
        &self,
        member: &Member,
        id: ApiKeyId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        self.bench
            .decide(member.scope(), target(id), async {
                let unit = self.bench.begin(member.scope()).await?;
                let key = unit.api_keys().find(id).await?;
                let key = match key.map(|key| (authority(member, &key), key)) {
                    Some((Authority::Revokes, key)) => key,
                    Some((Authority::Sees, _)) => return Err(NOT_ALLOWED.into()),
                    Some((Authority::None, _)) | None => {
                        return Err(TenancyError::NotFound("API key").into());
                    }
                };
                if !expected.accepts(key.state().stamps.version) {
                    return Err(TenancyError::Stale.into());
                }
                if key.state().revoked_at.is_none() {
                    let at = self.bench.now();
                    let draft = revoke(unit.as_ref(), member.scope(), &key, at).await?;
                    self.bench
                        .note(unit.as_ref(), member.scope(), [draft])
                        .await?;
                }
                unit.commit().await?;
                Ok(())
            })
            .await
    }

    /// Revokes up to [`ApiKeys::MOST_AT_ONCE`] API keys; tells of each in the same order what became of it.
    pub async fn revoke_all(
        &self,
        member: &Member,
        ids: Checked<Vec<ApiKeyId>>,
    ) -> Result<Vec<(ApiKeyId, Revocation)>, TenancyError> {
        let ids = ids?;
        let unit = self.bench.begin(member.scope()).await?;
        let at = self.bench.now();
        let batch = self.bench.id(std::convert::identity);
        let mut drafts = Vec::new();
        let mut outcomes = std::collections::BTreeMap::new();
        for key in unit.api_keys().find_all(&ids).await? {
            let outcome = match authority(member, &key) {
                Authority::None => Revocation::NoSuchKey,
                Authority::Sees => {
                    let (draft, _) = NOT_ALLOWED.told(target(key.id()));
                    drafts.push(draft.in_batch(batch));
                    Revocation::NotAllowed
                }
                Authority::Revokes if key.state().revoked_at.is_some() => {
                    Revocation::AlreadyRevoked
                }
                Authority::Revokes => {
                    let draft = revoke(unit.as_ref(), member.scope(), &key, at).await?;
                    drafts.push(draft.in_batch(batch));
                    Revocation::Revoked
                }
            };
            outcomes.insert(key.id(), outcome);
        }
        self.bench
            .note(unit.as_ref(), member.scope(), drafts)
            .await?;
        unit.commit().await?;

        let told = ids.into_iter().map(|id| {
            let outcome = outcomes.get_mut(&id).map_or(Revocation::NoSuchKey, |next| {
                // An id that is named twice is revoked once.
                let again = match *next {
                    Revocation::Revoked => Revocation::AlreadyRevoked,
                    other => other,
                };
                std::mem::replace(next, again)
            });
            (id, outcome)
        });
        Ok(told.collect())
    }

    async fn note(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        key: &ApiKey,
        action: AuditAction,
        changes: Changes,
    ) -> Result<(), StorageError> {
        let draft = AuditDraft::new("api_key", key.id().as_uuid(), action, changes);
        self.bench.note(unit, member.scope(), [draft]).await
    }
}

/// Revokes all keys of somebody whose membership ends, in the unit in which it does: should they come back, the
/// keys they left behind do not.
pub(crate) async fn revoke_all_of(
    bench: &Workbench,
    unit: &dyn TenancyUnit,
    scope: &TenantScope,
    user: UserId,
    batch: uuid::Uuid,
    at: Timestamp,
) -> Result<(), TenancyError> {
    let mut drafts = Vec::new();
    for key in unit.api_keys().find_unrevoked_of(user).await? {
        drafts.push(revoke(unit, scope, &key, at).await?.in_batch(batch));
    }
    bench.note(unit, scope, drafts).await?;
    Ok(())
}

/// What a member may do with a key.
enum Authority {
    None,
    Sees,
    Revokes,
}

fn authority(member: &Member, key: &ApiKey) -> Authority {
    let rights = member.rights();
    if key.state().user == member.user() || rights.contains(Permission::ApiKeyRevoke) {
        Authority::Revokes
    } else if rights.contains(Permission::ApiKeyView) {
        Authority::Sees
    } else {
        Authority::None
    }
}

/// The key with this id, if the member may see it.
async fn find(
    unit: &dyn TenancyUnit,
    member: &Member,
    id: ApiKeyId,
) -> Result<ApiKey, TenancyError> {
    let sees_all = member.rights().contains(Permission::ApiKeyView);
    unit.api_keys()
        .find(id)
        .await?
        .filter(|key| sees_all || key.state().user == member.user())
        .ok_or(TenancyError::NotFound("API key"))
}

/// Writes the revocation, and makes the token lead nowhere.
async fn revoke(
    unit: &dyn TenancyUnit,
    scope: &TenantScope,
    key: &ApiKey,
    at: Timestamp,
) -> Result<AuditDraft, TenancyError> {
    let mut revoked = key.clone();
    revoked.revoke(at, scope.actor().user());
    unit.api_keys()
        .update(&revoked, key.state().stamps.version)
        .await?;
    unit.directory().remove_api_key(key.id()).await?;
    Ok(AuditDraft::new(
        "api_key",
        key.id().as_uuid(),
        AuditAction::Revoke,
        revoked.changes_since(Some(key)),
    ))
}

/// That somebody may not revoke a key that they see.
const NOT_ALLOWED: Refusal = Refusal::PermissionMissing(Permission::ApiKeyRevoke);

const fn target(id: ApiKeyId) -> Target {
    ("api_key", id.as_uuid())
}

fn require_session(member: &Member) -> Result<(), TenancyError> {
    match member.scope().actor() {
        Actor::User(_, Credential::Session(_)) => Ok(()),
        _ => Err(TenancyError::SessionRequired),
    }
}
