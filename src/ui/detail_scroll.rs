//! Where the details are scrolled to. From image to image the viewer keeps the place, to compare
//! them; else the details of another image begin at their top.

use std::time::Duration;

use egui::{Id, Ui};

use crate::domain::UploadId;
use crate::state::Gallery;

/// What the panel showed in a frame.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    frame: u64,
    /// One image, where it is about one.
    about: Option<UploadId>,
    /// It is in view large.
    is_large: bool,
    /// What its file says is here.
    is_read: bool,
    /// Where somebody scrolled to. For what is said of this image it may be too far down.
    wanted: f32,
    /// Where that is in fact.
    offset: f32,
}

/// Of one frame.
#[derive(Debug)]
pub(super) struct DetailScroll {
    /// Where the panel is scrolled to, unless it stays where it is.
    pub goes_to: Option<f32>,
    seen: Seen,
}

impl DetailScroll {
    pub(super) fn of_frame(ui: &Ui, gallery: &Gallery) -> Self {
        let before: Option<Seen> = ui.data(|data| data.get_temp(id()));
        let is_large = !gallery.shows_tiles();
        let about = gallery.focused().map(|upload| upload.id.clone());
        let about = about.filter(|_| is_large || gallery.chosen_count() <= 1);
        let mut seen = Seen {
            frame: ui.ctx().cumulative_frame_nr(),
            is_large,
            is_read: about
                .as_ref()
                .is_some_and(|it| gallery.metadata(it).is_some()),
            about,
            wanted: 0.0,
            offset: 0.0,
        };
        let goes_to = match before {
            Some(before) if seen.follows(&before) => {
                (seen.wanted, seen.offset) = (before.wanted, before.offset);
                // Until its file is read, the panel may be too short.
                let is_other = before.about != seen.about || before.is_read != seen.is_read;
                is_other.then_some(before.wanted)
            }
            _ => Some(0.0),
        };
        Self { goes_to, seen }
    }

    /// Notes where the panel is now.
    pub(super) fn keep(self, ui: &Ui, offset: f32) {
        let Self { goes_to, mut seen } = self;
        if goes_to.is_none() && (offset - seen.offset).abs() > 0.1 {
            seen.wanted = offset;
        }
        if goes_to.is_some_and(|at| at > offset) {
            // It was drawn with nothing in its lower part.
            ui.request_repaint_after(Duration::ZERO);
        }
        seen.offset = offset;
        ui.data_mut(|data| data.insert_temp(id(), seen));
    }
}

impl Seen {
    /// The panel was open in the frame before, about this image or, in the viewer, about another.
    fn follows(&self, before: &Self) -> bool {
        let is_open = before.frame + 1 >= self.frame;
        is_open && (before.about == self.about || (before.is_large && self.is_large))
    }
}

fn id() -> Id {
    Id::unique("details are scrolled to")
}
