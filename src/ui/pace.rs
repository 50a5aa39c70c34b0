//! Says in the log when every tile on screen has its picture: what `make bench` waits for.

use std::ops::Range;

use egui::Ui;
use tracing::Level;

use crate::domain::RoomId;
use crate::state::Gallery;
use crate::ui::grid_tile::{Face, Tile};

/// Where these lines are found in the log, at `info`.
const TARGET: &str = "salon::pace";

/// What part of which room is on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    room: RoomId,
    positions: Range<usize>,
    total: usize,
    /// Tiles that show why they have no picture.
    n_without: usize,
}

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Complete in the last frame; on screen when the next one begins.
    drawn: Option<Part>,
    told: Option<Part>,
}

impl Pace {
    /// To be called once in each frame, with its tiles.
    pub(super) fn watch(
        &mut self,
        ui: &Ui,
        gallery: &Gallery,
        visible: &Range<usize>,
        tiles: &[Tile],
    ) {
        if !tracing::enabled!(target: TARGET, Level::INFO) {
            return;
        }
        let has_all = tiles.len() == visible.len()
            && tiles
                .iter()
                .all(|tile| !matches!(tile.face, Face::Skeleton));
        let part = has_all.then(|| Part {
            room: gallery.room.id.clone(),
            positions: visible.clone(),
            total: gallery.listing.len(),
            n_without: tiles
                .iter()
                .filter(|tile| !matches!(tile.face, Face::Picture(_)))
                .count(),
        });
        if let Some(drawn) = self.next_frame(part) {
            let Range { start, end } = drawn.positions;
            tracing::info!(
                target: TARGET,
                "all {} visible tiles drawn, {start}..{end} of {}, {} without a picture",
                end - start,
                drawn.total,
                drawn.n_without
            );
        }
        if self.drawn.is_some() {
            // It is on screen when the next frame begins.
            ui.request_repaint_after(std::time::Duration::ZERO);
        }
    }

    /// Takes in what this frame draws completely; gives what came on screen before it, once.
    fn next_frame(&mut self, complete: Option<Part>) -> Option<Part> {
        let told = self.drawn.take();
        let is_new = complete
            .as_ref()
            .is_some_and(|part| !part.positions.is_empty());
        if is_new && complete != self.told {
            self.told.clone_from(&complete);
            self.drawn = complete;
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(positions: Range<usize>) -> Part {
        Part {
            room: RoomId::from("room"),
            positions,
            total: 300,
            n_without: 0,
        }
    }

    #[test]
    fn a_complete_screen_is_told_once_and_not_before_it_is_on_screen() {
        let mut pace = Pace::default();
        assert_eq!(pace.next_frame(None), None);
        assert_eq!(pace.next_frame(Some(part(0..24))), None);
        assert_eq!(pace.next_frame(Some(part(0..24))), Some(part(0..24)));
        assert_eq!(pace.next_frame(Some(part(0..24))), None);
        assert_eq!(pace.next_frame(Some(part(24..48))), None);
        assert_eq!(pace.next_frame(None), Some(part(24..48)));
    }

    #[test]
    fn an_empty_room_is_never_complete() {
        let mut pace = Pace::default();
        assert_eq!(pace.next_frame(Some(part(0..0))), None);
        assert_eq!(pace.next_frame(None), None);
    }
}
