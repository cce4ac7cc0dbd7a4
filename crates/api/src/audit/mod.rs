//! Audit logs: who did what, when and from where.

mod dto;
mod filter;

use compliance::AuditLog;
use kernel::AuditEntryId;
use poem_openapi::OpenApi;
use tenancy::Permission;
use time::OffsetDateTime;
use uuid::Uuid;

use self::dto::{AuditCountAnswer, AuditEntryAnswer, AuditEntrySummary};
use self::filter::Filter;
use crate::answer::{CsvDownload, Found, csv_download};
use crate::input::{OrganizationKey, Path, Query};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::{AuditActionText, EntityTypeText};
use crate::{Caller, IfNoneMatch, Tag};

/// The operations on audit logs.
pub struct AuditApi {
    log: AuditLog,
}

impl AuditApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(log: AuditLog) -> Self {
        Self { log }
    }
}

#[OpenApi(tag = "Tag::Audit")]
impl AuditApi {
    /// Search the audit log
    ///
    /// Lists what was done in the organization, newest first; with several filters, what fits all of them. Values of
    /// changed fields, addresses and reasons are left out: read the single entry for them. Needs the permission
    /// `audit.view`.
    #[oai(
        path = "/v1/organizations/:organization/audit-entries",
        method = "get",
        operation_id = "searchAuditEntries"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn search(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Who did it.
        user_id: Query<Option<Uuid>>,
        /// What kind of thing it was done to.
        entity_type: Query<Option<EntityTypeText>>,
        /// To which thing it was done.
        entity_id: Query<Option<Uuid>>,
        /// What was done.
        action: Query<Option<AuditActionText>>,
        /// In which piece of bulk work it was done.
        batch_id: Query<Option<Uuid>>,
        /// In which request it was done.
        request_id: Query<Option<Uuid>>,
        /// From when on, included.
        since: Query<Option<OffsetDateTime>>,
        /// Until when, excluded.
        until: Query<Option<OffsetDateTime>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<AuditEntrySummary>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::AuditView)
            .await?;
        let filter = Filter {
            user_id,
            entity_type,
            entity_id,
            action,
            batch_id,
            request_id,
            since,
            until,
        };
        let page = self
            .log
            .search(member.scope(), &filter.read()?, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, AuditEntrySummary::from))
    }

    /// Count audit entries
    ///
    /// Tells how often each actor did what to which kind of thing, in the order of actors, kinds of things and
    /// actions; what was done by no user comes first. Needs the permission `audit.view`.
    #[oai(
        path = "/v1/organizations/:organization/audit-entries/counts",
        method = "get",
        operation_id = "countAuditEntries"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn count(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Who did it.
        user_id: Query<Option<Uuid>>,
        /// What kind of thing it was done to.
        entity_type: Query<Option<EntityTypeText>>,
        /// To which thing it was done.
        entity_id: Query<Option<Uuid>>,
        /// What was done.
        action: Query<Option<AuditActionText>>,
        /// In which piece of bulk work it was done.
        batch_id: Query<Option<Uuid>>,
        /// In which request it was done.
        request_id: Query<Option<Uuid>>,
        /// From when on, included.
        since: Query<Option<OffsetDateTime>>,
        /// Until when, excluded.
        until: Query<Option<OffsetDateTime>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<AuditCountAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::AuditView)
            .await?;
        let filter = Filter {
            user_id,
            entity_type,
            entity_id,
            action,
            batch_id,
            request_id,
            since,
            until,
        };
        let page = self
            .log
            .count(member.scope(), &filter.read()?, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, AuditCountAnswer::from))
    }

    /// Download the audit log
    ///
    /// Gives the entries that fit the filters as CSV (RFC 4180, UTF-8, with a header), newest first and with all their
    /// values. Every cell is quoted; one that begins like a formula has an apostrophe in front. The download is
    /// itself written into the log. Needs the permission `audit.export`.
    #[oai(
        path = "/v1/organizations/:organization/audit-entries/export",
        method = "get",
        operation_id = "exportAuditEntries"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn export(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Who did it.
        user_id: Query<Option<Uuid>>,
        /// What kind of thing it was done to.
        entity_type: Query<Option<EntityTypeText>>,
        /// To which thing it was done.
        entity_id: Query<Option<Uuid>>,
        /// What was done.
        action: Query<Option<AuditActionText>>,
        /// In which piece of bulk work it was done.
        batch_id: Query<Option<Uuid>>,
        /// In which request it was done.
        request_id: Query<Option<Uuid>>,
        /// From when on, included.
        since: Query<Option<OffsetDateTime>>,
        /// Until when, excluded.
        until: Query<Option<OffsetDateTime>>,
    ) -> Result<CsvDownload, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::AuditExport)
            .await?;
        let filter = Filter {
            user_id,
            entity_type,
            entity_id,
            action,
            batch_id,
            request_id,
            since,
            until,
        };
        let export = self.log.export(member.scope(), filter.read()?).await?;
        Ok(csv_download("audit-log.csv", export).await?)
    }

    /// Read an audit entry
    ///
    /// Gives an entry with the old and new values of its fields, as far as they were not erased since. Needs the
    /// permission `audit.view`.
    #[oai(
        path = "/v1/organizations/:organization/audit-entries/:entry",
        method = "get",
        operation_id = "readAuditEntry"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        entry: Path<AuditEntryId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<AuditEntryAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::AuditView)
            .await?;
        let detail = self.log.read(member.scope(), entry.0).await?;
        let version = detail.version();
        Ok(Found::new(detail.into(), version, &if_none_match)?)
    }

    /// List what happened to your account
    ///
    /// Lists what you did to accounts and sessions, and what was done to yours, newest first: logins, failed ones too,
    /// changes of the password, sessions that were ended. Needs a session.
    #[oai(
        path = "/v1/me/audit-entries",
        method = "get",
        operation_id = "listOwnAuditEntries"
    )]
    async fn own(
        &self,
        caller: Caller,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<AuditEntryAnswer>, Failed<St<403>>> {
        let principal = caller.principal();
        principal.session()?;
        let scope = principal.platform_scope();
        let page = self
            .log
            .own_events(&scope, principal.user, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, AuditEntryAnswer::from))
    }

    /// Search the platform's audit log
    ///
    /// Lists what was done outside of all organizations: to accounts, sessions and platform roles; newest first. Needs
    /// the platform role `platform_admin` and a session.
    #[oai(
        path = "/v1/platform/audit-entries",
        method = "get",
        operation_id = "searchPlatformAuditEntries"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn search_platform(
        &self,
        caller: Caller,
        /// Who did it.
        user_id: Query<Option<Uuid>>,
        /// What kind of thing it was done to.
        entity_type: Query<Option<EntityTypeText>>,
        /// To which thing it was done.
        entity_id: Query<Option<Uuid>>,
        /// What was done.
        action: Query<Option<AuditActionText>>,
        /// In which piece of bulk work it was done.
        batch_id: Query<Option<Uuid>>,
        /// In which request it was done.
        request_id: Query<Option<Uuid>>,
        /// From when on, included.
        since: Query<Option<OffsetDateTime>>,
        /// Until when, excluded.
        until: Query<Option<OffsetDateTime>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<AuditEntrySummary>, Failed<St<403>>> {
        let admin = caller.authorize_platform_admin().await?;
        let filter = Filter {
            user_id,
            entity_type,
            entity_id,
            action,
            batch_id,
            request_id,
            since,
            until,
        };
        let page = self
            .log
            .search(&admin.scope(), &filter.read()?, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, AuditEntrySummary::from))
    }

    /// Read an entry of the platform's audit log
    ///
    /// Gives an entry with the old and new values of its fields, as far as they were not erased since. Needs the
    /// platform role `platform_admin` and a session.
    #[oai(
        path = "/v1/platform/audit-entries/:entry",
        method = "get",
        operation_id = "readPlatformAuditEntry"
    )]
    async fn read_platform(
        &self,
        caller: Caller,
        entry: Path<AuditEntryId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<AuditEntryAnswer>, Failed<St<403>>> {
        let admin = caller.authorize_platform_admin().await?;
        let detail = self.log.read(&admin.scope(), entry.0).await?;
        let version = detail.version();
        Ok(Found::new(detail.into(), version, &if_none_match)?)
    }
}
