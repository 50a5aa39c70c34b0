//! What `salon inspect` takes.

use std::path::{Path, PathBuf};

use clap::Args;

/// The exit codes, for scripts.
pub const INSPECT_EXIT_CODES: &str = "\
Exit codes:
  0    the file is an image that Salon can show
  1    it is not, or it is damaged; what could be read is printed all the same
  2    the command cannot be understood
  5    the file cannot be read, or the thumbnail cannot be written";

/// Which file to look at.
#[derive(Debug, Clone, Args)]
pub struct InspectArgs {
    /// The file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Write one JSON object instead of text: path, bytes, sha256, problem, and under `file` what
    /// "Copy all as JSON" has there.
    #[arg(long)]
    pub json: bool,
    /// Write the thumbnail that Salon makes of it here, as PNG. No file is overwritten.
    #[arg(long, value_name = "OUT.png", value_parser = png_path)]
    pub thumbnail: Option<PathBuf>,
    /// The longest side of the thumbnail, in pixels. No image is made larger, but drawings are
    /// drawn so large, up to 2048 or the size that they say they have.
    #[arg(long, value_name = "PIXELS", default_value_t = 256, requires = "thumbnail",
          value_parser = clap::value_parser!(u32).range(1..=8192))]
    pub size: u32,
}

/// A name that says no other format.
fn png_path(text: &str) -> Result<PathBuf, String> {
    let extension = Path::new(text).extension();
    if extension.is_none_or(|extension| extension.eq_ignore_ascii_case("png")) {
        return Ok(PathBuf::from(text));
    }
    Err("thumbnails are PNG; choose a name that ends in .png".to_owned())
}
