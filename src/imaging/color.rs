//! Colours: from whatever a file has to sRGB, eight bits, multiplied by alpha.

use fast_image_resize::images::Image;
use fast_image_resize::{MulDiv, PixelType};
use image::{DynamicImage, ImageBuffer};
use moxcms::{ColorProfile, DataColorSpace, Layout, ProfileText, TransformOptions};

use super::ImageError;

/// A difference that nobody sees, so that converting would only cost time.
const INVISIBLE_STEPS: u8 = 1;

/// The image with eight bits a channel. Floating point is linear light and gets sRGB's curve.
pub(super) fn to_eight_bits(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma16(_) => image.into_luma8().into(),
        DynamicImage::ImageLumaA16(_) => image.into_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) => image.into_rgb8().into(),
        DynamicImage::ImageRgba16(_) => image.into_rgba8().into(),
        DynamicImage::ImageRgb32F(mut pixels) => {
            pixels
                .iter_mut()
                .for_each(|sample| *sample = encoded(*sample));
            DynamicImage::ImageRgb32F(pixels).into_rgb8().into()
        }
        DynamicImage::ImageRgba32F(mut pixels) => {
            for pixel in pixels.pixels_mut() {
                let [red, green, blue, _] = &mut pixel.0;
                for sample in [red, green, blue] {
                    *sample = encoded(*sample);
                }
            }
            DynamicImage::ImageRgba32F(pixels).into_rgba8().into()
        }
        eight_bits => eight_bits,
    }
}

/// sRGB's curve: linear light in 0 to 1 as it is stored.
fn encoded(linear: f32) -> f32 {
    let linear = if linear.is_nan() {
        0.0
    } else {
        linear.clamp(0.0, 1.0)
    };
    if linear <= 0.003_130_8 {
        12.92 * linear
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    }
}

/// The image in sRGB. A profile that is broken, or not for these colours, is ignored.
pub(super) fn to_srgb(image: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let Some(profile) = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok()) else {
        return image;
    };
    let image = match (profile.color_space, image) {
        // A gray picture in an RGB profile has equal channels.
        (DataColorSpace::Rgb, DynamicImage::ImageLuma8(gray)) => {
            DynamicImage::ImageLuma8(gray).into_rgb8().into()
        }
        (DataColorSpace::Rgb, DynamicImage::ImageLumaA8(gray)) => {
            DynamicImage::ImageLumaA8(gray).into_rgba8().into()
        }
        (_, image) => image,
    };
    match (profile.color_space, &image) {
        (DataColorSpace::Rgb, DynamicImage::ImageRgb8(_)) => {
            convert(image, &profile, Layout::Rgb, Layout::Rgb)
        }
        (DataColorSpace::Rgb, DynamicImage::ImageRgba8(_)) => {
            convert(image, &profile, Layout::Rgba, Layout::Rgba)
        }
        (DataColorSpace::Gray, DynamicImage::ImageLuma8(_)) => {
            convert(image, &profile, Layout::Gray, Layout::Rgb)
        }
        (DataColorSpace::Gray, DynamicImage::ImageLumaA8(_)) => {
            convert(image, &profile, Layout::GrayAlpha, Layout::Rgba)
        }
        _ => image,
    }
}

fn convert(image: DynamicImage, profile: &ColorProfile, from: Layout, to: Layout) -> DynamicImage {
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(from, &srgb, to, TransformOptions::default())
    else {
        return image;
    };
    let is_unchanged = |probe: &[u8]| {
        let mut converted = probe.to_vec();
        transform.transform(probe, &mut converted).is_ok()
            && converted
                .iter()
                .zip(probe)
                .all(|(a, b)| a.abs_diff(*b) <= INVISIBLE_STEPS)
    };
    if from == to && probe(from).is_some_and(|probe| is_unchanged(&probe)) {
        return image;
    }
    let n_pixels = image.as_bytes().len() / channels(from);
    let mut converted = vec![0; n_pixels * channels(to)];
    if transform
        .transform(image.as_bytes(), &mut converted)
        .is_err()
    {
        return image;
    }
    let (width, height) = (image.width(), image.height());
    let rebuilt = match to {
        Layout::Rgb => ImageBuffer::from_raw(width, height, converted).map(DynamicImage::ImageRgb8),
        _ => ImageBuffer::from_raw(width, height, converted).map(DynamicImage::ImageRgba8),
    };
    rebuilt.unwrap_or(image)
}

/// Colours from all over the cube: a profile that leaves these alone is sRGB by any name.
fn probe(layout: Layout) -> Option<Vec<u8>> {
    const STEPS: [u8; 5] = [0, 40, 100, 190, 255];
    let cube = STEPS.iter().flat_map(|r| {
        STEPS
            .iter()
            .flat_map(move |g| STEPS.iter().map(move |b| [*r, *g, *b]))
    });
    match layout {
        Layout::Rgb => Some(cube.flatten().collect()),
        Layout::Rgba => Some(cube.flat_map(|[r, g, b]| [r, g, b, 255]).collect()),
        _ => None,
    }
}

fn channels(layout: Layout) -> usize {
    match layout {
        Layout::Gray => 1,
        Layout::GrayAlpha => 2,
        Layout::Rgb => 3,
        _ => 4,
    }
}

/// Four bytes a pixel, colours multiplied by alpha.
pub(super) fn premultiplied(image: DynamicImage) -> Result<Vec<u8>, ImageError> {
    let is_opaque = !image.color().has_alpha();
    let pixels = image.into_rgba8();
    let (width, height) = pixels.dimensions();
    if is_opaque {
        return Ok(pixels.into_raw());
    }
    let mut pixels = Image::from_vec_u8(width, height, pixels.into_raw(), PixelType::U8x4)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    MulDiv::new()
        .multiply_alpha_inplace(&mut pixels)
        .map_err(|error| ImageError::Corrupt(error.to_string()))?;
    Ok(pixels.into_vec())
}

/// A profile's description of itself, such as "Display P3".
pub(super) fn profile_name(profile: &[u8]) -> Option<String> {
    let name = match ColorProfile::new_from_slice(profile).ok()?.description? {
        ProfileText::PlainString(text) => text,
        ProfileText::Localizable(texts) => {
            let english = texts.iter().position(|text| text.language == "en");
            texts.into_iter().nth(english.unwrap_or_default())?.value
        }
        ProfileText::Description(text) if text.ascii_string.is_empty() => text.unicode_string,
        ProfileText::Description(text) => text.ascii_string,
    };
    let visible: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let trimmed = visible.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}
