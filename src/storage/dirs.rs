//! Where this program keeps its files.

use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy as _, choose_native_strategy};

use super::StorageError;

/// The folder of this program inside each of the system's folders.
const APP_FOLDER: &str = "salon";

/// The folders that belong to this program. None of them need exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// Settings: small, worth a backup.
    pub config: PathBuf,
    /// What can be fetched again.
    pub cache: PathBuf,
    /// What cannot be fetched again.
    pub data: PathBuf,
}

impl Dirs {
    /// The folders of the person who runs this, where their system wants them: the XDG
    /// variables on Linux, `~/Library` on macOS, `AppData` on Windows.
    ///
    /// # Errors
    ///
    /// When the system does not say where the home of this person is.
    pub fn of_this_user() -> Result<Self, StorageError> {
        let system = choose_native_strategy().map_err(|error| StorageError::Io {
            path: PathBuf::from("~"),
            cause: error.to_string(),
        })?;
        Ok(Self {
            config: system.config_dir().join(APP_FOLDER),
            cache: system.cache_dir().join(APP_FOLDER),
            data: system.data_dir().join(APP_FOLDER),
        })
    }

    /// Everything below one folder, for tests and the demo.
    pub fn under(root: &Path) -> Self {
        Self {
            config: root.join("config"),
            cache: root.join("cache"),
            data: root.join("data"),
        }
    }
}

/// Creates a folder that only this person can look into: rooms are private, so are copies.
pub(super) fn create_private(folder: &Path) -> Result<(), StorageError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| StorageError::from_io(folder, &error))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::*;

    /// The environment belongs to the whole process, so this runs itself again in another.
    #[test]
    fn the_folders_of_the_environment_are_honoured() {
        const TEST: &str = "storage::dirs::tests::the_folders_of_the_environment_are_honoured";
        const IS_CHILD: &str = "SALON_TEST_DIRS";
        if std::env::var_os(IS_CHILD).is_some() {
            let dirs = Dirs::of_this_user().unwrap();
            assert_eq!(dirs.cache, Path::new("/some/cache/salon"));
            // A relative path in such a variable does not count.
            assert_eq!(dirs.config, Path::new("/home/somebody/.config/salon"));
            assert_eq!(dirs.data, Path::new("/home/somebody/.local/share/salon"));
            return;
        }
        let child = Command::new(std::env::current_exe().unwrap())
            .args([TEST, "--exact"])
            .env(IS_CHILD, "1")
            .env("HOME", "/home/somebody")
            .env("XDG_CACHE_HOME", "/some/cache")
            .env("XDG_CONFIG_HOME", "relative")
            .env_remove("XDG_DATA_HOME")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&child.stdout);
        assert!(
            child.status.success() && text.contains("1 passed"),
            "{text}"
        );
    }
}
