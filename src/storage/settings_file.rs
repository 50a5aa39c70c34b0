//! The settings file: read leniently, written whole or not at all.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use super::dirs::create_private;
use super::{Dirs, Settings, StorageError};

const FILE_NAME: &str = "settings.json";

/// Reads the settings. Never refuses: what cannot be read is the default.
///
/// A damaged file is set aside beside the new one, never deleted, and the error says so;
/// fields of it that are still good are used, so that a mistyped number costs that number
/// and not the list of accounts.
pub fn load_settings(dirs: &Dirs) -> (Settings, Option<StorageError>) {
    let path = dirs.config.join(FILE_NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return (Settings::default(), None),
        Err(error) => {
            let trouble = set_aside(&path, &error.to_string());
            return (Settings::default(), Some(trouble));
        }
    };
    match serde_json::from_str(&text) {
        Ok(settings) => (settings, None),
        Err(error) => (salvage(&text), Some(set_aside(&path, &error.to_string()))),
    }
}

/// Writes the settings: afterwards the file is either the old one or the new one.
///
/// # Errors
///
/// When the folder or the file cannot be written.
pub fn keep_settings(dirs: &Dirs, settings: &Settings) -> Result<(), StorageError> {
    create_private(&dirs.config)?;
    let path = dirs.config.join(FILE_NAME);
    // People keep such files in a repository and link to them: write where the link leads.
    let path = fs::canonicalize(&path).unwrap_or(path);
    let mut text = serde_json::to_string_pretty(settings).map_err(|error| StorageError::Io {
        path: path.clone(),
        cause: error.to_string(),
    })?;
    text.push('\n');
    write_whole(&path, text.as_bytes())
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let failed = |error: &std::io::Error| StorageError::from_io(path, error);
    let folder = path.parent().unwrap_or(path);
    let mut file = NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// The default settings with every field of `text` that fits.
fn salvage(text: &str) -> Settings {
    let Ok(Value::Object(found)) = serde_json::from_str(text) else {
        return Settings::default();
    };
    let mut settings = Settings::default();
    let Ok(Value::Object(mut good)) = serde_json::to_value(&settings) else {
        return settings;
    };
    for (field, value) in found {
        let mut attempt: Map<String, Value> = good.clone();
        attempt.insert(field, value);
        if let Ok(better) = serde_json::from_value(Value::Object(attempt.clone())) {
            settings = better;
            good = attempt;
        }
    }
    settings
}

/// Moves the file out of the way of the next [`keep_settings`].
fn set_aside(path: &Path, cause: &str) -> StorageError {
    let time = Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ");
    let aside = PathBuf::from(format!("{}.damaged-{time}", path.display()));
    let cause = match fs::rename(path, &aside) {
        Ok(()) => format!("settings were damaged and set aside ({cause})"),
        Err(error) => format!("settings are damaged ({cause}) and cannot be moved ({error})"),
    };
    tracing::warn!(path = %aside.display(), "{cause}");
    StorageError::Io { path: aside, cause }
}

#[cfg(test)]
mod tests {
    use super::super::{KnownAccount, ThemeChoice};
    use super::*;

    fn dirs() -> (tempfile::TempDir, Dirs) {
        let root = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(root.path());
        (root, dirs)
    }

    fn write(dirs: &Dirs, text: &str) {
        fs::create_dir_all(&dirs.config).unwrap();
        fs::write(dirs.config.join(FILE_NAME), text).unwrap();
    }

    fn set_aside_text(dirs: &Dirs) -> String {
        let aside = fs::read_dir(&dirs.config)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_string_lossy().contains("settings.json.damaged-"))
            .unwrap();
        fs::read_to_string(aside).unwrap()
    }

    #[test]
    fn a_first_start_has_the_defaults_and_nothing_to_complain_about() {
        let (_root, dirs) = dirs();
        assert_eq!(load_settings(&dirs), (Settings::default(), None));
    }

    #[test]
    fn what_was_kept_comes_back() {
        let (_root, dirs) = dirs();
        let settings = Settings {
            theme: ThemeChoice::Dark,
            window_size: Some([1280.0, 800.0]),
            accounts: vec![KnownAccount {
                server: "https://chat.example.org/".to_owned(),
                user_id: "u1".to_owned(),
                username: "ana".to_owned(),
                last_room: Some("r1".to_owned()),
            }],
            ..Settings::default()
        };
        keep_settings(&dirs, &Settings::default()).unwrap();
        keep_settings(&dirs, &settings).unwrap();
        assert_eq!(load_settings(&dirs), (settings, None));
        let files = fs::read_dir(&dirs.config).unwrap().count();
        assert_eq!(files, 1, "a temporary file was left behind");
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_never_deleted() {
        let (_root, dirs) = dirs();
        for damaged in ["", "{ \"theme\": ", "[1, 2]", "null"] {
            let (_root, dirs) = (tempfile::tempdir().unwrap(), &dirs);
            write(dirs, damaged);
            let (settings, trouble) = load_settings(dirs);
            assert_eq!(settings, Settings::default());
            assert!(trouble.is_some(), "{damaged:?}");
            assert_eq!(set_aside_text(dirs), damaged);
            keep_settings(dirs, &settings).unwrap();
            assert_eq!(set_aside_text(dirs), damaged);
            fs::remove_dir_all(&dirs.config).unwrap();
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_set_aside_too() {
        let (_root, dirs) = dirs();
        fs::create_dir_all(&dirs.config).unwrap();
        fs::write(dirs.config.join(FILE_NAME), [0xff, 0x00, 0xfe]).unwrap();
        let (settings, trouble) = load_settings(&dirs);
        assert_eq!(settings, Settings::default());
        assert!(trouble.is_some());
        assert!(!dirs.config.join(FILE_NAME).exists());
    }

    #[test]
    fn one_bad_field_costs_that_field_only() {
        let (_root, dirs) = dirs();
        write(
            &dirs,
            r#"{"theme":"sepia","last_server":"https://x.org/","tile_edge_points":"wide","from_the_future":1}"#,
        );
        let (settings, trouble) = load_settings(&dirs);
        assert_eq!(settings.last_server.as_deref(), Some("https://x.org/"));
        assert_eq!(settings.theme, ThemeChoice::System);
        assert!(trouble.is_some());
    }

    #[test]
    fn fields_of_a_newer_version_are_no_damage() {
        let (_root, dirs) = dirs();
        write(&dirs, r#"{"theme":"dark","from_the_future":{"a":1}}"#);
        let (settings, trouble) = load_settings(&dirs);
        assert_eq!(settings.theme, ThemeChoice::Dark);
        assert_eq!(trouble, None);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error_not_a_panic() {
        let (root, _) = dirs();
        let file = root.path().join("file");
        fs::write(&file, "x").unwrap();
        let trouble = keep_settings(&Dirs::under(&file), &Settings::default());
        assert!(
            matches!(trouble, Err(StorageError::Io { .. })),
            "{trouble:?}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_settings_file_stays_a_link() {
        let (root, dirs) = dirs();
        let real = root.path().join("dotfiles.json");
        fs::write(&real, "{}").unwrap();
        fs::create_dir_all(&dirs.config).unwrap();
        std::os::unix::fs::symlink(&real, dirs.config.join(FILE_NAME)).unwrap();
        keep_settings(&dirs, &Settings::default()).unwrap();
        assert!(fs::read_to_string(&real).unwrap().contains("theme"));
        assert!(dirs.config.join(FILE_NAME).is_symlink());
    }
}
