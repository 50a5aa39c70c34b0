//! What a part that was left behind can be trusted with.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;

#[cfg(target_os = "linux")]
use jiff::Timestamp;

/// How much of a file is read at a time.
const READ_BYTES: u64 = 256 * 1024;

/// Whether the file of this path is the open one. A link is not followed: who put it there
/// would have us write elsewhere.
pub(super) fn is_still_there(file: &File, path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(io::Error::other("in the way, and not a file")),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    }
    let ours = same_file::Handle::from_file(file.try_clone()?)?;
    match same_file::Handle::from_path(path) {
        Ok(theirs) => Ok(ours == theirs),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether `path` is a file that holds a true beginning of `whole` and nothing else.
pub(super) fn is_beginning(path: &Path, whole: &mut File, length: u64) -> bool {
    let mut compare = || -> io::Result<bool> {
        let metadata = fs::symlink_metadata(path)?;
        if !metadata.is_file() || metadata.len() >= length {
            return Ok(false);
        }
        let mut beginning = File::open(path)?;
        whole.seek(SeekFrom::Start(0))?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        loop {
            theirs.clear();
            ours.clear();
            let n = (&mut beginning).take(READ_BYTES).read_to_end(&mut theirs)?;
            if n == 0 {
                return Ok(true);
            }
            (&mut *whole).take(n as u64).read_to_end(&mut ours)?;
            if ours != theirs {
                return Ok(false);
            }
        }
    };
    compare().unwrap_or(false)
}

/// Whether the machine was started since the part was last written. Then what the system said
/// it had written may never have reached the disk, not only at the end.
#[cfg(target_os = "linux")]
pub(super) fn may_have_holes(metadata: &Metadata) -> bool {
    let started = || -> Option<i64> {
        let statistics = fs::read_to_string("/proc/stat").ok()?;
        let line = statistics
            .lines()
            .find_map(|it| it.strip_prefix("btime "))?;
        line.trim().parse().ok()
    };
    let written = metadata.modified().ok().map(Timestamp::try_from);
    match (started(), written) {
        (Some(started), Some(Ok(written))) => written.as_second() < started,
        _ => false,
    }
}

/// Other systems do not say; there only the end is compared.
#[cfg(not(target_os = "linux"))]
pub(super) const fn may_have_holes(_metadata: &Metadata) -> bool {
    false
}
