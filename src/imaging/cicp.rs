//! Colours by numbers instead of a profile: primaries and curve, as H.273 counts them.

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, MatrixCoefficients, TransferCharacteristics,
};

/// What the numbers are called; everything without a name is taken for sRGB.
pub(super) const fn name(primaries: u8, curve: u8) -> Option<&'static str> {
    Some(match (primaries, curve) {
        (12, 13) => "Display P3",
        (9, 16) => "Rec. 2100 PQ",
        (9, 18) => "Rec. 2100 HLG",
        (9, _) => "Rec. 2020",
        _ => return None,
    })
}

const UNSPECIFIED: u8 = 2;
const BT_709: u8 = 1;
const SRGB: u8 = 13;

/// Whether the numbers mean sRGB.
pub(super) const fn is_srgb(primaries: u8, curve: u8) -> bool {
    matches!(meant(primaries, curve), (BT_709, SRGB))
}

/// The numbers that are meant by these.
const fn meant(primaries: u8, curve: u8) -> (u8, u8) {
    let primaries = if primaries == UNSPECIFIED {
        BT_709
    } else {
        primaries
    };
    let curve = match curve {
        UNSPECIFIED => SRGB,
        // Cameras' curves for television: on a screen such pictures are shown as if they were sRGB.
        1 | 6 | 14 | 15 if primaries == BT_709 => SRGB,
        other => other,
    };
    (primaries, curve)
}

/// The profile that stands for the numbers; `None` when that is sRGB, or nobody knows.
pub(super) fn profile(primaries: u8, curve: u8) -> Option<Vec<u8>> {
    let (primaries, curve) = meant(primaries, curve);
    if is_srgb(primaries, curve) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    let numbers = CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: TransferCharacteristics::try_from(curve).ok()?,
        matrix_coefficients: MatrixCoefficients::Bt709,
        full_range: true,
    };
    profile.update_rgb_colorimetry_from_cicp(numbers);
    // Left as it was where the numbers have no chromaticities or no curve.
    let is_of_these = profile.cicp.is_some_and(|cicp| {
        cicp.color_primaries as u8 == primaries && cicp.transfer_characteristics as u8 == curve
    });
    profile.encode().ok().filter(|_| is_of_these)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_are_not_srgb_have_a_profile() {
        for (primaries, curve) in [
            (1, 13),
            (2, 2),
            (1, 1),
            (1, 6),
            (2, 13),
            (0, 13),
            (200, 200),
        ] {
            assert_eq!(profile(primaries, curve), None, "{primaries}/{curve}");
        }
        for (primaries, curve) in [(12, 13), (9, 1), (9, 14), (1, 8)] {
            assert!(profile(primaries, curve).is_some(), "{primaries}/{curve}");
        }
    }
}
