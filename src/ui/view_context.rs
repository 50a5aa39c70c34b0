//! What every view gets: the state to read, the pictures, and where to say what happened.

use std::cell::RefCell;

use crate::protocol::{ImageSize, WantedImage};
use crate::state::{Action, AppState};
use crate::ui::texture_store::{Texture, TextureStore};
use crate::ui::theme::Palette;

/// Read-only and cheap to copy, so that two closures of one layout can both use it.
#[derive(Clone, Copy)]
pub struct ViewContext<'a> {
    /// Everything there is to draw.
    pub state: &'a AppState,
    /// Pictures that are on the GPU.
    pub textures: &'a TextureStore,
    /// What the person did in this frame.
    pub actions: &'a ActionQueue,
    /// Pictures that this frame lacked.
    pub wishes: &'a WishList,
    /// The colours of the running theme.
    pub palette: &'a Palette,
}

impl ViewContext<'_> {
    /// Says that the person did something.
    pub fn act(&self, action: Action) {
        self.actions.0.borrow_mut().push(action);
    }

    /// The picture, if it is there; otherwise it is asked for with this urgency.
    pub fn picture(&self, wanted: &WantedImage, urgency: Urgency) -> Option<Texture> {
        let texture = self.textures.get(&wanted.request);
        if texture.is_none()
            && !self.textures.is_queued(&wanted.request, urgency)
            && !self.textures.is_known_missing(&wanted.request)
        {
            self.wishes.0.borrow_mut().push((urgency, wanted.clone()));
        }
        texture
    }
}

/// Actions of one frame, in order.
#[derive(Debug, Default)]
pub struct ActionQueue(RefCell<Vec<Action>>);

impl ActionQueue {
    /// Takes all actions out.
    pub fn take(&self) -> Vec<Action> {
        self.0.take()
    }
}

/// How soon a picture is needed; the order is the order of fetching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Fills the window.
    InView,
    /// A tile on screen, or the panel's picture.
    Visible,
    /// A small picture of a person or room on screen.
    Avatar,
    /// The image after the one in view.
    Neighbour,
    /// A tile on the screen after this one.
    Ahead,
    /// A tile on the screen before this one.
    Behind,
}

/// Pictures that one frame lacked.
#[derive(Debug, Default)]
pub struct WishList(RefCell<Vec<(Urgency, WantedImage)>>);

impl WishList {
    /// Takes all wishes out, the most urgent first, each once; and how many of them are for what
    /// is on screen. Of the same urgency pictures of whole images come before their parts: of
    /// several images side by side each shall be seen before one is sharp.
    pub fn take(&self) -> (Vec<WantedImage>, usize) {
        let mut wishes = self.0.take();
        let is_part = |wanted: &WantedImage| matches!(wanted.request.size, ImageSize::Tile(_));
        wishes.sort_by_key(|(urgency, wanted)| (*urgency, is_part(wanted)));
        let mut seen = std::collections::HashSet::new();
        wishes.retain(|(_, wanted)| seen.insert(wanted.request.clone()));
        let n_on_screen = wishes.partition_point(|(urgency, _)| *urgency <= Urgency::Avatar);
        let wishes = wishes.into_iter().map(|(_, wanted)| wanted).collect();
        (wishes, n_on_screen)
    }
}
