//! Files on the clipboard of a Linux desktop, in both words that file managers know:
//! `text/uri-list`, and `x-special/gnome-copied-files`, which also says that they are to be
//! copied and not moved.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use thiserror::Error;
use wl_clipboard_rs::copy::{MimeSource, MimeType, Options, Source};
use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE};

const URI_LIST: &str = "text/uri-list";
const GNOME_FILES: &str = "x-special/gnome-copied-files";

/// What RFC 3986 leaves as it is in a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Owner of the files that were copied last.
#[derive(Default)]
pub(super) struct FileClipboard {
    x11: Option<X11Owner>,
}

/// Why files cannot be put on the clipboard.
#[derive(Debug, Error)]
pub(super) enum FileClipboardError {
    #[error("no X server: {0}")]
    Connect(#[from] ConnectError),
    #[error("the X server is gone: {0}")]
    Connection(#[from] ConnectionError),
    #[error("the X server refuses: {0}")]
    Reply(#[from] ReplyError),
    #[error("the X server refuses: {0}")]
    Id(#[from] ReplyOrIdError),
    #[error("no thread: {0}")]
    Thread(std::io::Error),
    #[error("another program keeps the clipboard")]
    Taken,
}

impl FileClipboard {
    /// Puts these files on it.
    pub(super) fn set(&mut self, files: &[PathBuf]) -> Result<(), FileClipboardError> {
        let words = Words::of(files);
        // Where a Wayland desktop does not let programs in, its X server passes it on.
        if std::env::var_os("WAYLAND_DISPLAY").is_some() {
            match set_on_wayland(&words) {
                Ok(()) => return Ok(()),
                Err(error) => tracing::debug!(%error, "the clipboard of X11 is used"),
            }
        }
        if let Some(owner) = &self.x11
            && owner.set(&words).is_ok()
        {
            return Ok(());
        }
        let owner = X11Owner::start()?;
        owner.set(&words)?;
        self.x11 = Some(owner);
        Ok(())
    }
}

/// The same files in both words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Words {
    uri_list: String,
    gnome_files: String,
}

impl Words {
    fn of(files: &[PathBuf]) -> Self {
        let uris: Vec<String> = files.iter().map(|file| uri(file)).collect();
        Self {
            // Each line ends so, also the last: RFC 2483.
            uri_list: uris.join("\r\n") + "\r\n",
            gnome_files: format!("copy\n{}", uris.join("\n")),
        }
    }
}

fn uri(path: &Path) -> String {
    let escaped = percent_encode(path.as_os_str().as_bytes(), ESCAPED);
    format!("file://{escaped}")
}

/// The library serves it on a thread of its own, until something else is copied.
fn set_on_wayland(words: &Words) -> Result<(), wl_clipboard_rs::copy::Error> {
    let source = |mime: &str, text: &str| MimeSource {
        source: Source::Bytes(text.as_bytes().into()),
        mime_type: MimeType::Specific(mime.to_owned()),
    };
    Options::new().copy_multi(vec![
        source(URI_LIST, &words.uri_list),
        source(GNOME_FILES, &words.gnome_files),
    ])
}

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        CLIPBOARD,
        TARGETS,
        URI_LIST: b"text/uri-list",
        GNOME_FILES: b"x-special/gnome-copied-files",
    }
}

/// A window that nobody sees, which X asks whenever somebody pastes.
struct X11Owner {
    connection: Arc<RustConnection>,
    window: Window,
    atoms: Atoms,
    words: Arc<RwLock<Words>>,
}

impl X11Owner {
    fn start() -> Result<Self, FileClipboardError> {
        let (connection, screen) = RustConnection::connect(None)?;
        let atoms = Atoms::new(&connection)?.reply()?;
        let window = connection.generate_id()?;
        let screens = &connection.setup().roots;
        let root = screens.get(screen).map_or(NONE, |screen| screen.root);
        connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                window,
                root,
                0,
                0,
                1,
                1,
                0,
                WindowClass::COPY_FROM_PARENT,
                COPY_FROM_PARENT,
                &CreateWindowAux::new(),
            )?
            .check()?;
        let owner = Self {
            connection: Arc::new(connection),
            window,
            atoms,
            words: Arc::default(),
        };
        let (connection, words) = (Arc::clone(&owner.connection), Arc::clone(&owner.words));
        std::thread::Builder::new()
            .name("salon-clip-files".to_owned())
            .spawn(move || {
                // It ends with the connection: with the program, or with the X server.
                if let Err(error) = serve(&connection, atoms, &words) {
                    tracing::debug!(%error, "the clipboard of X11 is gone");
                }
            })
            .map_err(FileClipboardError::Thread)?;
        Ok(owner)
    }

    fn set(&self, words: &Words) -> Result<(), FileClipboardError> {
        let mut served = self.words.write().unwrap_or_else(PoisonError::into_inner);
        served.clone_from(words);
        drop(served);
        let clipboard = self.atoms.CLIPBOARD;
        self.connection
            .set_selection_owner(self.window, clipboard, CURRENT_TIME)?
            .check()?;
        let owner = self.connection.get_selection_owner(clipboard)?.reply()?;
        if owner.owner == self.window {
            Ok(())
        } else {
            Err(FileClipboardError::Taken)
        }
    }
}

fn serve(
    connection: &RustConnection,
    atoms: Atoms,
    words: &RwLock<Words>,
) -> Result<(), FileClipboardError> {
    loop {
        // Another owner clears it; until the next copy there is nothing to be asked for.
        if let Event::SelectionRequest(request) = connection.wait_for_event()? {
            answer(connection, atoms, words, request)?;
        }
    }
}

fn answer(
    connection: &RustConnection,
    atoms: Atoms,
    words: &RwLock<Words>,
    request: SelectionRequestEvent,
) -> Result<(), FileClipboardError> {
    // Programs from before 1988 leave the property out and mean the target.
    let property = if request.property == NONE {
        request.target
    } else {
        request.property
    };
    let text = {
        let words = words.read().unwrap_or_else(PoisonError::into_inner);
        text_for(request.target, atoms, &words).map(str::to_owned)
    };
    let is_answered = if request.target == atoms.TARGETS {
        let targets = [atoms.TARGETS, atoms.URI_LIST, atoms.GNOME_FILES];
        let mode = PropMode::REPLACE;
        connection
            .change_property32(mode, request.requestor, property, AtomEnum::ATOM, &targets)?
            .check()
            .is_ok()
    } else if let Some(text) = text {
        let mode = PropMode::REPLACE;
        let bytes = text.as_bytes();
        connection
            .change_property8(mode, request.requestor, property, request.target, bytes)?
            .check()
            .is_ok()
    } else {
        false
    };
    let notice = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: request.time,
        requestor: request.requestor,
        selection: request.selection,
        target: request.target,
        property: if is_answered { property } else { NONE },
    };
    connection.send_event(false, request.requestor, EventMask::NO_EVENT, notice)?;
    connection.flush()?;
    Ok(())
}

fn text_for(target: Atom, atoms: Atoms, words: &Words) -> Option<&str> {
    if target == atoms.URI_LIST {
        Some(&words.uri_list)
    } else if target == atoms.GNOME_FILES {
        Some(&words.gnome_files)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_in_both_words() {
        let files = ["/tmp/a b/ü#1.png".into(), "/tmp/c.png".into()];
        let words = Words::of(&files);
        assert_eq!(
            words.uri_list,
            "file:///tmp/a%20b/%C3%BC%231.png\r\nfile:///tmp/c.png\r\n"
        );
        assert_eq!(
            words.gnome_files,
            "copy\nfile:///tmp/a%20b/%C3%BC%231.png\nfile:///tmp/c.png"
        );
    }
}
