//! What is written beside saved pictures when asked: a JSON file for each, one `index.json` for
//! a folder, and an `index.html` to look at it without Salon.
//!
//! All of them are written to a part first and then renamed, so none is ever half there. A file
//! of that name that Salon did not write is never replaced.

mod error;
mod index;
mod page;
mod record;
mod single;
#[cfg(test)]
mod tests;
mod whole_file;

pub use error::SidecarError;
pub use index::{INDEX_NAME, Index};
pub use page::{ContactSheet, PAGE_NAME};
pub use record::{ImageRecord, PersonRecord, RoomRecord, SavedImage};
pub use single::{sidecar_name, write_sidecar};

/// Of the JSON files, as their field `salon`. Raised when a reader of the old one would
/// misunderstand the new one; added fields do not raise it, since unknown fields are kept.
const SCHEMA_VERSION: u64 = 1;
