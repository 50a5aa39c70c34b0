//! Whole files that are on this machine already, in a cache: nobody fetches them again.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::domain::Upload;

/// Where such files are.
pub trait LocalCopies: Send + Sync {
    /// The bytes of an upload, if they are here. They are checked like those of the server.
    fn copy_of<'a>(&'a self, upload: &'a Upload) -> BoxFuture<'a, Option<Bytes>>;
}
