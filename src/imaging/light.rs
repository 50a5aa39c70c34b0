//! Pictures of high dynamic range on a screen that has none: white stays white, what is brighter
//! than white is squeezed into what is left below the brightest that the screen can show.

use image::{ColorType, DynamicImage};

/// What a code stands for, by H.273's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    /// SMPTE ST 2084: candelas per square metre.
    Pq,
    /// ARIB STD-B67: light in the scene.
    Hlg,
}

/// Paper in the sun, in candelas per square metre (ITU-R BT.2408).
const WHITE: f32 = 203.0;

/// The screen that HLG is meant for (ITU-R BT.2100).
const HLG_PEAK: f32 = 1000.0;

/// The rendering for such a screen.
const HLG_GAMMA: f32 = 1.2;

/// Up to here light is shown as it is; from here on it is squeezed.
const KNEE: f32 = 0.8;

/// From red, green and blue of ITU-R BT.2020 to those of sRGB (ITU-R BT.2087).
const FROM_BT_2020: [[f32; 3]; 3] = [
    [1.6605, -0.5876, -0.0728],
    [-0.1246, 1.1329, -0.0083],
    [-0.0182, -0.1006, 1.1187],
];

/// From those of Display P3.
const FROM_P3: [[f32; 3]; 3] = [
    [1.2249, -0.2247, 0.0],
    [-0.0420, 1.0419, 0.0],
    [-0.0197, -0.0786, 1.0979],
];

/// How bright the three are together, in BT.2020.
const BRIGHTNESS: [f32; 3] = [0.2627, 0.6780, 0.0593];

impl Curve {
    pub(super) const fn of(transfer: u8) -> Option<Self> {
        match transfer {
            16 => Some(Self::Pq),
            18 => Some(Self::Hlg),
            _ => None,
        }
    }

    /// Of a code from 0 to 1: PQ as parts of white, HLG as parts of the brightest.
    fn light(self, code: f32) -> f32 {
        match self {
            Self::Pq => {
                let root = code.powf(1.0 / 78.843_75);
                let below = (root - 0.835_937_5).max(0.0);
                let share = (below / (18.851_563 - 18.6875 * root)).powf(1.0 / 0.159_301_76);
                share * 10_000.0 / WHITE
            }
            Self::Hlg if code <= 0.5 => code * code / 3.0,
            Self::Hlg => (((code - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
        }
    }
}

/// Eight bits of such a curve become eight bits of sRGB.
pub(super) fn to_srgb(image: &mut DynamicImage, curve: Curve, primaries: u8) {
    // Light is of three colours, even where they are equal.
    match image.color() {
        ColorType::L8 => *image = std::mem::take(image).into_rgb8().into(),
        ColorType::La8 => *image = std::mem::take(image).into_rgba8().into(),
        _ => {}
    }
    let lights: Vec<f32> = (0..=255_u8)
        .map(|code| curve.light(f32::from(code) / 255.0))
        .collect();
    let shown = |pixel: &mut [u8]| {
        let [red, green, blue, ..] = pixel else {
            return;
        };
        let light = |code: u8| lights.get(usize::from(code)).copied().unwrap_or_default();
        let linear = on_screen([light(*red), light(*green), light(*blue)], curve, primaries);
        for (channel, linear) in [red, green, blue].into_iter().zip(linear) {
            *channel = encoded(linear);
        }
    };
    match image {
        DynamicImage::ImageRgb8(pixels) => pixels.chunks_exact_mut(3).for_each(shown),
        DynamicImage::ImageRgba8(pixels) => pixels.chunks_exact_mut(4).for_each(shown),
        _ => {}
    }
}

/// Linear sRGB from 0 to 1.
fn on_screen(light: [f32; 3], curve: Curve, primaries: u8) -> [f32; 3] {
    let light = match curve {
        Curve::Pq => light,
        Curve::Hlg => {
            let brightness = sum_of_products(&BRIGHTNESS, &light);
            let gain = brightness.max(1e-6).powf(HLG_GAMMA - 1.0) * HLG_PEAK / WHITE;
            light.map(|part| part * gain)
        }
    };
    let light = match primaries {
        9 => FROM_BT_2020.map(|row| sum_of_products(&row, &light)),
        12 => FROM_P3.map(|row| sum_of_products(&row, &light)),
        _ => light,
    };
    // By the brightest of the three, so that colours keep their hue.
    let peak = light.into_iter().fold(0.0, f32::max);
    let gain = if peak > KNEE {
        squeezed(peak) / peak
    } else {
        1.0
    };
    light.map(|part| (part * gain).clamp(0.0, 1.0))
}

fn sum_of_products(one: &[f32; 3], other: &[f32; 3]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn squeezed(peak: f32) -> f32 {
    let room = 1.0 - KNEE;
    KNEE + room * (1.0 - (-(peak - KNEE) / room).exp())
}

fn encoded(linear: f32) -> u8 {
    let code = if linear <= 0.003_130_8 {
        12.92 * linear
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 255"
    )]
    let code = (code * 255.0).round() as u8;
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(curve: Curve, code: u8) -> u8 {
        let pixel = image::RgbImage::from_pixel(1, 1, image::Rgb([code; 3]));
        let mut image = DynamicImage::ImageRgb8(pixel);
        to_srgb(&mut image, curve, 9);
        let bytes = image.as_bytes();
        assert!(
            bytes.iter().all(|byte| byte.abs_diff(bytes[0]) <= 1),
            "{bytes:?}"
        );
        bytes[0]
    }

    #[test]
    fn paper_is_nearly_white_and_what_is_brighter_is_brighter() {
        for (curve, white) in [(Curve::Pq, 148), (Curve::Hlg, 191)] {
            assert!(
                (240..=250).contains(&gray(curve, white)),
                "{}",
                gray(curve, white)
            );
            assert_eq!(gray(curve, 0), 0);
            assert!(gray(curve, 255) >= 254);
            let shown: Vec<u8> = (0..=255).map(|code| gray(curve, code)).collect();
            assert!(shown.is_sorted());
        }
    }

    #[test]
    fn gray_is_shown_as_equal_colors_are() {
        for curve in [Curve::Pq, Curve::Hlg] {
            for code in [0, 60, 120, 255] {
                let plain = image::GrayImage::from_pixel(1, 1, image::Luma([code]));
                let mut plain = DynamicImage::ImageLuma8(plain);
                to_srgb(&mut plain, curve, 9);
                let DynamicImage::ImageRgb8(pixels) = &plain else {
                    panic!("{plain:?}");
                };
                assert_eq!(pixels.as_raw()[0], gray(curve, code));
                let clear = image::GrayAlphaImage::from_pixel(1, 1, image::LumaA([code, 77]));
                let mut clear = DynamicImage::ImageLumaA8(clear);
                to_srgb(&mut clear, curve, 9);
                assert_eq!(clear.as_bytes(), [&pixels.as_raw()[..], &[77]].concat());
            }
        }
    }

    #[test]
    fn light_below_white_is_shown_as_it_is() {
        // 20.3 candelas, a tenth of white, are 91 of 255 in PQ; a tenth of linear light is 89 in
        // sRGB.
        assert!(gray(Curve::Pq, 91).abs_diff(89) <= 2);
    }
}
