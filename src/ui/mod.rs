//! Draws the state and reports what the person did.

mod account_menu;
mod avatar;
mod code_question;
mod details_panel;
mod folder_question;
mod gallery_bars;
mod help_sheet;
mod notices;
mod panes;
mod room_list;
mod room_row;
mod root;
mod root_dialog;
mod save_panel;
mod server_field;
mod session_pages;
pub mod shortcuts;
mod sign_in_form;
mod status_bar;
mod texture_store;
pub mod theme;
mod thumbnail_grid;
mod top_bar;
mod view_context;
mod viewer;
mod widgets;

pub use root::RootView;
pub use texture_store::{Texture, TextureStore};
pub use view_context::{ActionQueue, Urgency, ViewContext, WishList};
