//! Tests too long to stand below what they test.

mod disk_cache;
mod file_names;
mod keyring_thread;
