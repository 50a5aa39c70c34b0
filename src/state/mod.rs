//! What the app knows and how it changes: no I/O, no egui, no tokio.
