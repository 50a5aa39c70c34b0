//! Plays what moves: which frame is shown and until when, which ones are fetched ahead, and the
//! buttons for it.

use std::sync::Arc;
use std::time::Duration;

use egui::{Align, CornerRadius, Layout, Rect, RichText, Ui, UiBuilder, pos2, vec2};
use lucide_icons::Icon;

use crate::domain::{PixelSize, Upload, UploadId};
use crate::protocol::{ImageRequest, ImageSize, Playback, WantedImage};
use crate::state::Gallery;
use crate::state::user_message::grouped;
use crate::ui::texture_store::Texture;
use crate::ui::theme::{Palette, space};
use crate::ui::view_context::{Urgency, ViewContext};
use crate::ui::viewer_controls::{BUTTON, button_ui, on_picture};
use crate::ui::viewer_image::SHARPEN_AFTER;
use crate::ui::viewer_pictures::wish;

/// Frames up to this size are shown with all of their pixels; larger ones as large as the window.
const WHOLE_BYTES: u64 = 8 * 1024 * 1024;

/// A frame that rests is shown with all of its pixels where one looks closer, up to this size:
/// a film's of sixteen megapixels. More would hold the window up.
const SHARP_BYTES: u64 = 64 * 1024 * 1024;

/// Frames that wait for their turn take no more than this.
const AHEAD_BYTES: u64 = 32 * 1024 * 1024;

/// How many frames are fetched ahead of small ones: half a second of most.
const MOST_AHEAD: u64 = 12;

/// Behind by more than this, in seconds, an animation goes on from where it is.
const LATE: f64 = 0.1;

/// Room for the bar with all of its buttons in the middle, in points.
const MAIN_BAR: f32 = 620.0;

/// Room for "1,024 / 1,024".
const COUNT: f32 = 92.0;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct Player {
    of: Option<UploadId>,
    frame: u32,
    /// Since when the frame is shown, by egui's clock; `None` until it is.
    shown_at: Option<f64>,
    /// How often all frames were shown.
    n_played: u32,
    state: State,
    /// How many frames there are in truth, where the file has fewer than it announces.
    n_whole: Option<u32>,
    /// How many frames there are, once that is known.
    n_frames: u32,
    /// The frame that rests and since when, by egui's clock.
    rests: Option<(u32, f64)>,
    /// What was drawn last: it stays until the next frame is there.
    drawn: Option<ImageRequest>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Playing,
    Paused,
    /// As often as the file says.
    Ended,
}

/// What keys and buttons ask of an animation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnimationStep {
    /// Go on, or rest.
    Toggle,
    /// The frame before, and rest.
    Back,
    /// The frame after, and rest.
    On,
}

impl Player {
    /// The frame to show now instead of the still picture; what comes next is asked for.
    pub(super) fn frame(
        &mut self,
        ui: &Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        upload: &Arc<Upload>,
        (full, scale): ((&WantedImage, Texture), f32),
    ) -> Option<Texture> {
        if self.of.as_ref() != Some(&upload.id) {
            *self = Self {
                of: Some(upload.id.clone()),
                ..Self::default()
            };
        }
        let (_, still) = full;
        if !still.is_animated {
            return None;
        }
        let Some(metadata) = gallery.metadata(&upload.id) else {
            // It comes along with a picture; this one was there before the room was opened.
            if gallery.metadata_failure(&upload.id).is_none() {
                cx.picture(&wish(upload, ImageSize::Metadata), Urgency::InView);
            }
            return None;
        };
        let playback = metadata.playback.as_ref()?;
        let announced = u32::try_from(playback.delays.len()).unwrap_or(u32::MAX);
        self.n_frames = self.n_whole.unwrap_or(announced);
        if self.n_frames < 2 {
            return None;
        }
        let size = frame_size(full);
        let sharp = sharp_edge(ui, still.original_size)
            .filter(|_| self.state != State::Playing && is_too_small(size, still, scale))
            .map(|max_edge_px| {
                let index = self.frame;
                wish(upload, ImageSize::Frame { index, max_edge_px })
            });
        let rests = self.rests(ui);
        if let Some(sharp) = &sharp
            && let Some(texture) = cx.textures.get(&sharp.request)
        {
            self.drawn = Some(sharp.request.clone());
            return Some(texture);
        }
        let max_edge_px = size.longer_side();
        let frame = |index| wish(upload, ImageSize::Frame { index, max_edge_px });
        let is_missing = |index| is_missing_request(cx, &frame(index));
        let ahead = (AHEAD_BYTES / (size.area() * 4).max(1)).clamp(2, MOST_AHEAD);
        for next in self.coming(playback, ahead) {
            if is_missing(next) {
                // Damaged from there on: what is before it is all there is.
                self.n_whole = Some(next);
                self.n_frames = next;
                break;
            }
            cx.picture(&frame(next), Urgency::InView);
        }
        let is_there = |index| cx.textures.get(&frame(index).request).is_some();
        self.advance(ui, playback, is_there);
        let wanted = frame(self.frame).request;
        let Some(shown) = cx.textures.get(&wanted) else {
            // Rather the one before than the first of all.
            return cx.textures.get(self.drawn.as_ref()?);
        };
        self.drawn = Some(wanted);
        // Frames of one size come at a time: first the one that can be shown at once, and the
        // other one when nobody steps on.
        if let Some(sharp) = sharp.filter(|it| rests && !is_missing_request(cx, it)) {
            cx.picture(&sharp, Urgency::InView);
        }
        Some(shown)
    }

    /// Whether one stays at a frame.
    fn rests(&mut self, ui: &Ui) -> bool {
        if self.state == State::Playing {
            self.rests = None;
            return false;
        }
        let now = ui.input(|input| input.time);
        let (frame, since) = *self.rests.get_or_insert((self.frame, now));
        if frame != self.frame {
            self.rests = Some((self.frame, now));
        }
        let stayed = if frame == self.frame {
            now - since
        } else {
            0.0
        };
        if stayed < SHARPEN_AFTER {
            ui.request_repaint_after(Duration::from_secs_f64(SHARPEN_AFTER - stayed));
        }
        stayed >= SHARPEN_AFTER
    }

    /// What keys and buttons ask for.
    pub(super) fn apply(&mut self, step: AnimationStep) {
        if self.n_frames < 2 {
            return;
        }
        match step {
            AnimationStep::Toggle => {
                if self.state == State::Ended {
                    self.frame = 0;
                    self.n_played = 0;
                }
                self.state = match self.state {
                    State::Playing => State::Paused,
                    State::Paused | State::Ended => State::Playing,
                };
                // It has its whole time again.
                self.shown_at = None;
            }
            AnimationStep::Back => self.rest_at((self.frame + self.n_frames - 1) % self.n_frames),
            AnimationStep::On => self.rest_at((self.frame + 1) % self.n_frames),
        }
    }

    fn rest_at(&mut self, frame: u32) {
        self.state = State::Paused;
        self.frame = frame;
    }

    /// The frame that is shown and those that come after it, in their order.
    fn coming(&self, playback: &Playback, ahead: u64) -> Vec<u32> {
        let is_last_time = playback
            .n_plays
            .is_some_and(|n_plays| self.n_played + 1 >= n_plays);
        let ahead = if self.state == State::Playing {
            ahead
        } else {
            1
        };
        let ahead = u32::try_from(ahead).unwrap_or(1).min(self.n_frames - 1);
        (0..=ahead)
            .map(|offset| self.frame + offset)
            .filter(|index| *index < self.n_frames || !is_last_time)
            .map(|index| index % self.n_frames)
            .collect()
    }

    fn advance(&mut self, ui: &Ui, playback: &Playback, is_there: impl Fn(u32) -> bool) {
        let now = ui.input(|input| input.time);
        if self.frame >= self.n_frames {
            self.frame = self.n_frames.saturating_sub(1);
        }
        let delay = playback.delays.get(self.frame as usize);
        let delay = delay.map_or(LATE, Duration::as_secs_f64);
        // Nobody sees a window that is hidden; a frame's time begins when it is there.
        let is_seen = ui.input(|input| input.viewport().visible() != Some(false));
        if self.state != State::Playing || !is_seen || !is_there(self.frame) {
            self.shown_at = None;
            return;
        }
        let due = *self.shown_at.get_or_insert(now) + delay;
        if now < due {
            ui.request_repaint_after(Duration::from_secs_f64(due - now));
            return;
        }
        let is_at_end = self.frame + 1 >= self.n_frames;
        if is_at_end && playback.n_plays.is_some_and(|n| self.n_played + 1 >= n) {
            self.state = State::Ended;
            return;
        }
        let next = if is_at_end { 0 } else { self.frame + 1 };
        // One that is still on its way wakes the window when it comes.
        if is_there(next) {
            self.n_played = self.n_played.saturating_add(u32::from(is_at_end));
            self.frame = next;
            self.shown_at = Some(if now - due > LATE { now } else { due });
            let delay = playback.delays.get(next as usize).copied();
            ui.request_repaint_after(delay.unwrap_or_default());
        }
    }

    /// Draws the buttons into the lower left corner of the view, where something moves.
    pub(super) fn control_ui(&mut self, ui: &mut Ui, view: Rect, opacity: f32) {
        if self.n_frames < 2 || opacity <= 0.0 {
            return;
        }
        let size = vec2(3.0 * BUTTON + COUNT + 2.0 * space::S, BUTTON + space::S);
        let is_narrow = view.width() < 2.0 * size.x + MAIN_BAR;
        // Above the other bar where there is no room beside it.
        let lift = if is_narrow { size.y + space::S } else { 0.0 };
        let center = view.bottom() - space::M - size.y / 2.0 - lift;
        let left = view.left() + space::M;
        let bar = Rect::from_min_size(pos2(left, center - size.y / 2.0), size);
        let mut asked = None;
        ui.scope_builder(UiBuilder::new().max_rect(bar), |ui| {
            ui.multiply_opacity(opacity);
            on_picture(ui);
            let round = CornerRadius::same(22);
            ui.painter().rect_filled(bar, round, Palette::SCRIM);
            let inner = bar.shrink2(vec2(space::S, space::XS));
            let layout = Layout::left_to_right(Align::Center);
            ui.scope_builder(UiBuilder::new().max_rect(inner).layout(layout), |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                if button_ui(ui, Icon::StepBack, "Previous frame (,)") {
                    asked = Some(AnimationStep::Back);
                }
                let (icon, name) = match self.state {
                    State::Playing => (Icon::Pause, "Pause (K)"),
                    State::Paused => (Icon::Play, "Play (K)"),
                    State::Ended => (Icon::RotateCcw, "Play again (K)"),
                };
                if button_ui(ui, icon, name) {
                    asked = Some(AnimationStep::Toggle);
                }
                if button_ui(ui, Icon::StepForward, "Next frame (.)") {
                    asked = Some(AnimationStep::On);
                }
                self.count_ui(ui);
            });
        });
        if let Some(step) = asked {
            self.apply(step);
        }
    }

    fn count_ui(&self, ui: &mut Ui) {
        let number = |frame: u32| grouped(usize::try_from(frame).unwrap_or(usize::MAX));
        let (at, of) = (number(self.frame + 1), number(self.n_frames));
        let layout = Layout::centered_and_justified(egui::Direction::LeftToRight);
        ui.allocate_ui_with_layout(vec2(COUNT, BUTTON), layout, |ui| {
            let text = RichText::new(format!("{at} / {of}"));
            let label = ui.add(egui::Label::new(text).selectable(false));
            label.widget_info(|| {
                let name = format!("Frame {at} of {of}");
                egui::WidgetInfo::labeled(egui::Role::Label, true, name)
            });
        });
    }
}

fn is_missing_request(cx: ViewContext<'_>, wanted: &WantedImage) -> bool {
    cx.textures.is_known_missing(&wanted.request)
}

/// How large the frames are asked for.
fn frame_size((full, texture): (&WantedImage, Texture)) -> PixelSize {
    let whole = texture.original_size;
    match full.request.size {
        ImageSize::Full { max_edge_px } if whole.area() * 4 > WHOLE_BYTES => {
            whole.fit_within(max_edge_px)
        }
        _ => whole,
    }
}

/// The longer side of a frame with as many pixels as can be shown of it.
fn sharp_edge(ui: &Ui, whole: PixelSize) -> Option<u32> {
    let largest = ui.input(|input| input.max_texture_side);
    let largest = u32::try_from(largest).unwrap_or(u32::MAX);
    let bytes = (whole.area() * 4).max(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no more than the side that it is a part of"
    )]
    let most = if bytes > SHARP_BYTES {
        let part = (SHARP_BYTES as f64 / bytes as f64).sqrt();
        (f64::from(whole.longer_side()) * part) as u32
    } else {
        whole.longer_side()
    };
    Some(most.min(largest)).filter(|edge| *edge > 0)
}

/// Whether a frame of this size, at this scale of the whole, has fewer pixels than the screen.
fn is_too_small(size: PixelSize, still: Texture, scale: f32) -> bool {
    let whole = still.original_size.longer_side() as f32;
    (size.longer_side() as f32) < whole * scale.min(1.0) * 0.99
}

#[cfg(test)]
#[path = "viewer_animation_tests.rs"]
mod tests;
