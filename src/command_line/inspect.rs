//! `salon inspect`: what a file is, as the window would say it.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::show::{note, object, result};
use super::trouble::{Exit, Trouble};
use crate::cli::InspectArgs;
use crate::domain::{ByteCount, safe_display_name};
use crate::imaging::{self, Histogram, ImageError, Metadata, Target, decode, read_metadata};
use crate::state::user_message::{self, grouped};
use crate::state::{file_facts, file_json, position_in_words};
use crate::storage::hexadecimal;

/// As much as the window fetches of an original.
const MAX_FILE_BYTES: u64 = 200_000_000;

/// What any graphics card takes as a texture.
const MAX_EDGE_PX: u32 = 8192;

/// Looks at one file.
pub(super) fn run(args: &InspectArgs) -> Result<ExitCode, Trouble> {
    let bytes = read(&args.file)?;
    let mut metadata = read_metadata(&bytes);
    let sha256 = hexadecimal(&Sha256::digest(&bytes));
    let full = Target::Full {
        max_edge_px: MAX_EDGE_PX,
    };
    let problem = match decode(&bytes, full) {
        Ok(image) => {
            metadata.histogram = Some(Histogram::of(&image));
            None
        }
        Err(error) => Some(not_shown(&error)),
    };
    let problem_text = problem.as_ref().map(Trouble::text);
    if args.json {
        object(&json!({
            "path": args.file.to_string_lossy(),
            "bytes": bytes.len(),
            "sha256": sha256,
            "problem": problem_text,
            "file": file_json(&metadata),
        }));
    } else {
        print(&facts(&metadata, bytes.len(), sha256));
    }
    if let Some(problem) = problem {
        return Err(problem);
    }
    if let Some(thumbnail) = &args.thumbnail {
        write_thumbnail(&bytes, thumbnail_target(args.size, &metadata), thumbnail)?;
    }
    Ok(Exit::Done.into())
}

fn read(path: &Path) -> Result<Vec<u8>, Trouble> {
    let unreadable = |error: &io::Error| {
        let headline = format!("Cannot read {}: {error}", path.display());
        Trouble::new(Exit::Disk, headline, "")
    };
    if path.is_dir() {
        let headline = format!("{} is a folder, not a file", path.display());
        return Err(Trouble::new(Exit::Disk, headline, ""));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let limit = ByteCount(MAX_FILE_BYTES);
        let headline = format!("{} is larger than {limit}", path.display());
        let advice = "Salon does not show such files; it saves them.";
        return Err(Trouble::new(Exit::SomeFailed, headline, advice));
    }
    Ok(bytes)
}

/// The sentences of the window, which speaks of files on a server; here only the first fits.
fn not_shown(error: &ImageError) -> Trouble {
    let headline = user_message::decode(error).headline;
    let headline = match error {
        ImageError::Corrupt(cause) => {
            let cause = safe_display_name(cause);
            format!("{headline}. The decoder says “{cause}”")
        }
        ImageError::TooLarge(cause) => format!("{headline} ({})", safe_display_name(cause)),
        _ => headline,
    };
    Trouble::new(Exit::SomeFailed, headline, "")
}

fn facts(metadata: &Metadata, n_bytes: usize, sha256: String) -> Vec<(&'static str, String)> {
    let mut facts = vec![("File size", file_size(n_bytes))];
    facts.extend(metadata.format.map(|format| ("Format", format.to_owned())));
    facts.extend(metadata.dimensions.map(|size| ("Size", size.to_string())));
    let stored = metadata.stored_dimensions;
    let turned = stored.filter(|stored| Some(*stored) != metadata.dimensions);
    facts.extend(turned.map(|stored| ("Size as stored", stored.to_string())));
    facts.extend(file_facts(metadata));
    let position = metadata.position.as_ref().map(position_in_words);
    facts.extend(position.map(|position| ("Position", position)));
    facts.push(("SHA-256", sha256));
    facts
}

/// "3.4 MB (3,412,345 bytes)"; of a small file only the second.
fn file_size(n_bytes: usize) -> String {
    let size = ByteCount(n_bytes as u64);
    match n_bytes {
        1 => "1 byte".to_owned(),
        0..1000 => format!("{n_bytes} bytes"),
        _ => format!("{size} ({} bytes)", grouped(n_bytes)),
    }
}

/// One fact a line, the values below each other.
fn print(facts: &[(&'static str, String)]) {
    let label_len = facts.iter().map(|(label, _)| label.len()).max();
    let width = label_len.unwrap_or_default();
    for (label, value) in facts {
        // Nobody wants more when standard output is closed.
        if result(&format!("{label:width$}  {value}")).is_err() {
            return;
        }
    }
}

/// A drawing has no pixels that would have to be enlarged.
fn thumbnail_target(edge_px: u32, metadata: &Metadata) -> Target {
    if metadata.format == Some("SVG") {
        let max_edge_px = edge_px;
        Target::Full { max_edge_px }
    } else {
        Target::Thumbnail { edge_px }
    }
}

fn write_thumbnail(bytes: &[u8], target: Target, path: &Path) -> Result<(), Trouble> {
    let thumbnail = decode(bytes, target).map_err(|error| not_shown(&error))?;
    let png = imaging::encode_png(&thumbnail).map_err(|error| not_shown(&error))?;
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(&png)
            // Half a picture is worse than none; that it cannot be removed is no second problem.
            .inspect_err(|_| fs::remove_file(path).unwrap_or_default())
    });
    let written = written.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            let headline = format!("{} is there already", path.display());
            return Trouble::new(Exit::Disk, headline, "Choose another name for --thumbnail.");
        }
        let headline = format!("Cannot write {}: {error}", path.display());
        Trouble::new(Exit::Disk, headline, "")
    });
    written.inspect(|()| {
        let bytes = file_size(png.len());
        note(&format!("{}: {}, {bytes}", path.display(), thumbnail.size));
    })
}
