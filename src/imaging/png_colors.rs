//! What the numbers of a PNG mean as colours: by tags of PNG's own, beside the ICC profile.

use moxcms::{Chromaticity, ColorPrimaries, ColorProfile, ToneReprCurve};

use super::bytes::{array, be32};
use super::header::png::chunks;
use super::light::Curve;
use super::{cicp, color};

/// What sRGB's own curve is when it has to be one number, as PNG's standard says.
const SRGB_GAMMA: u32 = 45_455;

/// Numbers of chunks are in 1/100,000.
const UNIT: f32 = 100_000.0;

/// Writers round, some to three digits.
const TOLERANCE: u32 = 500;

/// Chromaticities as `cHRM` has them: white, red, green and blue, of each x and y.
type Chromaticities = [u32; 8];

const SRGB: Chromaticities = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000];

const NAMED: [(Chromaticities, &str); 3] = [
    (
        [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000],
        "Display P3",
    ),
    (
        [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6000],
        "Adobe RGB",
    ),
    (
        [31_270, 32_900, 70_800, 29_200, 17_000, 79_700, 13_100, 4600],
        "Rec. 2020",
    ),
];

/// The chunks that say it, those that are there.
#[derive(Debug, Default)]
pub(super) struct Tags {
    /// Primaries and curve, as H.273 counts them.
    numbers: Option<(u8, u8)>,
    is_srgb: bool,
    gamma: Option<u32>,
    chromaticities: Option<Chromaticities>,
}

impl Tags {
    /// Those of a file. They come before the pixels.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut tags = Self::default();
        for chunk in chunks(bytes).take_while(|chunk| &chunk.kind != b"IDAT") {
            let content = chunk.content;
            match &chunk.kind {
                b"cICP" => tags.numbers = numbers(content).or(tags.numbers),
                b"sRGB" => tags.is_srgb = true,
                b"gAMA" => tags.gamma = be32(content, 0).filter(|gamma| is_sane_gamma(*gamma)),
                b"cHRM" => tags.chromaticities = chromaticities(content),
                _ => {}
            }
        }
        tags
    }

    /// The curve and the primaries of what is brighter than paper.
    pub(super) fn high_dynamic_range(&self) -> Option<(Curve, u8)> {
        let (primaries, curve) = self.numbers?;
        Some((Curve::of(curve)?, primaries))
    }

    /// What counts, in the order in which PNG's standard has its chunks: numbers, the embedded
    /// profile, a curve and primaries; `None` for sRGB.
    pub(super) fn profile(&self, embedded: Option<Vec<u8>>) -> Option<Vec<u8>> {
        match self.numbers {
            Some((primaries, curve)) => cicp::profile(primaries, curve),
            None => embedded.or_else(|| self.by_hand()),
        }
    }

    /// What the colours are called beside an embedded profile, if there is one.
    pub(super) fn name(&self, embedded: Option<&[u8]>) -> Option<String> {
        if let Some((primaries, curve)) = self.numbers {
            return cicp::name(primaries, curve).map(str::to_owned);
        }
        match embedded {
            Some(profile) => color::profile_name(profile),
            None => self.name_by_hand(),
        }
    }

    fn says_nothing_else(&self) -> bool {
        let is_usual_curve = self
            .gamma
            .is_none_or(|it| it.abs_diff(SRGB_GAMMA) <= TOLERANCE);
        self.is_srgb || (is_usual_curve && are_about(&self.primaries(), &SRGB))
    }

    fn primaries(&self) -> Chromaticities {
        self.chromaticities.unwrap_or(SRGB)
    }

    /// A profile with the primaries and the curve that the file has in numbers.
    fn by_hand(&self) -> Option<Vec<u8>> {
        if self.says_nothing_else() {
            return None;
        }
        let [white, red, green, blue] = points(&self.primaries());
        let mut profile = ColorProfile::new_srgb();
        profile.cicp = None;
        profile.update_rgb_colorimetry(white.to_xyyb(), ColorPrimaries { red, green, blue });
        if let Some(gamma) = self.gamma {
            let curve = ToneReprCurve::Parametric(vec![UNIT / gamma as f32]);
            profile.red_trc = Some(curve.clone());
            profile.green_trc = Some(curve.clone());
            profile.blue_trc = Some(curve);
        }
        profile.encode().ok()
    }

    /// Such as "Adobe RGB, gamma 2.2".
    fn name_by_hand(&self) -> Option<String> {
        if self.says_nothing_else() {
            return None;
        }
        let primaries = self.primaries();
        let known = NAMED.iter().find(|(known, _)| are_about(&primaries, known));
        let name = match known {
            Some((_, name)) => name,
            None if are_about(&primaries, &SRGB) => "sRGB primaries",
            None => "Primaries of its own",
        };
        Some(match self.gamma {
            Some(gamma) => {
                let exponent = (UNIT / gamma as f32 * 100.0).round() / 100.0;
                format!("{name}, gamma {exponent}")
            }
            None => name.to_owned(),
        })
    }
}

/// Of `cICP`: those that mean something here, of red, green and blue in their full range.
fn numbers(content: &[u8]) -> Option<(u8, u8)> {
    let [primaries, curve, 0, 1] = array(content, 0)? else {
        return None;
    };
    let is_known = cicp::is_srgb(primaries, curve)
        || Curve::of(curve).is_some()
        || cicp::profile(primaries, curve).is_some();
    is_known.then_some((primaries, curve))
}

/// Curves of screens and of linear light, both ways.
fn is_sane_gamma(gamma: u32) -> bool {
    (10_000..=1_000_000).contains(&gamma)
}

/// Of `cHRM`, if they are four points of which three are a triangle.
fn chromaticities(content: &[u8]) -> Option<Chromaticities> {
    const LEAST_AREA: f32 = 0.001;
    let mut numbers = Chromaticities::default();
    for (index, number) in numbers.iter_mut().enumerate() {
        // Some spaces have a primary that is no colour, but none is far from them.
        *number = be32(content, 4 * index).filter(|number| *number <= 200_000)?;
    }
    let [white, red, green, blue] = points(&numbers);
    let double_area = (green.x - red.x) * (blue.y - red.y) - (blue.x - red.x) * (green.y - red.y);
    let is_usable = double_area.abs() > LEAST_AREA
        && [white, red, green, blue].iter().all(|point| point.y > 0.0);
    is_usable.then_some(numbers)
}

fn points(numbers: &Chromaticities) -> [Chromaticity; 4] {
    let [
        white_x,
        white_y,
        red_x,
        red_y,
        green_x,
        green_y,
        blue_x,
        blue_y,
    ] = numbers.map(|number| number as f32 / UNIT);
    [
        Chromaticity::new(white_x, white_y),
        Chromaticity::new(red_x, red_y),
        Chromaticity::new(green_x, green_y),
        Chromaticity::new(blue_x, blue_y),
    ]
}

fn are_about(one: &Chromaticities, other: &Chromaticities) -> bool {
    let pairs = one.iter().zip(other);
    pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_that_are_cut_off_or_of_other_colors_say_nothing() {
        assert_eq!(numbers(&[12, 13, 0, 1]), Some((12, 13)));
        for content in [&[12_u8][..], &[12, 13, 0], &[12, 13, 1, 1], &[]] {
            assert_eq!(numbers(content), None);
        }
        let whole = SRGB.map(u32::to_be_bytes).concat();
        assert_eq!(chromaticities(&whole), Some(SRGB));
        assert_eq!(chromaticities(&whole[..31]), None);
    }
}
