//! Saving without a window: what a file is called and what is written beside and into it.
//!
//! * [`template`]: where a file goes and what it is called.
//! * [`privacy`], then [`credit`]: what is taken out of a copy and what is put into it; after
//!   that its size and hash are final.
//! * [`sidecar`]: the files beside it, with that size and hash.

pub mod credit;
mod embedded;
pub mod privacy;
pub mod sidecar;
pub mod template;

pub use embedded::CopyError;
