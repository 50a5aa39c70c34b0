//! What can be wrong with an image file, one variant for each thing a person can do.

use thiserror::Error;

/// Why bytes did not become pixels.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageError {
    /// A known format without a decoder in this build, such as HEIC.
    #[error("no decoder for {format}")]
    NoDecoder {
        /// The format's common name.
        format: String,
    },
    /// A format that is decoded, but not of this kind, in any build: such as "12-bit JPEG".
    #[error("no decoder for {kind}")]
    UnknownKind {
        /// What it is.
        kind: String,
    },
    /// The bytes are of no format that is known.
    #[error("not an image")]
    NotAnImage,
    /// An image with more pixels or bytes than this program decodes.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The file ends too early.
    #[error("truncated")]
    Truncated,
    /// The file is broken.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// No width or no height.
    #[error("an image without pixels")]
    NoPixels,
    /// No bytes.
    #[error("empty file")]
    Empty,
    /// The decoder worked for longer than anybody waits, and was given up.
    #[error("decoding took too long")]
    TookTooLong,
    /// The decoder failed in a way it should not.
    #[error("the decoder crashed")]
    DecoderCrashed,
}
