//! tokio: runs commands, reports events.
