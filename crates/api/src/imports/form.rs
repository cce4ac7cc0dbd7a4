//! Importing a file that a form of a web page sends.

use contacts::Imports;
use kernel::ContactListId;
use poem_openapi::OpenApi;
use tenancy::Permission;

use super::begun;
use super::dto::ImportAnswer;
use super::multipart::FormBody;
use super::wishes::Wishes;
use crate::answer::Accepted;
use crate::input::{OrganizationKey, Path, Query};
use crate::problem::{Failed, St};
use crate::schema::{LineText, OnDuplicateText, OnInvalidText};
use crate::{Caller, IdempotencyKey, Tag};

/// The operation on forms with files.
pub struct ImportFormsApi {
    imports: Imports,
}

impl ImportFormsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(imports: Imports) -> Self {
        Self { imports }
    }
}

#[OpenApi(tag = "Tag::Uploads")]
impl ImportFormsApi {
    /// Import a file of a form
    ///
    /// Does what `importContacts` does, for forms of web pages: the body is `multipart/form-data`, and its field `file`
    /// has the file; other fields count for nothing. The file is called as its field says, unless `file_name` says
    /// otherwise. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/imports/upload",
        method = "post",
        operation_id = "uploadContacts"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn upload(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        idempotency_key: IdempotencyKey,
        /// What the file is called: as the form says where nothing is said.
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
        body: FormBody,
    ) -> Result<Accepted<ImportAnswer>, Failed<(St<409>, St<413>, St<415>)>> {
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
        wishes.read(None)?;
        idempotency_key.check()?;
        let (name, file) = body.file(self.imports.largest_file()).await?;
        let new = wishes.read(name.as_deref())?;
        let uploaded = file
            .receive(&self.imports, scope, contact_list.0, &new)
            .await?;
        let rendering = Accepted::rendering(begun);
        let once = rendering.once(idempotency_key.request(scope, uploaded.sha256())?);
        let done = self.imports.launch(scope, uploaded, &once).await?;
        Ok(rendering.answer(done)?)
    }
}
