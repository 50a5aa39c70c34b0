//! A page's images in few bytes: about ninety for each, where the values they are made of take
//! seven hundred.
//!
//! Columns, because most questions want only one: ids, times, searched names, and the rest.
//! What can be told from the other fields, such as the usual path, is not kept.

use std::sync::Arc;

use jiff::Timestamp;

use super::bytes::{Reader, from_hex, put_bytes, put_number, to_hex};
use super::dictionary::{Dictionary, Uploader};
use super::ids::Ids;
use super::names::{NameForm, Needle, ends_of, put_name, take_name};
use super::paths::{self, Path};
use super::times;
use super::unpacked::Uploads;
use crate::domain::{ByteCount, Person, PixelSize, RoomId, Upload, UploadId, UserId};

/// See the [module documentation](self).
#[derive(Debug, Clone)]
pub(super) struct PackedPage {
    count: usize,
    ids: Ids,
    times: Box<[u8]>,
    names: Box<[u8]>,
    name_ends: Box<[u32]>,
    rest: Box<[u8]>,
    /// Some uploader is kept apart from the upload's user.
    has_other_uploaders: bool,
}

/// Which parts an upload has, as bits.
mod has {
    pub(super) const SIZE: u16 = 1;
    pub(super) const DIMENSIONS: u16 = 1 << 1;
    pub(super) const FORMAT: u16 = 1 << 2;
    pub(super) const USER: u16 = 1 << 3;
    pub(super) const OTHER_UPLOADER: u16 = 1 << 4;
    pub(super) const STORE: u16 = 1 << 5;
    pub(super) const DESCRIPTION: u16 = 1 << 6;
    pub(super) const ETAG: u16 = 1 << 7;
    pub(super) const HEX_ETAG: u16 = 1 << 8;
    pub(super) const CAPITALS: u16 = 1 << 9;
    pub(super) const OWN_NAME: u16 = 1 << 10;
    /// Three bits: see [`super::Path`].
    pub(super) const PATH: u32 = 11;
}

/// What of an upload sums are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// As [`Upload::size`].
    pub size: Option<ByteCount>,
    /// As [`Upload::dimensions`].
    pub dimensions: Option<PixelSize>,
    /// As [`Upload::media_type`].
    pub media_type: &'a str,
    /// As [`Upload::user`].
    pub user: Option<&'a UserId>,
    /// As [`Upload::uploader`].
    pub uploader: Option<&'a Person>,
}

/// The part of a record that has the same shape for every upload.
struct Head {
    parts: u16,
    room: u64,
    media_type: u64,
    format: Option<u64>,
    user: Option<u64>,
    uploader: Uploader,
    store: Option<u64>,
    size: Option<ByteCount>,
    dimensions: Option<PixelSize>,
}

impl PackedPage {
    /// Packs a page; what its images share goes into the dictionary.
    pub(super) fn pack(uploads: &[Upload], dictionary: &mut Dictionary) -> Self {
        let (mut names, mut rest) = (Vec::new(), Vec::new());
        let mut has_other_uploaders = false;
        for upload in uploads {
            let user = upload.user.as_ref().map(|id| dictionary.user_number(id));
            let uploader = dictionary.uploader(user, upload.uploader.as_ref());
            has_other_uploaders |= uploader != Uploader::AsUser;
            put_upload(&mut names, &mut rest, upload, (user, uploader), dictionary);
        }
        Self {
            count: uploads.len(),
            ids: Ids::pack(
                &uploads
                    .iter()
                    .map(|upload| upload.id.as_str())
                    .collect::<Vec<_>>(),
            ),
            times: times::pack(uploads),
            name_ends: ends_of(&names),
            names: names.into_boxed_slice(),
            rest: rest.into_boxed_slice(),
            has_other_uploaders,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.count
    }

    pub(super) const fn has_other_uploaders(&self) -> bool {
        self.has_other_uploaders
    }

    /// Where on the page an image is.
    pub(super) fn position(&self, id: &UploadId) -> Option<usize> {
        self.ids.position(id.as_str())
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = UploadId> + '_ {
        self.ids.iter().map(UploadId::from)
    }

    /// When each was uploaded and changed.
    pub(super) fn times(
        &self,
    ) -> impl Iterator<Item = (Option<Timestamp>, Option<Timestamp>)> + '_ {
        times::unpack(&self.times)
    }

    /// Sums can be made of these without unpacking.
    pub(super) fn facts<'a>(
        &'a self,
        dictionary: &'a Dictionary,
    ) -> impl Iterator<Item = Facts<'a>> {
        let mut rest = Reader(&self.rest);
        std::iter::from_fn(move || {
            let head = Head::read(&mut rest)?;
            head.skip_texts(&mut rest)?;
            Some(Facts {
                size: head.size,
                dimensions: head.dimensions,
                media_type: dictionary.word(head.media_type)?,
                user: head.user.and_then(|user| dictionary.user(user)),
                uploader: dictionary.person(head.user, head.uploader),
            })
        })
    }

    /// The places on the page of the names that contain the needle.
    pub(super) fn find(&self, needle: &Needle<'_>, found: impl FnMut(u32)) {
        needle.find_in(&self.names, &self.name_ends, found);
    }

    pub(super) fn unpack(&self, dictionary: &Dictionary) -> Vec<Upload> {
        let (mut names, mut rest) = (&*self.names, Reader(&self.rest));
        let ids = self.ids();
        let columns = ids.zip(self.times());
        columns
            .map_while(|(id, times)| take_upload(&mut names, &mut rest, (id, times), dictionary))
            .collect()
    }

    #[cfg(test)]
    pub(super) fn byte_len(&self) -> usize {
        let columns = [&self.times, &self.names, &self.rest].map(|column| column.len());
        self.ids.byte_len() + self.name_ends.len() * 4 + columns.iter().sum::<usize>()
    }

    /// For the screen: shared, not copied, by whoever shows it.
    pub(super) fn unpack_shared(&self, dictionary: &Dictionary) -> Uploads {
        self.unpack(dictionary).into_iter().map(Arc::new).collect()
    }
}

fn put_upload(
    names: &mut Vec<u8>,
    rest: &mut Vec<u8>,
    upload: &Upload,
    (user, uploader): (Option<u64>, Uploader),
    dictionary: &mut Dictionary,
) {
    let mut name = Vec::new();
    let form = put_name(names, &mut name, &upload.name);
    let hex_etag = upload.etag.as_deref().and_then(from_hex);
    let path = Path::of(upload);
    let if_some = |is_some: bool, part: u16| if is_some { part } else { 0 };
    let parts = if_some(upload.size.is_some(), has::SIZE)
        | if_some(upload.dimensions.is_some(), has::DIMENSIONS)
        | if_some(upload.identified_format.is_some(), has::FORMAT)
        | if_some(user.is_some(), has::USER)
        | if_some(uploader != Uploader::AsUser, has::OTHER_UPLOADER)
        | if_some(upload.store.is_some(), has::STORE)
        | if_some(upload.description.is_some(), has::DESCRIPTION)
        | if_some(upload.etag.is_some(), has::ETAG)
        | if_some(hex_etag.is_some(), has::HEX_ETAG)
        | if_some(form == NameForm::Capitals, has::CAPITALS)
        | if_some(form == NameForm::Own, has::OWN_NAME)
        | u16::from(path.number()) << has::PATH;
    rest.extend_from_slice(&parts.to_le_bytes());
    put_number(rest, dictionary.number_of(upload.room.as_str()));
    put_number(rest, dictionary.number_of(&upload.media_type));
    let format = upload.identified_format.as_deref();
    let format = format.map(|format| dictionary.number_of(format));
    let store = upload.store.as_deref();
    let store = store.map(|store| dictionary.number_of(store));
    let other = match uploader {
        Uploader::Other(number) => Some(number),
        Uploader::AsUser => None,
    };
    let size = upload.size.map(|size| size.0);
    for number in [format, user, other, store, size].into_iter().flatten() {
        put_number(rest, number);
    }
    if let Some(PixelSize { width, height }) = upload.dimensions {
        put_number(rest, u64::from(width));
        put_number(rest, u64::from(height));
    }
    rest.extend_from_slice(&name);
    if let Some(description) = &upload.description {
        put_bytes(rest, description.as_bytes());
    }
    if let (Path::Own, Some(path)) = (path, &upload.path) {
        put_bytes(rest, path.as_bytes());
    }
    if let Some(etag) = &upload.etag {
        put_bytes(rest, hex_etag.as_deref().unwrap_or(etag.as_bytes()));
    }
}

fn take_upload<'a>(
    names: &mut &'a [u8],
    rest: &mut Reader<'a>,
    (id, (uploaded_at, updated_at)): (UploadId, (Option<Timestamp>, Option<Timestamp>)),
    dictionary: &Dictionary,
) -> Option<Upload> {
    let head = Head::read(rest)?;
    let name = take_name(names, rest, head.name_form())?;
    let text = |number: u64| dictionary.word(number).map(str::to_owned);
    let description = if head.has(has::DESCRIPTION) {
        Some(rest.text()?.to_owned())
    } else {
        None
    };
    let mut upload = Upload {
        id,
        room: RoomId::from(dictionary.word(head.room)?),
        name,
        media_type: text(head.media_type)?,
        size: head.size,
        dimensions: head.dimensions,
        identified_format: head.format.and_then(text),
        user: head.user.and_then(|user| dictionary.user(user).cloned()),
        uploader: dictionary.person(head.user, head.uploader).cloned(),
        uploaded_at,
        updated_at,
        store: head.store.and_then(text),
        description,
        path: None,
        etag: None,
    };
    upload.path = match head.path() {
        Path::None => None,
        Path::Own => Some(rest.text()?.to_owned()),
        Path::Usual(usual) => paths::usual(usual, &upload),
    };
    if head.has(has::HEX_ETAG) {
        let mut etag = String::new();
        to_hex(rest.bytes()?, &mut etag);
        upload.etag = Some(etag);
    } else if head.has(has::ETAG) {
        upload.etag = Some(rest.text()?.to_owned());
    }
    Some(upload)
}

impl Head {
    fn read(rest: &mut Reader<'_>) -> Option<Self> {
        let parts = u16::from_le_bytes([rest.byte()?, rest.byte()?]);
        let (room, media_type) = (rest.number()?, rest.number()?);
        let mut part = |part: u16| match parts & part {
            0 => Some(None),
            _ => rest.number().map(Some),
        };
        let (format, user) = (part(has::FORMAT)?, part(has::USER)?);
        let uploader = part(has::OTHER_UPLOADER)?.map_or(Uploader::AsUser, Uploader::Other);
        let (store, size) = (part(has::STORE)?, part(has::SIZE)?.map(ByteCount));
        let dimensions = if parts & has::DIMENSIONS == 0 {
            None
        } else {
            let mut side = || u32::try_from(rest.number()?).ok();
            Some(PixelSize::new(side()?, side()?))
        };
        Some(Self {
            parts,
            room,
            media_type,
            format,
            user,
            uploader,
            store,
            size,
            dimensions,
        })
    }

    const fn has(&self, part: u16) -> bool {
        self.parts & part != 0
    }

    const fn name_form(&self) -> NameForm {
        if self.has(has::OWN_NAME) {
            NameForm::Own
        } else if self.has(has::CAPITALS) {
            NameForm::Capitals
        } else {
            NameForm::Same
        }
    }

    const fn path(&self) -> Path {
        Path::from_number(self.parts >> has::PATH)
    }

    fn skip_texts(&self, rest: &mut Reader<'_>) -> Option<()> {
        let texts = [
            self.name_form() != NameForm::Same,
            self.has(has::DESCRIPTION),
            self.path() == Path::Own,
            self.has(has::ETAG),
        ];
        for _ in texts.into_iter().filter(|is_there| *is_there) {
            rest.bytes()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
