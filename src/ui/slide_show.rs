//! One image after the other by itself.
//!
//! It never shows an empty screen: the next image comes when its picture is there. At the last
//! image it ends and says so, instead of beginning anew: who watches a room wants to know when
//! all of it was shown.

use std::sync::Arc;
use std::time::Duration;

use egui::{Ui, ViewportCommand};

use crate::domain::{Upload, UploadId};
use crate::state::{Action, Gallery, ViewerStep};
use crate::ui::view_context::{Urgency, ViewContext};
use crate::ui::viewer_pictures;

/// So many images that cannot be shown are passed over at once.
const MOST_PASSED_OVER: usize = 50;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct SlideShow {
    run: Option<Run>,
}

#[derive(Debug)]
struct Run {
    pace: Pace,
    /// It filled the screen with the window, and gives it back.
    has_filled_screen: bool,
    /// Which image is shown, and since when its picture is, in seconds of egui's clock.
    shown: Option<UploadId>,
    since: Option<f64>,
}

/// How it stands with a slide show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// It goes on by itself.
    Running,
    /// It rests.
    Paused,
}

/// How much is seen of the image in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// All that there is to see of it, be it why it cannot be shown.
    Complete,
    /// Something that stands in, or nothing.
    Partial,
}

/// What comes after the image in view.
enum Next {
    This(usize, Arc<Upload>),
    /// It is not listed yet.
    Unknown,
    Nothing,
}

impl SlideShow {
    /// Whether it runs or rests.
    pub(super) const fn is_on(&self) -> bool {
        self.run.is_some()
    }

    /// How it stands with it; none while there is none.
    pub(super) fn pace(&self) -> Option<Pace> {
        self.run.as_ref().map(|run| run.pace)
    }

    /// Begins, rests, goes on.
    pub(super) fn toggle(&mut self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        if let Some(run) = &mut self.run {
            run.pace = match run.pace {
                Pace::Running => Pace::Paused,
                Pace::Paused => Pace::Running,
            };
            return;
        }
        let is_full = is_full_screen(ui);
        if !is_full {
            ui.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        }
        if matches!(next(gallery), Next::Nothing) {
            cx.act(Action::StepViewer(ViewerStep::First));
        }
        self.run = Some(Run {
            pace: Pace::Running,
            has_filled_screen: !is_full,
            shown: None,
            since: None,
        });
    }

    /// Ends; the window is as it was before.
    pub(super) fn end(&mut self, ui: &Ui) {
        if let Some(run) = self.run.take()
            && run.has_filled_screen
        {
            ui.send_viewport_cmd(ViewportCommand::Fullscreen(false));
        }
    }

    /// Goes on when it is time.
    pub(super) fn advance(
        &mut self,
        ui: &Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        sight: Sight,
    ) {
        let Some(run) = &mut self.run else { return };
        let now = ui.input(|input| input.time);
        let shown = gallery.focused().map(|upload| upload.id.clone());
        let is_paused = run.pace == Pace::Paused;
        if is_paused || run.shown != shown {
            run.since = None;
            run.shown = shown;
        }
        if is_paused || sight == Sight::Partial {
            return;
        }
        let interval = f64::from(cx.state.settings.viewer.slide_interval.secs());
        let rest = *run.since.get_or_insert(now) + interval - now;
        if rest > 0.0 {
            ui.request_repaint_after(Duration::from_secs_f64(rest));
        }
        match next(gallery) {
            Next::This(position, upload) => {
                // Asks for it, too: it may be the third or fourth from here.
                let full = viewer_pictures::full_size(ui, &upload);
                let is_ready = cx.picture(&full, Urgency::Neighbour).is_some();
                if rest <= 0.0 && is_ready {
                    cx.act(Action::StepViewer(ViewerStep::To(position)));
                }
            }
            Next::Nothing if rest <= 0.0 => {
                cx.act(Action::EndSlideShow);
                self.end(ui);
            }
            Next::Unknown | Next::Nothing => {}
        }
    }
}

/// Whether the window fills the screen.
pub(super) fn is_full_screen(ui: &Ui) -> bool {
    ui.input(|input| input.viewport().fullscreen.unwrap_or(false))
}

/// The next image that can be shown, as far as is known.
fn next(gallery: &Gallery) -> Next {
    let first = gallery.focus() + 1;
    for position in (first..gallery.len()).take(MOST_PASSED_OVER) {
        match gallery.upload_at(position) {
            None => return Next::Unknown,
            Some(upload) if gallery.failure(&upload.id).is_none() => {
                return Next::This(position, upload);
            }
            Some(_) => {}
        }
    }
    Next::Nothing
}
