//! Answers about one resource that is there.

use kernel::Version;
use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;

use crate::conditional::{IfNoneMatch, etag};
use crate::problem::ApiError;

/// A single resource, or 304 where the client has this version already.
#[derive(ApiResponse)]
pub enum Found<T: ToJSON> {
    /// The resource.
    #[oai(status = 200)]
    Whole(
        Json<T>,
        /// The version of the resource.
        #[oai(header = "ETag")]
        String,
    ),
    /// The version at hand is the present one.
    #[oai(status = 304)]
    NotModified(
        /// The version of the resource.
        #[oai(header = "ETag")]
        String,
    ),
}

impl<T: ToJSON> Found<T> {
    /// The resource in this version, unless the client has it already.
    pub fn new(body: T, version: Version, known: &IfNoneMatch) -> Result<Self, ApiError> {
        Ok(if known.has(version)? {
            Self::NotModified(etag(version))
        } else {
            Self::Whole(Json(body), etag(version))
        })
    }

    /// The resource, whatever the client has: parts of it change without another version.
    pub fn whole(body: T, version: Version, known: &IfNoneMatch) -> Result<Self, ApiError> {
        // A malformed header is refused all the same.
        known.has(version)?;
        Ok(Self::Whole(Json(body), etag(version)))
    }
}

/// A single resource after a change.
#[derive(ApiResponse)]
pub enum Changed<T: ToJSON> {
    /// The resource as it is now.
    #[oai(status = 200)]
    Whole(
        Json<T>,
        /// The version of the resource.
        #[oai(header = "ETag")]
        String,
    ),
}

impl<T: ToJSON> Changed<T> {
    /// The resource in its new version.
    pub fn new(body: T, version: Version) -> Self {
        Self::Whole(Json(body), etag(version))
    }
}

/// It is done, and there is nothing to show.
#[derive(ApiResponse)]
pub enum NoContent {
    /// Done.
    #[oai(status = 204)]
    Done,
}
