//! How many frames a file has and how long they take, without decoding one.

use std::time::Duration;

use super::bytes::{be16, byte, le16, le24};
use super::header::{gif, png, riff};
use super::jxl;

/// Shorter frames were made for programs that could not be so fast: browsers show them longer.
const SHORTEST: Duration = Duration::from_millis(20);

/// How long they are shown then.
const INSTEAD: Duration = Duration::from_millis(100);

/// What moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Animation {
    /// How many pictures are shown one after another. Of a file that was cut off: those there.
    pub n_frames: u32,
    /// How long all of them take once, as browsers show them.
    pub duration: Duration,
}

impl Animation {
    pub(super) fn add(&mut self, delay: Duration) {
        self.n_frames = self.n_frames.saturating_add(1);
        let shown = if delay < SHORTEST { INSTEAD } else { delay };
        self.duration = self.duration.saturating_add(shown);
    }
}

/// What moves in a file of this format; `None` when nothing does.
pub(super) fn read(format: &str, bytes: &[u8]) -> Option<Animation> {
    let animation = match format {
        "GIF" => in_gif(bytes),
        "PNG" => in_png(bytes),
        "WebP" => in_webp(bytes),
        "JPEG XL" => jxl::animation(bytes),
        #[cfg(feature = "avif")]
        "AVIF" => super::avif::animation(bytes),
        _ => return None,
    };
    (animation.n_frames > 1).then_some(animation)
}

/// A frame's delay stands before it, in hundredths of a second.
fn in_gif(bytes: &[u8]) -> Animation {
    let mut animation = Animation::default();
    let mut delay = Duration::ZERO;
    let mut at = 13 + byte(bytes, 10).map_or(0, gif::color_table_len);
    while let Some(introducer) = byte(bytes, at) {
        let blocks_at = match introducer {
            0x21 => {
                if byte(bytes, at + 1) == Some(0xF9) {
                    let hundredths = le16(bytes, at + 4).unwrap_or_default();
                    delay = Duration::from_millis(10 * u64::from(hundredths));
                }
                at + 2
            }
            0x2C => {
                animation.add(std::mem::take(&mut delay));
                at + 11 + byte(bytes, at + 9).map_or(0, gif::color_table_len)
            }
            _ => break,
        };
        let Some(next) = gif::after_sub_blocks(bytes, blocks_at) else {
            break;
        };
        at = next;
    }
    animation
}

/// The picture itself is a frame only when its control stands before it.
fn in_png(bytes: &[u8]) -> Animation {
    let mut animation = Animation::default();
    let controls = png::chunks(bytes)
        .skip_while(|chunk| &chunk.kind != b"acTL")
        .filter(|chunk| &chunk.kind == b"fcTL");
    for control in controls {
        let part = |at| be16(control.content, at).map(u32::from);
        let (Some(numerator), Some(denominator)) = (part(20), part(22)) else {
            break;
        };
        let denominator = if denominator == 0 { 100 } else { denominator };
        animation.add(Duration::from_secs(numerator.into()) / denominator);
    }
    animation
}

fn in_webp(bytes: &[u8]) -> Animation {
    let mut animation = Animation::default();
    for frame in riff::chunks(bytes, 12).filter(|chunk| &chunk.kind == b"ANMF") {
        let Some(millis) = le24(frame.content, 12) else {
            break;
        };
        animation.add(Duration::from_millis(millis.into()));
    }
    animation
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn frames_and_their_time_are_counted_in_every_format_that_moves() {
        for (format, name) in [
            ("GIF", "animated.gif"),
            ("PNG", "animated.png"),
            ("WebP", "animated.webp"),
            ("JPEG XL", "animated.jxl"),
        ] {
            let animation = read(format, &fixture(name)).unwrap();
            assert_eq!(animation.n_frames, 3, "{name}");
            assert_eq!(animation.duration, Duration::from_millis(300), "{name}");
        }
        #[cfg(feature = "avif")]
        {
            let animation = read("AVIF", &fixture("animated.avif")).unwrap();
            assert_eq!(animation.n_frames, 3);
            assert_eq!(animation.duration, Duration::from_millis(300));
            assert_eq!(read("AVIF", &fixture("small.avif")), None);
        }
        for (format, name) in [
            ("GIF", "still.gif"),
            ("PNG", "rgb.png"),
            ("WebP", "alpha.webp"),
        ] {
            assert_eq!(read(format, &fixture(name)), None, "{name}");
        }
    }

    #[test]
    fn a_frame_without_a_delay_takes_as_long_as_in_a_browser() {
        let mut file = fixture("animated.gif");
        for at in 0..file.len() - 8 {
            if file[at..].starts_with(&[0x21, 0xF9, 4]) {
                file[at + 4..at + 6].fill(0);
            }
        }
        let animation = read("GIF", &file).unwrap();
        assert_eq!(animation.duration, 3 * INSTEAD);
    }
}
