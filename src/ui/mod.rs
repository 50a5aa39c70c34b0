//! Draws the state and reports what the person did.

mod dates;
mod detail_json;
mod detail_rows;
mod detail_sums;
mod details_panel;
mod exif_rows;
mod grid_anchor;
mod grid_band;
mod grid_focus;
mod grid_header;
mod grid_keys;
mod grid_layout;
mod grid_menu;
mod grid_mouse;
mod grid_node;
mod grid_scroll;
mod grid_states;
mod grid_tile;
mod grid_view;
mod pan_zoom;
mod text;
mod texture_store;
pub mod theme;
mod thumbnail_grid;
mod view_context;
mod viewer;
mod viewer_controls;
mod viewer_keys;
mod viewer_states;

pub use details_panel::details_panel_ui;
pub use texture_store::{Texture, TextureStore};
pub use thumbnail_grid::ThumbnailGrid;
pub use view_context::{ActionQueue, Urgency, ViewContext, WishList};
pub use viewer::Viewer;
