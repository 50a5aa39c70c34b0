//! What the app must do about an action or event.

use crate::protocol::{Command, DecodedImage, ImageRequest, Wanted};

/// Done by `app.rs`, in order.
#[derive(Debug)]
pub enum Effect {
    /// Send a command.
    Send(Command),
    /// Replace the wish list.
    Want(Wanted),
    /// Keep the pixels of a picture.
    StoreTexture {
        /// Which.
        request: ImageRequest,
        /// The pixels.
        image: DecodedImage,
    },
    /// An avatar, or a frame of an animation, does not exist: do not ask again in this session.
    PictureMissing(ImageRequest),
    /// Put a text on the clipboard.
    CopyText(String),
    /// Forget all pictures: another account.
    DropTextures,
}
