//! Grid, viewer and details panel on a state made by hand: what people do, and what comes of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

mod a_million;
mod animations;
mod app;
mod gestures;
mod large_images;
mod moving;
mod newly_posted;
mod panel;
mod said;
mod selecting;
mod viewing;
