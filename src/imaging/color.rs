//! Colours: from whatever a file has to sRGB, eight bits, multiplied by alpha.

use std::sync::Arc;

use fast_image_resize::images::Image;
use fast_image_resize::{MulDiv, PixelType};
use image::{DynamicImage, ImageBuffer};
use moxcms::{
    ColorProfile, DataColorSpace, Layout, ProfileText, Transform8BitExecutor, TransformOptions,
};

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

/// From a file's colours to sRGB: made once, for all pictures of the file.
pub(super) struct Conversion(Option<Steps>);

struct Steps {
    /// A gray picture in an RGB profile has equal channels.
    widens: bool,
    from: Layout,
    to: Layout,
    transform: Arc<Transform8BitExecutor>,
}

impl Conversion {
    /// For pictures with the channels of this one. A profile that is broken, or not for these
    /// colours, is ignored; so is one that changes nothing.
    pub(super) fn new(profile: Option<&[u8]>, image: &DynamicImage) -> Self {
        let steps = profile
            .and_then(|bytes| ColorProfile::new_from_slice(bytes).ok())
            .and_then(|profile| Steps::new(&profile, image));
        Self(steps)
    }

    /// The image in sRGB.
    pub(super) fn apply(&self, image: DynamicImage) -> DynamicImage {
        match &self.0 {
            Some(steps) => steps.apply(image),
            None => image,
        }
    }
}

impl Steps {
    fn new(profile: &ColorProfile, image: &DynamicImage) -> Option<Self> {
        let (widens, from, to) = match (profile.color_space, image) {
            (DataColorSpace::Rgb, DynamicImage::ImageLuma8(_)) => (true, Layout::Rgb, Layout::Rgb),
            (DataColorSpace::Rgb, DynamicImage::ImageLumaA8(_)) => {
                (true, Layout::Rgba, Layout::Rgba)
            }
            (DataColorSpace::Rgb, DynamicImage::ImageRgb8(_)) => (false, Layout::Rgb, Layout::Rgb),
            (DataColorSpace::Rgb, DynamicImage::ImageRgba8(_)) => {
                (false, Layout::Rgba, Layout::Rgba)
            }
            (DataColorSpace::Gray, DynamicImage::ImageLuma8(_)) => {
                (false, Layout::Gray, Layout::Rgb)
            }
            (DataColorSpace::Gray, DynamicImage::ImageLumaA8(_)) => {
                (false, Layout::GrayAlpha, Layout::Rgba)
            }
            _ => return None,
        };
        let srgb = ColorProfile::new_srgb();
        let transform = profile
            .create_transform_8bit(from, &srgb, to, TransformOptions::default())
            .ok()?;
        let is_unchanged = |probe: &[u8]| {
            let mut converted = probe.to_vec();
            transform.transform(probe, &mut converted).is_ok()
                && converted
                    .iter()
                    .zip(probe)
                    .all(|(a, b)| a.abs_diff(*b) <= INVISIBLE_STEPS)
        };
        if from == to && probe(from).is_some_and(|probe| is_unchanged(&probe)) {
            return None;
        }
        Some(Self {
            widens,
            from,
            to,
            transform,
        })
    }

    fn apply(&self, image: DynamicImage) -> DynamicImage {
        let image = match image {
            gray @ DynamicImage::ImageLuma8(_) if self.widens => gray.into_rgb8().into(),
            gray @ DynamicImage::ImageLumaA8(_) if self.widens => gray.into_rgba8().into(),
            image => image,
        };
        if usize::from(image.color().bytes_per_pixel()) != channels(self.from) {
            return image;
        }
        let n_pixels = image.as_bytes().len() / channels(self.from);
        let mut converted = vec![0; n_pixels * channels(self.to)];
        if self
            .transform
            .transform(image.as_bytes(), &mut converted)
            .is_err()
        {
            return image;
        }
        let (width, height) = (image.width(), image.height());
        let rebuilt = match self.to {
            Layout::Rgb => {
                ImageBuffer::from_raw(width, height, converted).map(DynamicImage::ImageRgb8)
            }
            _ => ImageBuffer::from_raw(width, height, converted).map(DynamicImage::ImageRgba8),
        };
        rebuilt.unwrap_or(image)
    }
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

#[cfg(test)]
mod tests {
    use super::super::{Target, decode, fixture};

    /// The three patches of the fixtures, each 16 pixels wide.
    fn patches(name: &str) -> Vec<Vec<u8>> {
        let image = decode(&fixture(name), Target::Full { max_edge_px: 4096 }).unwrap();
        let at = |x: usize| image.pixels[4 * (16 * 48 + x)..][..3].to_vec();
        [8, 24, 40].map(at).to_vec()
    }

    fn assert_near(name: &str, found: &[Vec<u8>], expected: &[[u8; 3]; 3]) {
        for (found, expected) in found.iter().zip(expected) {
            let is_near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= 2);
            assert!(is_near, "{name}: {found:?} is not near {expected:?}");
        }
    }

    /// How different two colours look: below 1 nobody sees it.
    fn delta_e_2000(found: [u8; 3], expected: [u8; 3]) -> f32 {
        let lab = |rgb| {
            let lab::Lab { l, a, b } = lab::Lab::from_rgb(rgb);
            deltae::LabValue { l, a, b }
        };
        *deltae::DeltaE::new(lab(&found), lab(&expected), deltae::DE2000).value()
    }

    fn assert_looks_like(name: &str, found: &[Vec<u8>], expected: &[[u8; 3]; 3]) {
        for (found, expected) in found.iter().zip(expected) {
            let found: [u8; 3] = found.as_slice().try_into().unwrap();
            let difference = delta_e_2000(found, *expected);
            assert!(
                difference < 1.0,
                "{name}: {found:?} and {expected:?} differ by {difference}"
            );
        }
    }

    // Expected values: from the profiles' own numbers in double precision, and the same by
    // Little CMS.
    #[test]
    fn wide_gamut_colors_become_srgb() {
        for name in [
            "display-p3.png",
            "display-p3.jpg",
            "display-p3.webp",
            "display-p3.jxl",
        ] {
            let expected = [[215, 93, 31], [0, 163, 82], [128, 128, 128]];
            assert_looks_like(name, &patches(name), &expected);
        }
        for name in ["adobe-rgb.png", "adobe-rgb.tiff"] {
            let expected = [[227, 100, 42], [0, 161, 85], [129, 129, 129]];
            assert_looks_like(name, &patches(name), &expected);
        }
    }

    #[test]
    fn a_difference_that_is_seen_is_told() {
        assert!(delta_e_2000([215, 93, 31], [215, 93, 31]) < 0.01);
        assert!(delta_e_2000([215, 93, 31], [209, 93, 31]) > 1.0);
    }

    #[test]
    fn gray_profiles_are_applied_and_equal_channels_stay_equal() {
        assert_near("gray", &patches("gray-profile.png"), &[[146; 3]; 3]);
        assert_near(
            "gray in P3",
            &patches("gray-with-rgb-profile.jpg"),
            &[[128; 3]; 3],
        );
    }

    #[test]
    fn colors_are_converted_before_they_are_multiplied_by_alpha() {
        let half = [[108, 47, 16], [0, 82, 41], [64, 64, 64]];
        assert_near("P3 with alpha", &patches("display-p3-alpha.png"), &half);
    }

    #[test]
    fn linear_light_gets_the_curve_of_srgb() {
        let image = decode(&fixture("half.hdr"), Target::Full { max_edge_px: 64 }).unwrap();
        assert!(
            image
                .pixels
                .chunks_exact(4)
                .all(|pixel| pixel[0].abs_diff(188) <= 1),
            "{:?}",
            &image.pixels[..4]
        );
    }

    #[test]
    fn a_profile_is_called_by_its_description() {
        let name = |file: &str| super::super::read_metadata(&fixture(file)).color_profile;
        assert_eq!(name("display-p3.jpg").as_deref(), Some("Display P3"));
        assert_eq!(name("adobe-rgb.tiff").as_deref(), Some("Adobe RGB (1998)"));
        assert_eq!(name("display-p3.webp").as_deref(), Some("Display P3"));
        assert_eq!(name("srgb.png").as_deref(), Some("sRGB by another name"));
        assert_eq!(name("broken-profile.png"), None);
        assert_eq!(name("rgb.png"), None);
    }
}
