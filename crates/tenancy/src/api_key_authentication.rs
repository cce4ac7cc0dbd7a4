//! Use case: proving who one is with an API key.

use std::sync::Arc;

use kernel::{
    Actor, ApiKeyId, AuditAction, AuditDraft, Changes, Credential, KeyPurpose, KeyRing,
    OrganizationId, Origin, Secret, TenantScope,
};
use time::Duration;

use crate::network::network_of;
use crate::workbench::Workbench;
use crate::{AccountPorts, ApiKey, ApiKeyToken, KeyLimits, Principal, TenancyError, TokenHash};

/// What decides whether an API key can be used; read in one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyUse {
    /// The key.
    pub key: ApiKey,
    /// Whether its user's account can be used and is not deleted.
    pub user_is_active: bool,
    /// Whether the key was used from this network before.
    pub network_is_known: bool,
}

/// How exactly it is kept when a key was last used.
const PRECISION: Duration = Duration::minutes(1);

/// Authenticates the bearers of API keys.
#[derive(Clone)]
pub struct ApiKeyAuthentication {
    bench: Workbench,
    keys: Arc<dyn KeyRing>,
}

impl ApiKeyAuthentication {
    /// Authentication over these ports.
    #[must_use]
    pub fn new(ports: &AccountPorts) -> Self {
        Self {
            bench: ports.bench(),
            keys: Arc::clone(&ports.keys),
        }
    }

    /// The user whose key this is the token of, limited to the key's organization and scopes.
    ///
    /// A text that cannot be a token is refused without asking the storage; unknown, revoked and expired
    /// keys and keys of closed accounts are refused alike. Whether the user is still a member, and with which
    /// rights, is for [`crate::Access`] to decide. The first use from a network is written to the audit log.
    pub async fn authenticate(
        &self,
        token: &Secret,
        origin: Origin,
    ) -> Result<Principal, TenancyError> {
        let hash = ApiKeyToken::parse(token)
            .ok_or(TenancyError::Unauthenticated)?
            .hash();
        let (organization, id) = self
            .find(&hash, &origin)
            .await?
            .ok_or(TenancyError::Unauthenticated)?;

        // The platform's scope of somebody unknown ends here: what follows is about the key's own tenant.
        let scope = TenantScope::for_principal(organization, Actor::Anonymous, origin.clone());
        let unit = self.bench.begin(&scope).await?;
        let network = origin.ip.map(|ip| {
            let data = [&id.as_uuid().into_bytes()[..], network_of(ip).as_bytes()].concat();
            self.keys.lasting_mac(KeyPurpose::ClientAddress, &data).tag
        });
        let at = self.bench.now();
        let found = unit
            .api_keys()
            .find_use(id, network.as_ref())
            .await?
            .filter(|found| found.key.is_living(at) && found.user_is_active)
            .filter(|found| found.key.state().key_hash == hash)
            .ok_or(TenancyError::Unauthenticated)?;

        let state = found.key.state();
        let principal = Principal {
            user: state.user,
            credential: Credential::ApiKey(id),
            origin,
            limits: Some(KeyLimits {
                organization,
                scopes: state.scopes.clone(),
            }),
        };
        if let Some(network) = network
            && !found.network_is_known
            && unit.api_keys().note_network(id, &network, at).await?
        {
            let scope = TenantScope::for_principal(
                organization,
                principal.actor(),
                principal.origin.clone(),
            );
            let draft =
                AuditDraft::new("api_key", id.as_uuid(), AuditAction::Login, Changes::none())
                    .because("new-network");
            self.bench.note(unit.as_ref(), &scope, [draft]).await?;
        }
        if state.last_used_at.is_none_or(|used| at - used >= PRECISION) {
            unit.api_keys().note_use(id, at).await?;
        }
        unit.commit().await?;
        Ok(principal)
    }

    async fn find(
        &self,
        hash: &TokenHash,
        origin: &Origin,
    ) -> Result<Option<(OrganizationId, ApiKeyId)>, TenancyError> {
        let scope = TenantScope::platform(Actor::Anonymous, origin.clone());
        let unit = self.bench.begin(&scope).await?;
        let found = unit.directory().find_api_key(hash).await?;
        unit.commit().await?;
        Ok(found)
    }
}
