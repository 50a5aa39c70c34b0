//! How many frames a file has, how long they take and how often they are played, without decoding
//! one.

use std::time::Duration;

use super::bytes::{be16, be32, byte, le16, le24};
use super::header::{Header, gif, png, riff};

/// Shorter frames were made for programs that could not be so fast: browsers show them longer.
const SHORTEST: Duration = Duration::from_millis(20);

/// How long they are shown then.
const INSTEAD: Duration = Duration::from_millis(100);

/// Of more frames the delays are not kept: they would be a film of an hour.
pub(super) const MOST_PLAYED: usize = 65_536;

/// What moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Animation {
    /// How many pictures are shown one after another. Of a file that was cut off: those there.
    pub n_frames: u32,
    /// How long all of them take once, as browsers show them.
    pub duration: Duration,
}

/// How the frames are played, as browsers do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playback {
    /// How long each frame is shown.
    pub delays: Vec<Duration>,
    /// How often all of them are shown; `None` for ever.
    pub n_plays: Option<u32>,
}

/// When frames are shown, of formats whose header tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timing {
    /// Of each frame, as it is written.
    pub(super) delays: Vec<Duration>,
    /// `None` for ever.
    pub(super) n_plays: Option<u32>,
    /// Whether playing takes no more memory than a decode may.
    pub(super) is_played: bool,
}

/// What was found so far.
struct Found {
    animation: Animation,
    playback: Playback,
}

impl Animation {
    pub(super) fn add(&mut self, delay: Duration) {
        self.n_frames = self.n_frames.saturating_add(1);
        self.duration = self.duration.saturating_add(shown(delay));
    }
}

impl Found {
    const fn nothing() -> Self {
        Self {
            animation: Animation {
                n_frames: 0,
                duration: Duration::ZERO,
            },
            playback: Playback {
                delays: Vec::new(),
                n_plays: Some(1),
            },
        }
    }

    fn add(&mut self, delay: Duration) {
        self.animation.add(delay);
        if self.playback.delays.len() < MOST_PLAYED {
            self.playback.delays.push(shown(delay));
        }
    }
}

/// How long a frame with this delay is shown.
fn shown(delay: Duration) -> Duration {
    if delay < SHORTEST { INSTEAD } else { delay }
}

/// What moves in a file of this format and header, and how it is played where Salon plays it;
/// `None` when nothing moves.
pub(super) fn read(
    format: &str,
    bytes: &[u8],
    header: &Header<'_>,
) -> Option<(Animation, Option<Playback>)> {
    let found = match format {
        "GIF" => in_gif(bytes),
        "PNG" => in_png(bytes),
        "WebP" => in_webp(bytes),
        "JPEG XL" | "AVIF" => {
            let timing = header.timing.as_ref()?;
            let (animation, playback) = timed(timing)?;
            return Some((animation, timing.is_played.then_some(playback)));
        }
        _ => return None,
    };
    (found.animation.n_frames > 1).then_some((found.animation, Some(found.playback)))
}

/// A frame's delay stands before it, in hundredths of a second.
fn in_gif(bytes: &[u8]) -> Found {
    let mut found = Found::nothing();
    let mut delay = Duration::ZERO;
    let mut at = 13 + byte(bytes, 10).map_or(0, gif::color_table_len);
    while let Some(introducer) = byte(bytes, at) {
        let blocks_at = match introducer {
            0x21 => {
                if byte(bytes, at + 1) == Some(0xF9) {
                    let hundredths = le16(bytes, at + 4).unwrap_or_default();
                    delay = Duration::from_millis(10 * u64::from(hundredths));
                }
                if let Some(n_repeats) = gif_repeats(bytes, at) {
                    found.playback.n_plays = match n_repeats {
                        0 => None,
                        // Browsers repeat that often what they have shown once.
                        n => Some(u32::from(n) + 1),
                    };
                }
                at + 2
            }
            0x2C => {
                found.add(std::mem::take(&mut delay));
                at + 11 + byte(bytes, at + 9).map_or(0, gif::color_table_len)
            }
            _ => break,
        };
        let Some(next) = gif::after_sub_blocks(bytes, blocks_at) else {
            break;
        };
        at = next;
    }
    found
}

/// What the extension at this place says about repeating, if it is the one that does.
fn gif_repeats(bytes: &[u8], at: usize) -> Option<u16> {
    let name = bytes
        .get(at..)?
        .strip_prefix(&[0x21, 0xFF, 11])?
        .get(..11)?;
    let is_known = matches!(name, b"NETSCAPE2.0" | b"ANIMEXTS1.0");
    let says_it = is_known && bytes.get(at + 14..at + 16) == Some(&[3, 1]);
    le16(bytes, at + 16).filter(|_| says_it)
}

/// The picture itself is a frame only when its control stands before it.
fn in_png(bytes: &[u8]) -> Found {
    let mut found = Found::nothing();
    for chunk in png::chunks(bytes).skip_while(|chunk| &chunk.kind != b"acTL") {
        match &chunk.kind {
            b"acTL" => {
                let n_plays = be32(chunk.content, 4).unwrap_or_default();
                found.playback.n_plays = (n_plays > 0).then_some(n_plays);
            }
            b"fcTL" => {
                let part = |at| be16(chunk.content, at).map(u32::from);
                let (Some(numerator), Some(denominator)) = (part(20), part(22)) else {
                    break;
                };
                let denominator = if denominator == 0 { 100 } else { denominator };
                found.add(Duration::from_secs(numerator.into()) / denominator);
            }
            _ => {}
        }
    }
    found
}

fn in_webp(bytes: &[u8]) -> Found {
    let mut found = Found::nothing();
    for chunk in riff::chunks(bytes, 12) {
        match &chunk.kind {
            b"ANIM" => {
                let n_plays = le16(chunk.content, 4).unwrap_or_default();
                found.playback.n_plays = (n_plays > 0).then_some(n_plays.into());
            }
            b"ANMF" => {
                let Some(millis) = le24(chunk.content, 12) else {
                    break;
                };
                found.add(Duration::from_millis(millis.into()));
            }
            _ => {}
        }
    }
    found
}

fn timed(timing: &Timing) -> Option<(Animation, Playback)> {
    let mut found = Found::nothing();
    found.playback.n_plays = timing.n_plays;
    for delay in &timing.delays {
        found.add(*delay);
    }
    (found.animation.n_frames > 1).then_some((found.animation, found.playback))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn read(format: &str, bytes: &[u8]) -> Option<(Animation, Option<Playback>)> {
        super::read(format, bytes, &Header::read(format, bytes))
    }

    #[test]
    fn frames_and_their_time_are_counted_in_every_format_that_moves() {
        for (format, name) in [
            ("GIF", "animated.gif"),
            ("PNG", "animated.png"),
            ("WebP", "animated.webp"),
            ("JPEG XL", "animated.jxl"),
        ] {
            let (animation, playback) = read(format, &fixture(name)).unwrap();
            assert_eq!(animation.n_frames, 3, "{name}");
            assert_eq!(animation.duration, Duration::from_millis(300), "{name}");
            assert_eq!(playback.unwrap().delays.len(), 3, "{name}");
        }
        #[cfg(feature = "avif")]
        {
            let (animation, playback) = read("AVIF", &fixture("animated.avif")).unwrap();
            assert_eq!(playback.unwrap().n_plays, None);
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
        let (animation, playback) = read("GIF", &file).unwrap();
        assert_eq!(animation.duration, 3 * INSTEAD);
        assert_eq!(playback.unwrap().delays, [INSTEAD; 3]);
    }

    #[test]
    fn a_gif_is_played_once_and_then_as_often_as_it_says() {
        let mut file = fixture("animated.gif");
        let n_plays = |file: &[u8]| read("GIF", file).unwrap().1.unwrap().n_plays;
        let says = file.windows(11).position(|part| part == b"NETSCAPE2.0");
        let Some(at) = says else {
            assert_eq!(n_plays(&file), Some(1));
            let begin = 13 + gif::color_table_len(file[10]);
            let block = b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\x02\0\0";
            file.splice(begin..begin, block.iter().copied());
            assert_eq!(n_plays(&file), Some(3));
            return;
        };
        file[at + 13..at + 15].copy_from_slice(&[2, 0]);
        assert_eq!(n_plays(&file), Some(3));
        file[at + 13..at + 15].copy_from_slice(&[0, 0]);
        assert_eq!(n_plays(&file), None);
        file[at..at + 11].copy_from_slice(b"OTHERTHING!");
        assert_eq!(n_plays(&file), Some(1));
    }
}
