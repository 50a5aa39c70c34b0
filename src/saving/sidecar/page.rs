//! A page to look at a saved folder without Salon and without a network.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::Path;

use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::utf8_percent_encode;

use super::whole_file::write_whole;
use super::{ImageRecord, SidecarError};
use crate::domain::{ByteCount, URL_SEGMENT, safe_display_name};
use crate::storage::StorageError;

/// What the file is called.
pub const PAGE_NAME: &str = "index.html";

/// Tells our pages from those of others.
const MARK: &str = r#"<meta name="generator" content="Salon">"#;

/// Where [`MARK`] must stand.
const HEAD_BYTES: u64 = 1024;

/// Nothing but pictures beside the page and its own style: no script, no network.
const POLICY: &str = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'";

const STYLE: &str = include_str!("page.css");

/// An `index.html` to write.
#[derive(Debug, Clone, Copy)]
pub struct ContactSheet<'a> {
    /// What was saved, such as the name of the room.
    pub title: &'a str,
    /// Where that is in the web client.
    pub link: Option<&'a str>,
    /// All images of the folder, in the order to show.
    pub images: &'a [ImageRecord],
    /// For the times.
    pub zone: &'a TimeZone,
}

impl ContactSheet<'_> {
    /// Writes it to `folder`, in place of an older one.
    ///
    /// # Errors
    /// When it cannot be written, or the file of that name is not Salon's.
    pub fn write(&self, folder: &Path) -> Result<(), SidecarError> {
        let path = folder.join(PAGE_NAME);
        refuse_foreign(&path)?;
        write_whole(&path, |out| self.write_to(out))
    }

    /// Picture by picture: a page of 100,000 is never in memory as a whole.
    fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{}", self.head().into_string())?;
        for image in self.images {
            writeln!(out, "{}", self.figure(image).into_string())?;
        }
        writeln!(out, "</main></body></html>")
    }

    /// Up to the first picture; the last elements stay open.
    fn head(&self) -> Markup {
        let n_images = self.images.len();
        let bytes: ByteCount = self.images.iter().map(|it| ByteCount(it.size_bytes)).sum();
        let images = if n_images == 1 { "image" } else { "images" };
        let title = safe_display_name(self.title);
        html! {
            (DOCTYPE)
            (PreEscaped("<html lang=\"en\"><head><meta charset=\"utf-8\">"))
            (PreEscaped(MARK))
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (title) }
            style { (PreEscaped(STYLE)) }
            (PreEscaped("</head><body>"))
            header {
                h1 { bdi { (title) } }
                p {
                    (n_images) " " (images) " · " (bytes)
                    @if let Some(link) = self.link.filter(|link| is_web(link)) {
                        " · " a href=(link) { "Open in Rocket.Chat" }
                    }
                }
            }
            (PreEscaped("<main>\n"))
        }
    }

    fn figure(&self, image: &ImageRecord) -> Markup {
        let link = relative_link(&image.file);
        let name = safe_display_name(image.file.rsplit('/').next().unwrap_or(&image.file));
        let description = image
            .description
            .as_deref()
            .map(str::trim)
            .filter(|it| !it.is_empty());
        let sender = image.uploader_name().map(safe_display_name);
        html! {
            figure {
                a href=(link) {
                    img src=(link) alt=(description.unwrap_or(&name)) loading="lazy"
                        decoding="async" width=[image.width] height=[image.height];
                }
                figcaption {
                    bdi.name title=(name) { (name) }
                    @if let Some(description) = description {
                        bdi.text title=(description) { (description) }
                    }
                    span {
                        @if let Some(sender) = &sender { bdi { (sender) } }
                        @if let Some(posted) = image.posted() {
                            @if sender.is_some() { ", " }
                            time datetime=(posted.to_string()) {
                                (posted.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M"))
                            }
                        }
                    }
                    // One to the room is at the top of the page already.
                    @if is_web(&image.link) && image.link != image.room.link {
                        a href=(image.link) { "Show in chat" }
                    }
                }
            }
        }
    }
}

fn relative_link(file: &str) -> String {
    let parts: Vec<_> = file
        .split('/')
        .map(|part| utf8_percent_encode(part, URL_SEGMENT).to_string())
        .collect();
    parts.join("/")
}

/// A server could call anything its address; only these are links.
fn is_web(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

fn refuse_foreign(path: &Path) -> Result<(), SidecarError> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut start));
    match read {
        Ok(_) if String::from_utf8_lossy(&start).contains(MARK) => Ok(()),
        Ok(_) => Err(SidecarError::Foreign {
            path: path.to_path_buf(),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StorageError::from_io(path, &error).into()),
    }
}
