//! The administration of all accounts of the installation.

mod dto;

use kernel::UserId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use poem_openapi::registry::MetaSchema;
use tenancy::ports::UserFilter;
use tenancy::{PlatformRole, PlatformUsers, TenancyError};

use self::dto::{UpdateUserRequest, user_status};
use crate::accounts::{PlatformRolesAnswer, Status, UserAnswer};
use crate::answer::{Changed, Found, NoContent};
use crate::input::{Body, Path, Query, Segment, parameters, text};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::EmailText;
use crate::{Caller, IfMatch, IfNoneMatch, Tag};

/// The operations on all accounts of the installation.
pub struct PlatformUsersApi {
    users: PlatformUsers,
}

impl PlatformUsersApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(users: PlatformUsers) -> Self {
        Self { users }
    }
}

#[OpenApi(tag = "Tag::Platform")]
impl PlatformUsersApi {
    /// List users
    ///
    /// Lists accounts in the order in which they were made. Needs the platform role `platform_admin`.
    #[oai(
        path = "/v1/platform/users",
        method = "get",
        operation_id = "listUsers"
    )]
    async fn list(
        &self,
        caller: Caller,
        limit: Limit,
        cursor: After,
        /// Only the one with this address, in any case.
        email: Query<Option<EmailText>>,
        /// Only those with this status.
        status: Query<Option<Status>>,
    ) -> Result<Listed<UserAnswer>, Failed<St<403>>> {
        let admin = caller.authorize_platform_admin().await?;
        let filter = parameters(|query| {
            let email = query.optional(&email, text);
            let status = query.optional(&status, text);
            Some(UserFilter {
                email: email?,
                status: status?,
            })
        })?;
        let page = self
            .users
            .list(&admin, &filter, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |user| UserAnswer::from(&user)))
    }

    /// Read a user
    ///
    /// Needs the platform role `platform_admin`.
    #[oai(
        path = "/v1/platform/users/:user",
        method = "get",
        operation_id = "readUser"
    )]
    async fn read(
        &self,
        caller: Caller,
        user: Path<UserId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<UserAnswer>, Failed<St<403>>> {
        let admin = caller.authorize_platform_admin().await?;
        let user = self.users.read(&admin, user.0).await?;
        let version = user.state().stamps.version;
        Ok(Found::new(
            UserAnswer::from(&user),
            version,
            &if_none_match,
        )?)
    }

    /// Change a user
    ///
    /// Opens or closes an account; the last administrator of the platform cannot be closed. Needs the platform role `platform_admin`.
    #[oai(
        path = "/v1/platform/users/:user",
        method = "patch",
        operation_id = "updateUser"
    )]
    async fn update(
        &self,
        caller: Caller,
        user: Path<UserId>,
        if_match: IfMatch,
        body: Body<UpdateUserRequest>,
    ) -> Result<Changed<UserAnswer>, Failed<(St<403>, St<409>)>> {
        let admin = caller.authorize_platform_admin().await?;
        let status = body.decode(user_status)?;
        let user = self
            .users
            .change_status(&admin, user.0, &if_match.expected()?, status)
            .await?;
        let version = user.state().stamps.version;
        Ok(Changed::new(UserAnswer::from(&user), version))
    }

    /// List the platform roles of a user
    ///
    /// Needs the platform role `platform_admin`.
    #[oai(
        path = "/v1/platform/users/:user/roles",
        method = "get",
        operation_id = "listUserPlatformRoles"
    )]
    async fn roles(
        &self,
        caller: Caller,
        user: Path<UserId>,
    ) -> Result<Json<PlatformRolesAnswer>, Failed<St<403>>> {
        let admin = caller.authorize_platform_admin().await?;
        let roles = self.users.roles(&admin, user.0).await?;
        Ok(Json(roles.into()))
    }

    /// Give a user a platform role
    ///
    /// The roles are `platform_admin` and `system`; giving one twice is the same. Needs the platform role
    /// `platform_admin`.
    #[oai(
        path = "/v1/platform/users/:user/roles/:role",
        method = "put",
        operation_id = "grantPlatformRole"
    )]
    async fn grant(
        &self,
        caller: Caller,
        user: Path<UserId>,
        role: Path<RoleName>,
    ) -> Result<NoContent, Failed<St<403>>> {
        let admin = caller.authorize_platform_admin().await?;
        self.users.grant(&admin, user.0, role.0.named()?).await?;
        Ok(NoContent::Done)
    }

    /// Take a platform role from a user
    ///
    /// Taking one twice is the same; the last administrator of the platform keeps the role. Needs the platform role `platform_admin`.
    #[oai(
        path = "/v1/platform/users/:user/roles/:role",
        method = "delete",
        operation_id = "revokePlatformRole"
    )]
    async fn revoke(
        &self,
        caller: Caller,
        user: Path<UserId>,
        role: Path<RoleName>,
    ) -> Result<NoContent, Failed<(St<403>, St<409>)>> {
        let admin = caller.authorize_platform_admin().await?;
        self.users.revoke(&admin, user.0, role.0.named()?).await?;
        Ok(NoContent::Done)
    }
}

/// The role that a segment of the path names, if it names one.
struct RoleName(Option<PlatformRole>);

impl Segment for RoleName {
    fn schema() -> MetaSchema {
        let names = PlatformRole::ALL.iter().map(|role| role.as_str().into());
        MetaSchema {
            enum_items: names.collect(),
            ..MetaSchema::new("string")
        }
    }

    fn from_segment(segment: &str) -> Self {
        Self(PlatformRole::from_name(segment))
    }
}

impl RoleName {
    /// The role; what names none is not found.
    fn named(&self) -> Result<PlatformRole, TenancyError> {
        self.0.ok_or(TenancyError::NotFound("platform role"))
    }
}
