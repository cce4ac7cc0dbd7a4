//! Use cases: logging in, staying logged in, and logging out.

use std::sync::Arc;

use kernel::{
    Actor, AuditAction, AuditDraft, Changes, Checked, Credential, Done, EmailAddress, Expected,
    KeyRing, Once, Origin, Page, PageRequest, Secret, SessionId, StorageError, TenantScope,
    Timestamp, UserId, begin_once,
};
use serde_json::Value;

use crate::access::Principal;
use crate::account_ports::AccountPorts;
use crate::instant::shown;
use crate::ports::TenancyUnit;
use crate::session_token::{SessionClaim, TokenKind};
use crate::throttle::{Throttle, Tries};
use crate::workbench::Workbench;
use crate::{
    PasswordCheck, PasswordHash, PasswordHasher, RefreshVerdict, Session, TenancyError, TokenHash,
    TokenPair, User, UserStatus,
};

/// What somebody logs in with.
#[derive(Clone, Debug)]
pub struct Login {
    /// The address of the account.
    pub email: EmailAddress,
    /// The password.
    pub password: Secret,
}

/// A session and its present tokens, which are shown now and never again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Its present tokens.
    pub tokens: TokenPair,
}

/// Use cases on sessions.
#[derive(Clone)]
pub struct Sessions {
    bench: Workbench,
    throttle: Throttle,
    keys: Arc<dyn KeyRing>,
    hasher: Arc<dyn PasswordHasher>,
}

/// Why a login is refused: for the audit log only, the client learns nothing of it.
struct Refusal {
    user: Option<UserId>,
    reason: &'static str,
}

impl Sessions {
    /// Use cases on what is behind the ports.
    #[must_use]
    pub fn new(ports: &AccountPorts) -> Self {
        Self {
            bench: ports.bench(),
            throttle: ports.throttle(),
            keys: Arc::clone(&ports.keys),
            hasher: Arc::clone(&ports.hasher),
        }
    }

    /// Opens a session for whoever knows the password of an active account.
    ///
    /// An unknown address, a wrong password and an account that cannot be used are all refused with
    /// [`TenancyError::LoginRefused`], after the same work. Tries are limited per address and per network.
    pub async fn login(
        &self,
        origin: &Origin,
        login: Checked<Login>,
        once: &Once<'_, Opened>,
    ) -> Result<Done<Opened>, TenancyError> {
        let login = login?;
        let at = self.bench.now();
        let anonymous = TenantScope::platform(Actor::Anonymous, origin.clone());
        for tries in [Tries::LoginFrom(origin), Tries::LoginTo(&login.email)] {
            self.count(&anonymous, tries, at).await?;
        }

        let unit = self.bench.begin(&anonymous).await?;
        let user = unit.users().find_by_email(&login.email).await?;
        unit.commit().await?;
        // No unit is open meanwhile, because this takes long.
        let hash = user
            .as_ref()
            .and_then(|user| user.state().password.as_ref());
        let check = self.hasher.check(&login.password, hash).await?;

        let opened = match judge(user, check) {
            Ok(user) => self.open(origin, &login, user, check, once).await?,
            Err(refusal) => Err(refusal),
        };
        match opened {
            Ok(done) => {
                self.throttle.forget(Tries::LoginTo(&login.email)).await;
                Ok(done)
            }
            Err(refusal) => {
                self.note_refusal(&anonymous, &refusal).await?;
                Err(TenancyError::LoginRefused)
            }
        }
    }

    /// Counts a try; where that is refused, says so in the log once in a while.
    async fn count(
        &self,
        anonymous: &TenantScope,
        tries: Tries<'_>,
        at: Timestamp,
    ) -> Result<(), TenancyError> {
        let counted = self.throttle.count(tries, at).await;
        if matches!(counted, Err(TenancyError::Limited { .. }))
            && self.throttle.is_news(tries, at).await?
        {
            // Whose account it is, if anybody's, is not looked up: a refused try is to cost little.
            let refusal = Refusal {
                user: None,
                reason: "throttled",
            };
            self.note_refusal(anonymous, &refusal).await?;
        }
        counted
    }

    async fn note_refusal(
        &self,
        anonymous: &TenantScope,
        refusal: &Refusal,
    ) -> Result<(), TenancyError> {
        let draft = AuditDraft {
            entity_type: "user",
            entity: refusal.user.map(UserId::as_uuid),
            action: AuditAction::LoginFailed,
            changes: Changes::none(),
            reason: Some(refusal.reason.to_owned()),
            batch: None,
        };
        let unit = self.bench.begin(anonymous).await?;
        self.bench.note(unit.as_ref(), anonymous, [draft]).await?;
        unit.commit().await?;
        Ok(())
    }

    /// Opens the session of a user whose password was right a moment ago, unless they changed since.
    async fn open(
        &self,
        origin: &Origin,
        login: &Login,
        known: User,
        check: PasswordCheck,
        once: &Once<'_, Opened>,
    ) -> Result<Result<Done<Opened>, Refusal>, TenancyError> {
        let renewed = match check {
            PasswordCheck::RightButOutdated => Some(self.hasher.hash(&login.password).await?),
            _ => None,
        };
        let at = self.bench.now();
        let id = self.bench.id(SessionId::from_uuid);
        let (tokens, key_id) = TokenPair::derive_newest(self.keys.as_ref(), id, FIRST_GENERATION);
        let session = Session::open(id, known.id(), &tokens, key_id, origin, at);
        let actor = Actor::User(known.id(), Credential::Session(id));
        let scope = TenantScope::platform(actor, origin.clone());

        let unit = self.bench.begin(&scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Ok(Done::Replayed(answer)));
        }
        let present = unit.users().find_for_update(known.id()).await?;
        let unchanged = present.filter(|present| {
            present.can_act() && present.state().password == known.state().password
        });
        let Some(user) = unchanged else {
            return Ok(Err(Refusal {
                user: Some(known.id()),
                reason: "changed-meanwhile",
            }));
        };

        let mut drafts = vec![AuditDraft::new(
            "session",
            id.as_uuid(),
            AuditAction::Login,
            session.changes_since(None),
        )];
        if let Some(hash) = renewed {
            drafts.push(self.renew(unit.as_ref(), user, hash, at).await?);
        }
        unit.sessions().insert(&session).await?;
        self.bench
            .note(unit.as_ref(), &scope, self.bench.batch(drafts))
            .await?;
        let opened = Opened { session, tokens };
        once.record(unit.idempotency(), &opened).await?;
        unit.commit().await?;
        Ok(Ok(Done::Fresh(opened)))
    }

    /// Writes the hash of an unchanged password that was made with today's parameters.
    async fn renew(
        &self,
        unit: &dyn TenancyUnit,
        before: User,
        hash: PasswordHash,
        at: Timestamp,
    ) -> Result<AuditDraft, TenancyError> {
        let mut after = before.clone();
        after.change_password(hash, at, Some(before.id()));
        unit.users()
            .update(&after, before.state().stamps.version)
            .await?;
        let changes = after.changes_since(Some(&before));
        Ok(
            AuditDraft::new("user", after.id().as_uuid(), AuditAction::Update, changes)
                .because("outdated-hash"),
        )
    }

    /// The next tokens for the present refresh token.
    ///
    /// The refresh token just before gets the same ones within [`Session::GRACE`]; an older one was
    /// stolen or stored twice, and ends the session. All refusals are [`TenancyError::RefreshRefused`].
    pub async fn refresh(
        &self,
        origin: &Origin,
        token: Checked<Secret>,
    ) -> Result<Opened, TenancyError> {
        let token = token?;
        let claim = SessionClaim::read(self.keys.as_ref(), TokenKind::Refresh, &token)
            .ok_or(TenancyError::RefreshRefused)?;
        let anonymous = TenantScope::platform(Actor::Anonymous, origin.clone());
        let unit = self.bench.begin(&anonymous).await?;
        let bearing = unit
            .sessions()
            .find_bearing_for_update(claim.session)
            .await?;
        let at = self.bench.now();
        let before = bearing
            .filter(|bearing| bearing.stands(at))
            .map(|bearing| bearing.session)
            .ok_or(TenancyError::RefreshRefused)?;

        match before.judge(claim.generation, TokenHash::of(&token), at) {
            RefreshVerdict::Present => {
                let (tokens, key_id) = TokenPair::derive_newest(
                    self.keys.as_ref(),
                    claim.session,
                    before.state().generation + 1,
                );
                let mut session = before.clone();
                session.rotate(&tokens, key_id, at);
                unit.sessions().update(&session).await?;
                let actor = Actor::User(session.state().user, Credential::Session(claim.session));
                let scope = TenantScope::platform(actor, origin.clone());
                let draft = AuditDraft::new(
                    "session",
                    claim.session.as_uuid(),
                    AuditAction::Update,
                    session.changes_since(Some(&before)),
                );
                self.bench.note(unit.as_ref(), &scope, [draft]).await?;
                unit.commit().await?;
                Ok(Opened { session, tokens })
            }
            RefreshVerdict::JustReplaced => {
                unit.commit().await?;
                let state = before.state();
                let tokens =
                    TokenPair::derive(self.keys.as_ref(), state.key_id, state.id, state.generation)
                        .ok_or(TenancyError::RefreshRefused)?;
                Ok(Opened {
                    session: before,
                    tokens,
                })
            }
            RefreshVerdict::Replayed => {
                let mut session = before.clone();
                session.revoke(at);
                unit.sessions().update(&session).await?;
                let draft = AuditDraft::new(
                    "session",
                    claim.session.as_uuid(),
                    AuditAction::Revoke,
                    session.changes_since(Some(&before)),
                )
                .because("refresh-token-replayed");
                self.bench.note(unit.as_ref(), &anonymous, [draft]).await?;
                unit.commit().await?;
                Err(TenancyError::RefreshRefused)
            }
            RefreshVerdict::Unknown => Err(TenancyError::RefreshRefused),
        }
    }

    /// Who bears this access token.
    pub async fn authenticate(
        &self,
        token: &Secret,
        origin: Origin,
    ) -> Result<Principal, TenancyError> {
        let claim = SessionClaim::read(self.keys.as_ref(), TokenKind::Access, token)
            .ok_or(TenancyError::Unauthenticated)?;
        let anonymous = TenantScope::platform(Actor::Anonymous, origin.clone());
        let unit = self.bench.begin(&anonymous).await?;
        let bearing = unit.sessions().find_bearing(claim.session).await?;
        unit.commit().await?;
        let at = self.bench.now();
        let hash = TokenHash::of(token);
        let bearing = bearing
            .filter(|bearing| {
                bearing.stands(at) && bearing.session.admits(claim.generation, hash, at)
            })
            .ok_or(TenancyError::Unauthenticated)?;
        Ok(Principal {
            user: bearing.session.state().user,
            credential: Credential::Session(claim.session),
            origin,
            limits: None,
        })
    }

    /// Ends the session that the principal acts with, at once.
    pub async fn logout(&self, principal: &Principal) -> Result<(), TenancyError> {
        self.end(principal, principal.session()?, &Expected::Any)
            .await
    }

    /// The principal's own living sessions, in the order in which they began.
    pub async fn list(
        &self,
        principal: &Principal,
        page: &PageRequest,
    ) -> Result<Page<Session>, TenancyError> {
        principal.session()?;
        let unit = self.bench.begin(&principal.platform_scope()).await?;
        let sessions = unit
            .sessions()
            .list_living(principal.user, self.bench.now(), page)
            .await?;
        unit.commit().await?;
        Ok(sessions)
    }

    /// One of the principal's own living sessions.
    pub async fn read(
        &self,
        principal: &Principal,
        id: SessionId,
    ) -> Result<Session, TenancyError> {
        principal.session()?;
        let unit = self.bench.begin(&principal.platform_scope()).await?;
        let found = unit.sessions().find_bearing(id).await?;
        unit.commit().await?;
        let at = self.bench.now();
        found
            .map(|bearing| bearing.session)
            .filter(|session| session.state().user == principal.user && session.lives(at))
            .ok_or(TenancyError::NotFound("session"))
    }

    /// Ends one of the principal's own sessions, if it is as expected ([`Session::version_for`]).
    pub async fn revoke(
        &self,
        principal: &Principal,
        id: SessionId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        principal.session()?;
        self.end(principal, id, expected).await
    }

    /// Ends all of the principal's own sessions but the one they act with, and tells which they were.
    pub async fn revoke_others(
        &self,
        principal: &Principal,
    ) -> Result<Vec<SessionId>, TenancyError> {
        let present = principal.session()?;
        let scope = principal.platform_scope();
        let unit = self.bench.begin(&scope).await?;
        let at = self.bench.now();
        let ended = unit
            .sessions()
            .revoke_all(principal.user, Some(present), at)
            .await?;
        let drafts = ended
            .iter()
            .map(|id| ended_draft(*id, AuditAction::Logout, at))
            .collect();
        self.bench
            .note(unit.as_ref(), &scope, self.bench.batch(drafts))
            .await?;
        unit.commit().await?;
        Ok(ended)
    }

    async fn end(
        &self,
        principal: &Principal,
        id: SessionId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        let current = principal.session()?;
        let scope = principal.platform_scope();
        let unit = self.bench.begin(&scope).await?;
        let at = self.bench.now();
        let found = unit.sessions().find_bearing_for_update(id).await?;
        let before = found
            .map(|bearing| bearing.session)
            .filter(|session| session.state().user == principal.user && session.lives(at))
            .ok_or(TenancyError::NotFound("session"))?;
        if !expected.accepts(before.version_for(current)) {
            return Err(TenancyError::Stale);
        }
        let mut session = before.clone();
        session.revoke(at);
        unit.sessions().update(&session).await?;
        let draft = ended_draft(id, AuditAction::Logout, at);
        self.bench.note(unit.as_ref(), &scope, [draft]).await?;
        unit.commit().await?;
        Ok(())
    }
}

/// The generation of a session's first tokens.
const FIRST_GENERATION: u32 = 1;

/// Who logs in, or why nobody does.
fn judge(user: Option<User>, check: PasswordCheck) -> Result<User, Refusal> {
    let Some(user) = user else {
        return Err(Refusal {
            user: None,
            reason: "unknown-account",
        });
    };
    let refused = |reason| {
        Err(Refusal {
            user: Some(user.id()),
            reason,
        })
    };
    match (check, user.state().status) {
        (PasswordCheck::Wrong, _) => refused("wrong-password"),
        (_, UserStatus::Pending) => refused("account-pending"),
        (_, UserStatus::Inactive) => refused("account-inactive"),
        (_, UserStatus::Suspended) => refused("account-suspended"),
        (PasswordCheck::Right | PasswordCheck::RightButOutdated, UserStatus::Active) => Ok(user),
    }
}

/// What the audit log says of a session that was ended before its time.
fn ended_draft(id: SessionId, action: AuditAction, at: Timestamp) -> AuditDraft {
    let changes = Changes::none().field("revoked_at", Value::Null, shown(Some(at)));
    AuditDraft::new("session", id.as_uuid(), action, changes)
}

/// Ends all of a user's sessions but for one, within a unit of the platform's scope.
pub(crate) async fn end_sessions(
    unit: &dyn TenancyUnit,
    user: UserId,
    but: Option<SessionId>,
    at: Timestamp,
) -> Result<Vec<AuditDraft>, StorageError> {
    let ended = unit.sessions().revoke_all(user, but, at).await?;
    Ok(ended
        .into_iter()
        .map(|id| ended_draft(id, AuditAction::Revoke, at))
        .collect())
}
