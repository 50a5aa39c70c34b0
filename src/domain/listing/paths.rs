//! The paths that servers give their files, which follow from the rest of the upload.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::Upload;

/// What JavaScript's `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What JavaScript's `encodeURI` leaves as it is.
const URI: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b',')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b'#');

/// How a path is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    /// There is none.
    None,
    /// Letter by letter.
    Own,
    /// As one of the usual ones.
    Usual(Usual),
}

/// Where the path begins, and how it spells the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usual {
    FilePlain,
    FileUri,
    FileComponent,
    StorePlain,
    StoreUri,
    StoreComponent,
}

const USUAL: [Usual; 6] = [
    Usual::FilePlain,
    Usual::FileUri,
    Usual::FileComponent,
    Usual::StorePlain,
    Usual::StoreUri,
    Usual::StoreComponent,
];

impl Path {
    pub(super) fn of(upload: &Upload) -> Self {
        let Some(path) = &upload.path else {
            return Self::None;
        };
        let is_it = |kind: &Usual| usual(*kind, upload).as_ref() == Some(path);
        USUAL.into_iter().find(is_it).map_or(Self::Own, Self::Usual)
    }

    /// Below eight.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Own => 1,
            Self::Usual(Usual::FilePlain) => 2,
            Self::Usual(Usual::FileUri) => 3,
            Self::Usual(Usual::FileComponent) => 4,
            Self::Usual(Usual::StorePlain) => 5,
            Self::Usual(Usual::StoreUri) => 6,
            Self::Usual(Usual::StoreComponent) => 7,
        }
    }

    pub(super) const fn from_number(number: u16) -> Self {
        match number & 7 {
            0 => Self::None,
            1 => Self::Own,
            2 => Self::Usual(Usual::FilePlain),
            3 => Self::Usual(Usual::FileUri),
            4 => Self::Usual(Usual::FileComponent),
            5 => Self::Usual(Usual::StorePlain),
            6 => Self::Usual(Usual::StoreUri),
            _ => Self::Usual(Usual::StoreComponent),
        }
    }
}

/// The path of an upload, if it is of this kind.
pub(super) fn usual(kind: Usual, upload: &Upload) -> Option<String> {
    let (id, name) = (&upload.id, &upload.name);
    let store = || upload.store.as_deref();
    let uri = || utf8_percent_encode(name, URI);
    let component = || utf8_percent_encode(name, COMPONENT);
    Some(match kind {
        Usual::FilePlain => format!("/file-upload/{id}/{name}"),
        Usual::FileUri => format!("/file-upload/{id}/{}", uri()),
        Usual::FileComponent => format!("/file-upload/{id}/{}", component()),
        Usual::StorePlain => format!("/ufs/{}/{id}/{name}", store()?),
        Usual::StoreUri => format!("/ufs/{}/{id}/{}", store()?, uri()),
        Usual::StoreComponent => format!("/ufs/{}/{id}/{}", store()?, component()),
    })
}
