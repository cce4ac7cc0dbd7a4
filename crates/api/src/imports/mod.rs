//! Imports: files of contacts.

mod dto;
mod file;
mod form;
mod multipart;
mod reading;
mod wishes;

use contacts::{ImportDetail, Imports};
use kernel::{ContactImportId, ContactListId};
use poem_openapi::OpenApi;
use tenancy::Permission;

use self::dto::{
    ImportAnswer, ImportPreviewAnswer, LeftContactAnswer, RejectionAnswer, StartImportRequest,
};
use self::file::FileBody;
use self::reading::start;
use self::wishes::Wishes;
use crate::answer::{Accepted, Answer, Changed, CsvDownload, Found, csv_download};
use crate::input::{Body, OrganizationKey, Path, Query};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::{LineText, OnDuplicateText, OnInvalidText};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

pub(crate) use form::ImportFormsApi;

/// The operations on imports.
pub struct ImportsApi {
    imports: Imports,
}

impl ImportsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(imports: Imports) -> Self {
        Self { imports }
    }
}

/// How an import looks that was begun, started, or is being undone.
fn begun(detail: &ImportDetail) -> Answer<ImportAnswer> {
    let state = detail.import.state();
    Answer {
        location: Some(format!(
            "/v1/organizations/{}/imports/{}",
            state.organization, state.id
        )),
        version: Some(state.stamps.version),
        body: ImportAnswer::from(detail),
    }
}

#[OpenApi(tag = "Tag::Imports")]
impl ImportsApi {
    /// Import a file
    ///
    /// Takes in a CSV file as the body of the request, as it is: encoding, delimiter, header and the meanings of
    /// columns are found out. Then a job reads it; see `job_id`. Where it is not clear which column has the address, or
    /// `wait` is true, the import waits with the status `needs_mapping` until it is started. The file of an import that waits, or
    /// of which there was only a dry run, is kept for 7 days after somebody last changed the import; one that still waits then has
    /// failed with `file-expired`. A file that was imported into the list before is refused with 409
    /// and the id of that import, unless `repeat` is true. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/imports",
        method = "post",
        operation_id = "importContacts"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn import(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        idempotency_key: IdempotencyKey,
        /// What the file is called: `contacts.csv` where nothing is said.
        file_name: Query<Option<LineText>>,
        /// What becomes of rows of contacts that are there already: `update` where nothing is said.
        on_duplicate: Query<Option<OnDuplicateText>>,
        /// What becomes of rows whose address is none: `keep` where nothing is said.
        invalid: Query<Option<OnInvalidText>>,
        /// Only tell what would become of the rows, and write no contact.
        dry_run: Query<Option<bool>>,
        /// Import the file even if it was imported into the list before.
        repeat: Query<Option<bool>>,
        /// Wait to be started, so that the preview can be looked at before.
        wait: Query<Option<bool>>,
        body: FileBody,
    ) -> Result<Accepted<ImportAnswer>, Failed<(St<409>, St<413>)>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let wishes = Wishes {
            name: file_name,
            on_duplicate,
            invalid,
            dry_run,
            repeat,
            wait,
        };
        let scope = member.scope();
        let new = wishes.read(None)?;
        idempotency_key.check()?;
        let uploaded = body
            .receive(&self.imports, scope, contact_list.0, &new)
            .await?;
        let rendering = Accepted::rendering(begun);
        let once = rendering.once(idempotency_key.request(scope, uploaded.sha256())?);
        let done = self.imports.launch(scope, uploaded, &once).await?;
        Ok(rendering.answer(done)?)
    }

    /// List the imports into a list
    ///
    /// Lists them in the order in which their files were sent. Needs the permission `contact.view`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/imports",
        method = "get",
        operation_id = "listImports"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<ImportAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactView)
            .await?;
        let page = self
            .imports
            .list(member.scope(), contact_list.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |detail| ImportAnswer::from(&detail)))
    }

    /// Read an import
    ///
    /// Tells how far it is, how its file is read, and what became of the rows. Needs the permission `contact.view`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import",
        method = "get",
        operation_id = "readImport"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<ImportAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactView)
            .await?;
        let detail = self.imports.read(member.scope(), import.0).await?;
        let version = detail.import.state().stamps.version;
        let answer = ImportAnswer::from(&detail);
        if detail.job.is_some() {
            // Some of it is the job's, which goes on without another version of the import.
            return Ok(Found::whole(answer, version, &if_none_match)?);
        }
        Ok(Found::new(answer, version, &if_none_match)?)
    }

    /// Change how a file is read
    ///
    /// Says of a file that waits how it is to be read, without reading it: the preview shows what comes of it. A file
    /// waits while its mapping is needed, or after a dry run, for 7 days; otherwise the answer is 409. What a dry run has counted
    /// is no longer told then, and the import waits to be started. A file that was imported into the list before is refused with
    /// 409 and the id of that import where it was only tried until now, unless `repeat` is true. Needs the permission
    /// `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import",
        method = "patch",
        operation_id = "updateImport"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
        if_match: IfMatch,
        body: Body<StartImportRequest>,
    ) -> Result<Changed<ImportAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let change = body.decode(start)?;
        let expected = if_match.expected()?;
        let detail = self
            .imports
            .change(member.scope(), import.0, &expected, change)
            .await?;
        let version = detail.import.state().stamps.version;
        Ok(Changed::new(ImportAnswer::from(&detail), version))
    }

    /// Start an import
    ///
    /// Lets a job read a file that waits: because its mapping was needed, or because there was only a dry run. A file that
    /// nobody needed for 7 days is not kept, and the answer is 409. What the body says of the file comes first. A file that was
    /// imported into the list before is refused with 409 and the id of that import where it was only tried until now, unless
    /// `repeat` is true. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import/start",
        method = "post",
        operation_id = "startImport"
    )]
    async fn start(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
        idempotency_key: IdempotencyKey,
        body: Body<StartImportRequest>,
    ) -> Result<Accepted<ImportAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let change = body.decode(start)?;
        let rendering = Accepted::rendering(begun);
        let once = rendering.once(idempotency_key.request(member.scope(), &body)?);
        let done = self
            .imports
            .start(member.scope(), import.0, change, &once)
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Undo an import
    ///
    /// Lets a job delete the contacts that the import made, whether or not other files named them too, and give those that it
    /// changed their old values. What was changed since is left, and listed; suppressions stay. An undo that broke off can be
    /// asked for again. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import/undo",
        method = "post",
        operation_id = "undoImport"
    )]
    async fn undo(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Accepted<ImportAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let rendering = Accepted::rendering(begun);
        let once = rendering.once(idempotency_key.request(member.scope(), b"")?);
        let done = self.imports.undo(member.scope(), import.0, &once).await?;
        Ok(rendering.answer(done)?)
    }

    /// Preview an import
    ///
    /// Shows the first rows of the file as they are understood. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import/preview",
        method = "get",
        operation_id = "previewImport"
    )]
    async fn preview(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<ImportPreviewAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let preview = self.imports.preview(member.scope(), import.0).await?;
        let version = preview.version;
        Ok(Found::new(preview.into(), version, &if_none_match)?)
    }

    /// List rejected rows
    ///
    /// Lists the rows that were refused, in the order of the file. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import/rejections",
        method = "get",
        operation_id = "listRejections"
    )]
    async fn rejections(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<RejectionAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let page = self
            .imports
            .rejections(member.scope(), import.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, RejectionAnswer::from))
    }

    /// Download rejected rows
    ///
    /// Gives the rows that were refused as CSV (RFC 4180, UTF-8, with a header): line, column, code and reason, then the
    /// columns of the file. Every cell is quoted; one that begins like a formula has an apostrophe in front. The download
    /// is written into the audit log. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import/rejections/export",
        method = "get",
        operation_id = "exportRejections"
    )]
    async fn export_rejections(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
    ) -> Result<CsvDownload, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let rows = self
            .imports
            .rejections_csv(member.scope(), import.0)
            .await?;
        Ok(csv_download("rejected-rows.csv", rows).await?)
    }

    /// List what an undo left
    ///
    /// Lists the contacts of which the undo left something as it was, because it was changed since. Needs the permission
    /// `contact.view`.
    #[oai(
        path = "/v1/organizations/:organization/imports/:import/left",
        method = "get",
        operation_id = "listLeftByUndo"
    )]
    async fn left(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        import: Path<ContactImportId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<LeftContactAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactView)
            .await?;
        let page = self
            .imports
            .left(member.scope(), import.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, LeftContactAnswer::from))
    }
}
