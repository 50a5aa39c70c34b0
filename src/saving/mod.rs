//! Saving without a window: what a file is called and what is written beside and into it.

pub mod credit;
mod embedded;
pub mod privacy;
pub mod sidecar;
pub mod template;

pub use embedded::CopyError;
