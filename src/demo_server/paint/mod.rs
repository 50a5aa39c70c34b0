//! Paints the pictures that are not photographs, from a seed.

mod canvas;
mod city;
mod composition;
mod landscape;
mod portrait;
mod resize;
mod screenshot;

use fastrand::Rng;

pub(crate) use canvas::{Canvas, Color};
pub(crate) use portrait::{letter, portrait};

/// What a painted picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Motif {
    Landscape,
    Seaside,
    City,
    Blend,
    Bokeh,
    Tiles,
    Waves,
    Poster,
    Chart,
    Chat,
    Editor,
}

/// Motifs that pass for what people photograph.
pub(crate) const SCENES: [Motif; 8] = [
    Motif::Landscape,
    Motif::Seaside,
    Motif::Landscape,
    Motif::City,
    Motif::Bokeh,
    Motif::Blend,
    Motif::Waves,
    Motif::Seaside,
];

/// Motifs that pass for what people make.
pub(crate) const GRAPHICS: [Motif; 3] = [Motif::Tiles, Motif::Poster, Motif::Chart];

/// Motifs that pass for what people cut out of their screens.
pub(crate) const SCREENS: [Motif; 3] = [Motif::Chat, Motif::Editor, Motif::Chart];

/// The same picture for the same arguments, on every machine.
pub(crate) fn paint(motif: Motif, seed: u64, width: u32, height: u32) -> Canvas {
    let mut rng = Rng::with_seed(seed);
    let size = (width.max(1), height.max(1));
    match motif {
        Motif::Landscape => landscape::landscape(&mut rng, size),
        Motif::Seaside => landscape::seaside(&mut rng, size),
        Motif::City => city::city(&mut rng, size),
        Motif::Blend => composition::blend(&mut rng, size),
        Motif::Bokeh => composition::bokeh(&mut rng, size),
        Motif::Tiles => composition::tiles(&mut rng, size),
        Motif::Waves => composition::waves(&mut rng, size),
        Motif::Poster => composition::poster(&mut rng, size),
        Motif::Chart => screenshot::chart(&mut rng, size),
        Motif::Chat => screenshot::chat(&mut rng, size),
        Motif::Editor => screenshot::editor(&mut rng, size),
    }
}

/// One of a list, or the fallback of an empty one.
fn pick<T: Copy>(rng: &mut Rng, choices: &[T], fallback: T) -> T {
    choices
        .get(rng.usize(0..choices.len().max(1)))
        .copied()
        .unwrap_or(fallback)
}

/// A float between two.
fn between(rng: &mut Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * rng.f32()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_motif_is_the_same_twice_and_fills_its_size() {
        for motif in SCENES.iter().chain(&GRAPHICS).chain(&SCREENS) {
            let once = paint(*motif, 3, 161, 97);
            assert_eq!((once.width(), once.height()), (161, 97));
            assert_eq!(once.pixels(), paint(*motif, 3, 161, 97).pixels());
            assert!(
                once.pixels().iter().any(|byte| *byte != once.pixels()[0]),
                "{motif:?}"
            );
        }
    }

    #[test]
    fn a_picture_of_one_pixel_can_be_painted() {
        for motif in SCENES.iter().chain(&GRAPHICS).chain(&SCREENS) {
            assert_eq!(paint(*motif, 1, 1, 1).pixels().len(), 3);
        }
    }
}
