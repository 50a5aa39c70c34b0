//! Draws the state and reports what the person did.

mod texture_store;
pub mod theme;
mod view_context;

pub use texture_store::{Texture, TextureStore};
pub use view_context::{ActionQueue, Urgency, ViewContext, WishList};
