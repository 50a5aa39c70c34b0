//! The files that are neither plain JPEG nor screenshots. What no crate here can write, the
//! tools of Debian write: `convert` of `ImageMagick`, `cwebp` and `gif2webp` of libwebp.

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use fastrand::Rng;
use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{Delay, DynamicImage, Frame, ImageFormat, RgbImage};

use super::scene::{Detail, Scenes, resized};
use crate::Outcome;

pub(super) fn png(picture: &DynamicImage) -> Outcome<Vec<u8>> {
    let mut file = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Adaptive);
    picture.write_with_encoder(encoder)?;
    Ok(file)
}

pub(super) fn written(picture: &DynamicImage, format: ImageFormat) -> Outcome<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format)?;
    Ok(file.into_inner())
}

/// A picture that moves: the view pans over a scene.
pub(super) fn gif(rng: &mut Rng, scenes: &Scenes) -> Outcome<Vec<u8>> {
    let (width, height) = [(480, 270), (400, 300), (320, 240)][rng.usize(0..3)];
    let n_frames = rng.u32(10..26);
    let detail = Detail {
        grain: 0,
        structure: 16,
    };
    let wide = scenes.picture(rng, (width + n_frames * 6, height + n_frames * 2), detail);
    let mut file = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut file, 10);
    encoder.set_repeat(Repeat::Infinite)?;
    for n in 0..n_frames {
        let part = (
            f64::from(n * 6),
            f64::from(n * 2),
            f64::from(width),
            f64::from(height),
        );
        let view = DynamicImage::from(resized(&wide, part, (width, height))).into_rgba8();
        encoder.encode_frame(Frame::from_parts(
            view,
            0,
            0,
            Delay::from_numer_denom_ms(80, 1),
        ))?;
    }
    drop(encoder);
    Ok(file)
}

/// What `convert` makes of a picture with these arguments, as a file of this ending.
pub(super) fn converted(picture: &RgbImage, arguments: &str, ending: &str) -> Outcome<Vec<u8>> {
    through_tool(
        "convert",
        picture,
        &|source, target| {
            let mut all = vec![source.to_owned()];
            all.extend(arguments.split_whitespace().map(str::to_owned));
            all.push(target.to_owned());
            all
        },
        ending,
    )
}

/// What `cwebp` makes of a picture with these arguments.
pub(super) fn webp(picture: &RgbImage, arguments: &str) -> Outcome<Vec<u8>> {
    through_tool(
        "cwebp",
        picture,
        &|source, target| {
            let mut all = vec![
                "-quiet".to_owned(),
                "-metadata".to_owned(),
                "none".to_owned(),
            ];
            all.extend(arguments.split_whitespace().map(str::to_owned));
            all.extend([source.to_owned(), "-o".to_owned(), target.to_owned()]);
            all
        },
        "webp",
    )
}

pub(super) fn animated_webp(gif: &[u8]) -> Outcome<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let (source, target) = (folder.path().join("in.gif"), folder.path().join("out.webp"));
    std::fs::write(&source, gif)?;
    let mut command = Command::new("gif2webp");
    command
        .args(["-quiet", "-lossy", "-q", "75"])
        .arg(&source)
        .arg("-o")
        .arg(&target);
    run(command)?;
    Ok(std::fs::read(target)?)
}

type Arguments<'a> = &'a dyn Fn(&str, &str) -> Vec<String>;

fn through_tool(
    tool: &str,
    picture: &RgbImage,
    arguments: Arguments<'_>,
    ending: &str,
) -> Outcome<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("in.ppm");
    let target = folder.path().join(format!("out.{ending}"));
    picture.save(&source)?;
    let mut command = Command::new(tool);
    command.args(arguments(path_text(&source)?, path_text(&target)?));
    run(command)?;
    Ok(std::fs::read(target)?)
}

fn path_text(path: &Path) -> Outcome<&str> {
    path.to_str().ok_or_else(|| "a path that is no text".into())
}

fn run(mut command: Command) -> Outcome<()> {
    let output = command
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}
