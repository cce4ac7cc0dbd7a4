//! Use cases: making, reading, changing, deleting and restoring organizations.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, Credential, Cursor, Done, Expected,
    IdGenerator, IdempotencyRequest, MembershipId, Once, OrganizationId, Page, PageRequest, Patch,
    RoleId, StoredAnswer, TenantScope, Timestamp, begin_once,
};
use serde_json::json;

use crate::access::{Member, Principal};
use crate::leaving::require_account;
use crate::membership::InvitationState;
use crate::ports::{TenancyStore, TenancyUnit};
use crate::refusal::{Refusal, Stopped};
use crate::workbench::Workbench;
use crate::{
    Membership, NewOrganization, Organization, OrganizationChange, Role, RoleTemplate, TenancyError,
};

/// Use cases on organizations.
#[derive(Clone)]
pub struct Organizations {
    bench: Workbench,
}

impl Organizations {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Makes an organization with copies of all role templates, and its creator the owner.
    ///
    /// Needs a session, because an API key belongs to one organization and cannot make another.
    pub async fn create(
        &self,
        principal: &Principal,
        new: Checked<NewOrganization>,
        once: &Once<'_, Organization>,
    ) -> Result<Done<Organization>, TenancyError> {
        if !matches!(principal.credential, Credential::Session(_)) {
            return Err(TenancyError::SessionRequired);
        }
        let new = new?;
        if let Some(request) = &once.request
            && let Some(answer) = self.find_answer(principal, request).await?
        {
            return Ok(Done::Replayed(answer));
        }

        let at = self.bench.now();
        let organization = Organization::found(
            self.bench.id(OrganizationId::from_uuid),
            new,
            at,
            principal.user,
        );
        let scope = TenantScope::for_principal(
            organization.id(),
            principal.actor(),
            principal.origin.clone(),
        );
        let unit = self.bench.begin(&scope).await?;
        if let Some(request) = &once.request {
            if !unit.directory().claim_request(&request.key, at).await? {
                drop(unit);
                let answer = self.find_answer(principal, request).await?;
                return answer
                    .map(Done::Replayed)
                    .ok_or(kernel::IdempotencyError::InProgress.into());
            }
            begin_once(unit.idempotency(), once, at).await?;
        }
        self.found(unit.as_ref(), &scope, &organization, at).await?;
        once.record(unit.idempotency(), &organization).await?;
        unit.commit().await?;
        Ok(Done::Fresh(organization))
    }

    /// The answer of an earlier request with the same key, which the directory leads to, since the
    /// organization that keeps it is the one that the request made.
    async fn find_answer(
        &self,
        principal: &Principal,
        request: &IdempotencyRequest,
    ) -> Result<Option<StoredAnswer>, TenancyError> {
        let at = self.bench.now();
        let platform = TenantScope::platform(principal.actor(), principal.origin.clone());
        let unit = self.bench.begin(&platform).await?;
        let made = unit
            .directory()
            .find_organization_by_request(&request.key)
            .await?;
        unit.commit().await?;
        let Some(organization) = made else {
            return Ok(None);
        };

        let scope =
            TenantScope::for_principal(organization, principal.actor(), principal.origin.clone());
        let unit = self.bench.begin(&scope).await?;
        if let Some(answer) = unit.idempotency().claim(request, at).await? {
            return Ok(Some(answer));
        }
        unit.directory().release_request(&request.key).await?;
        unit.commit().await?;
        Ok(None)
    }

    /// Writes a new organization with its roles and its first member.
    async fn found(
        &self,
        unit: &dyn TenancyUnit,
        scope: &TenantScope,
        organization: &Organization,
        at: Timestamp,
    ) -> Result<(), TenancyError> {
        let owner = organization.state().owner;
        unit.directory()
            .claim_slug(&organization.state().slug, at)
            .await?;
        if let Some(domain) = &organization.state().domain {
            unit.directory().claim_domain(domain, at).await?;
        }
        unit.organizations().insert(organization).await?;

        let batch = self.bench.id(std::convert::identity);
        let mut drafts = vec![
            AuditDraft::new(
                "organization",
                organization.id().as_uuid(),
                AuditAction::Create,
                organization.changes_since(None),
            )
            .in_batch(batch),
        ];
        for template in RoleTemplate::ALL {
            let role = Role::from_template(
                self.bench.id(RoleId::from_uuid),
                organization.id(),
                *template,
                at,
                owner,
            )?;
            unit.roles().insert(&role).await?;
            drafts.push(
                AuditDraft::new(
                    "role",
                    role.state().id.as_uuid(),
                    AuditAction::Create,
                    role.changes_since(None),
                )
                .in_batch(batch),
            );
            if role.is_owner() {
                let membership = Membership::join(
                    self.bench.id(MembershipId::from_uuid),
                    organization.id(),
                    owner,
                    role.state().id,
                    InvitationState::Direct,
                    at,
                    Some(owner),
                );
                unit.memberships().insert(&membership).await?;
                require_account(unit, owner).await?;
                unit.directory().add_member(owner, at).await?;
                drafts.push(
                    AuditDraft::new(
                        "membership",
                        membership.state().id.as_uuid(),
                        AuditAction::Create,
                        membership.changes_since(None),
                    )
                    .in_batch(batch),
                );
            }
        }
        let kit = unit.starter_kit();
        let unpacked = kit.unpack(self.bench.ids(), at, owner).await?;
        drafts.extend(unpacked.into_iter().map(|draft| draft.in_batch(batch)));
        self.bench.note(unit, scope, drafts).await?;
        Ok(())
    }

    /// The organizations of which the principal is a member, in the order of their ids; living ones,
    /// or the deleted ones.
    pub async fn list(
        &self,
        principal: &Principal,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<Organization>, TenancyError> {
        let platform = TenantScope::platform(principal.actor(), principal.origin.clone());
        let unit = self.bench.begin(&platform).await?;
        let mut ids = unit
            .directory()
            .list_organizations_of(principal.user)
            .await?;
        unit.commit().await?;
        if let Some(limits) = &principal.limits {
            ids.retain(|id| *id == limits.organization);
        }
        if let Some(Cursor::Id(after)) = &page.after {
            ids.retain(|id| id.as_uuid() > *after);
        }

        let mut items = Vec::new();
        for id in ids {
            if items.len() > usize::from(page.limit.get()) {
                break;
            }
            let scope = TenantScope::for_principal(id, principal.actor(), principal.origin.clone());
            let unit = self.bench.begin(&scope).await?;
            if unit
                .memberships()
                .find_authorization(principal.user)
                .await?
                .is_some()
                && let Some(organization) = unit.organizations().find().await?
                && organization.state().stamps.is_deleted() == deleted
            {
                items.push(organization);
            }
            unit.commit().await?;
        }
        Ok(Page::from_overfull(items, page.limit, |organization| {
            Cursor::Id(organization.id().as_uuid())
        }))
    }

    /// The member's organization.
    pub async fn read(&self, member: &Member) -> Result<Organization, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let organization = find_living(unit.as_ref()).await?;
        unit.commit().await?;
        Ok(organization)
    }

    /// Changes the member's organization.
    pub async fn update(
        &self,
        member: &Member,
        expected: &Expected,
        change: Checked<OrganizationChange>,
    ) -> Result<Organization, TenancyError> {
        self.bench
            .decide(member.scope(), member.organization(), async {
                let unit = self.bench.begin(member.scope()).await?;
                let before = find_living(unit.as_ref()).await?;
                let version = before.state().stamps.version;
                if !expected.accepts(version) {
                    return Err(TenancyError::Stale.into());
                }
                let change = change?;
                if let Patch::Set(owner) = change.owner
                    && owner != before.state().owner
                {
                    require_owner_role(unit.as_ref(), member, owner).await?;
                }

                let at = self.bench.now();
                let mut after = before.clone();
                after.change(&change, at, Some(member.user()));
                let changes = after.changes_since(Some(&before));
                if changes.is_empty() {
                    return Ok(before);
                }
                move_names(unit.as_ref(), &before, &after, at).await?;
                unit.organizations().update(&after, version).await?;
                let draft = AuditDraft::new(
                    "organization",
                    after.id().as_uuid(),
                    AuditAction::Update,
                    changes,
                );
                self.bench
                    .note(unit.as_ref(), member.scope(), [draft])
                    .await?;
                unit.commit().await?;
                Ok(after)
            })
            .await
    }

    /// Deletes the member's organization, restorably: nobody can work in it any more, and its slug
    /// and domain are free for others.
    pub async fn delete(&self, member: &Member, expected: &Expected) -> Result<(), TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let before = find_living(unit.as_ref()).await?;
        let version = before.state().stamps.version;
        if !expected.accepts(version) {
            return Err(TenancyError::Stale);
        }

        let at = self.bench.now();
        let mut after = before.clone();
        after.delete(at, Some(member.user()));
        unit.directory().release_slug(&before.state().slug).await?;
        if let Some(domain) = &before.state().domain {
            unit.directory().release_domain(domain).await?;
        }
        unit.organizations().update(&after, version).await?;
        let draft = AuditDraft::new(
            "organization",
            after.id().as_uuid(),
            AuditAction::Delete,
            deletion(&before.state().stamps, &after.state().stamps),
        );
        self.bench
            .note(unit.as_ref(), member.scope(), [draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes the deletion back; fails with [`TenancyError::SlugTaken`] or [`TenancyError::DomainTaken`]
    /// where another organization has the name since.
    pub async fn restore(
        &self,
        member: &Member,
        once: &Once<'_, Organization>,
    ) -> Result<Done<Organization>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, self.bench.now()).await? {
            return Ok(Done::Replayed(answer));
        }
        let before = unit
            .organizations()
            .find()
            .await?
            .ok_or(TenancyError::NotFound("organization"))?;
        if !before.state().stamps.is_deleted() {
            return Err(TenancyError::NotDeleted);
        }

        let at = self.bench.now();
        let mut after = before.clone();
        after.undelete(at, Some(member.user()));
        unit.directory().claim_slug(&after.state().slug, at).await?;
        if let Some(domain) = &after.state().domain {
            unit.directory().claim_domain(domain, at).await?;
        }
        unit.organizations()
            .update(&after, before.state().stamps.version)
            .await?;
        let draft = AuditDraft::new(
            "organization",
            after.id().as_uuid(),
            AuditAction::Restore,
            deletion(&before.state().stamps, &after.state().stamps),
        );
        self.bench
            .note(unit.as_ref(), member.scope(), [draft])
            .await?;
        once.record(unit.idempotency(), &after).await?;
        unit.commit().await?;
        Ok(Done::Fresh(after))
    }
}

async fn find_living(unit: &dyn TenancyUnit) -> Result<Organization, TenancyError> {
    unit.organizations()
        .find()
        .await?
        .filter(|organization| !organization.state().stamps.is_deleted())
        .ok_or(TenancyError::NotFound("organization"))
}

/// Only an owner can hand the organization over, and only to somebody with the owner role.
async fn require_owner_role(
    unit: &dyn TenancyUnit,
    member: &Member,
    owner: kernel::UserId,
) -> Result<(), Stopped> {
    // Counting locks: nobody takes the role from either of the two, or removes them, meanwhile.
    unit.memberships().count_owners_for_update().await?;
    let own = unit.memberships().find_authorization(member.user()).await?;
    let is_still_owner = own.and_then(|own| own.template) == Some(RoleTemplate::Owner);
    if !member.is_owner() || !is_still_owner {
        return Err(Refusal::OwnerRequired.into());
    }
    let found = unit.memberships().find_authorization(owner).await?;
    if found.and_then(|found| found.template) == Some(RoleTemplate::Owner) {
        Ok(())
    } else {
        Err(TenancyError::OwnerNeedsOwnerRole.into())
    }
}

/// Claims what the organization is called by now, and gives back what it was called before.
async fn move_names(
    unit: &dyn TenancyUnit,
    before: &Organization,
    after: &Organization,
    at: Timestamp,
) -> Result<(), TenancyError> {
    if after.state().slug != before.state().slug {
        unit.directory().claim_slug(&after.state().slug, at).await?;
        unit.directory().release_slug(&before.state().slug).await?;
    }
    if after.state().domain != before.state().domain {
        if let Some(domain) = &after.state().domain {
            unit.directory().claim_domain(domain, at).await?;
        }
        if let Some(domain) = &before.state().domain {
            unit.directory().release_domain(domain).await?;
        }
    }
    Ok(())
}

/// The change of `deleted_at` between two stamps, as the audit log tells it.
pub(crate) fn deletion(before: &kernel::Stamps, after: &kernel::Stamps) -> Changes {
    let show = |at: Option<Timestamp>| {
        json!(at.and_then(|at| {
            at.format(&time::format_description::well_known::Rfc3339)
                .ok()
        }))
    };
    Changes::none().field(
        "deleted_at",
        show(before.deleted_at),
        show(after.deleted_at),
    )
}
