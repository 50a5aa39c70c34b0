//! Thumbnails of the whole corpus: Salon's imaging, the `image` crate and `vipsthumbnail`, each a
//! process of its own that reads the files, fits them into 320 px, and writes raw pixels.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, Cursor};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder as _, ImageReader, RgbaImage};
use salon::imaging::{Target, decode};

use crate::Outcome;
use crate::process::cpu_seconds_of_ended;
use crate::ssim::ssim;

const EDGE_PX: u32 = 320;

/// The argument that makes this program one of the two pipelines instead of the comparison.
pub(crate) const CHILD: &str = "--make-thumbnails";

/// Who makes thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    Salon,
    ImageCrate,
    Vips,
}

/// The version of `vipsthumbnail`; `None` where there is none.
pub(crate) fn vips_version() -> Option<String> {
    let output = Command::new("vipsthumbnail")
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().next().map(str::to_owned)
}

impl Maker {
    /// Makes a thumbnail of each file in the folder; gives CPU seconds, and the files of which
    /// there is none.
    pub(crate) fn run(self, files: &[PathBuf], folder: &Path) -> Outcome<(f64, Vec<PathBuf>)> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let mut command = match self {
            Self::Vips => {
                let mut command = Command::new("vipsthumbnail");
                // Its own format is raw pixels: nobody encodes.
                command.args(["-s", "320x320", "-o"]);
                command.arg(folder.join("%s.v")).args(files);
                command
            }
            Self::Salon | Self::ImageCrate => {
                let name = if self == Self::Salon {
                    "salon"
                } else {
                    "image"
                };
                let list = folder.join("list");
                fs::write(&list, lines(files))?;
                let mut command = Command::new(std::env::current_exe()?);
                command.args([CHILD, name]).arg(list).arg(folder);
                command
            }
        };
        let before = cpu_seconds_of_ended();
        // A file that cannot be read is an error to vips, but not the end.
        command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        let cpu_secs = cpu_seconds_of_ended() - before;
        let ending = if self == Self::Vips { "v" } else { "raw" };
        let lacks = |file: &&PathBuf| !made(folder, file, ending).exists();
        Ok((cpu_secs, files.iter().filter(lacks).cloned().collect()))
    }
}

fn made(folder: &Path, file: &Path, ending: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    folder.join(format!("{stem}.{ending}"))
}

fn lines(files: &[PathBuf]) -> String {
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    files.join("\n")
}

/// The other program that this one is when [`CHILD`] is its first argument: maker, list of files,
/// folder for what is made.
pub(crate) fn child(arguments: &[String]) -> Outcome<()> {
    let [maker, list, folder] = arguments else {
        return Err("maker, list and folder are wanted".into());
    };
    let list = std::io::BufReader::new(fs::File::open(list)?);
    for file in list.lines() {
        let file = PathBuf::from(file?);
        let bytes = fs::read(&file)?;
        let made_of = match maker.as_str() {
            "salon" => by_salon(&bytes),
            _ => by_image_crate(&bytes),
        };
        match made_of {
            Ok((width, pixels)) => {
                let mut raw = width.to_le_bytes().to_vec();
                raw.extend(pixels);
                fs::write(made(Path::new(folder), &file, "raw"), raw)?;
            }
            Err(error) => crate::say(&format!("  {maker}: {}: {error}", file.display())),
        }
    }
    Ok(())
}

fn by_salon(bytes: &[u8]) -> Outcome<(u32, Vec<u8>)> {
    let made = decode(bytes, Target::Thumbnail { edge_px: EDGE_PX })?;
    Ok((made.size.width, made.pixels.to_vec()))
}

fn by_image_crate(bytes: &[u8]) -> Outcome<(u32, Vec<u8>)> {
    let (image, orientation) = decoded(bytes)?;
    let mut small = if image.width().max(image.height()) > EDGE_PX {
        image.thumbnail(EDGE_PX, EDGE_PX)
    } else {
        image
    };
    small.apply_orientation(orientation);
    let small = small.into_rgba8();
    Ok((small.width(), small.into_raw()))
}

fn decoded(bytes: &[u8]) -> Outcome<(DynamicImage, image::metadata::Orientation)> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    reader.no_limits();
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

/// How good Salon's thumbnails in that folder are: similarity to a full decode shrunk by
/// Lanczos-3, file by file, the worst first.
pub(crate) fn quality(files: &[PathBuf], folder: &Path) -> Outcome<Vec<(f64, PathBuf)>> {
    let mut found = Vec::new();
    for file in files {
        let raw = fs::read(made(folder, file, "raw"))?;
        let (width, pixels) = raw.split_first_chunk::<4>().ok_or("an empty thumbnail")?;
        let width = u32::from_le_bytes(*width);
        let height = u32::try_from(pixels.len())? / 4 / width.max(1);
        let reference = reference(&fs::read(file)?, (width, height))?;
        let alike = ssim(pixels, &reference, usize::try_from(width)?);
        found.push((alike, file.clone()));
    }
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    Ok(found)
}

/// Colours multiplied by alpha, as Salon's are.
fn reference(bytes: &[u8], size: (u32, u32)) -> Outcome<Vec<u8>> {
    let (mut image, orientation) = decoded(bytes)?;
    image.apply_orientation(orientation);
    let mut full: RgbaImage = image.into_rgba8();
    for pixel in full.pixels_mut() {
        let alpha = u32::from(pixel[3]);
        for level in pixel.0.iter_mut().take(3) {
            *level = u8::try_from((u32::from(*level) * alpha + 127) / 255).unwrap_or(255);
        }
    }
    let (width, height) = full.dimensions();
    if (width, height) == size {
        return Ok(full.into_raw());
    }
    let full = Image::from_vec_u8(width, height, full.into_raw(), PixelType::U8x4)?;
    let mut small = Image::new(size.0, size.1, PixelType::U8x4);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(false);
    Resizer::new().resize(&full, &mut small, &options)?;
    Ok(small.into_vec())
}

/// Files without those that any maker cannot read.
pub(crate) fn without(files: &[PathBuf], failed: &HashSet<PathBuf>) -> Vec<PathBuf> {
    files
        .iter()
        .filter(|file| !failed.contains(*file))
        .cloned()
        .collect()
}
