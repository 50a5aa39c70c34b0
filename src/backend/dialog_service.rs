//! Whether anything on this machine can show a folder dialog.
//!
//! On Linux the dialog comes from the desktop's portal, else from `zenity`. Without either the
//! answer is the same as for a dialog that somebody closed.

/// Whether a dialog can have been shown.
#[cfg(not(target_os = "linux"))]
pub(super) const fn exists() -> bool {
    true
}

/// Whether a dialog can have been shown.
#[cfg(target_os = "linux")]
pub(super) fn exists() -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    linux::is_in("zenity", &folders) || linux::has_portal()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::time::Duration;

    use zbus::blocking::connection::Builder;
    use zbus::blocking::fdo::{DBusProxy, PropertiesProxy};

    const PORTAL: &str = "org.freedesktop.portal.Desktop";
    const PORTAL_PATH: &str = "/org/freedesktop/portal/desktop";
    const FILE_CHOOSER: &str = "org.freedesktop.portal.FileChooser";

    /// A person waits for the answer.
    const PATIENCE: Duration = Duration::from_secs(2);

    pub(super) fn is_in(program: &str, folders: &OsStr) -> bool {
        std::env::split_paths(folders).any(|folder| folder.join(program).is_file())
    }

    pub(super) fn has_portal() -> bool {
        match ask_portal() {
            Ok(has_portal) => has_portal,
            Err(error) => {
                tracing::debug!(%error, "no portal");
                false
            }
        }
    }

    /// A portal that runs may still have nothing that shows files: then it lacks the interface.
    fn ask_portal() -> zbus::Result<bool> {
        let bus = Builder::session()?.method_timeout(PATIENCE).build()?;
        if !DBusProxy::new(&bus)?.name_has_owner(PORTAL.try_into()?)? {
            return Ok(false);
        }
        let properties = PropertiesProxy::new(&bus, PORTAL, PORTAL_PATH)?;
        Ok(properties.get(FILE_CHOOSER.try_into()?, "version").is_ok())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_program_is_found_in_any_of_the_folders() {
            let folder = tempfile::tempdir().unwrap();
            let folders = std::env::join_paths(["/nowhere".as_ref(), folder.path()]).unwrap();
            assert!(!is_in("zenity", &folders));
            std::fs::write(folder.path().join("zenity"), "").unwrap();
            assert!(is_in("zenity", &folders));
        }
    }
}
