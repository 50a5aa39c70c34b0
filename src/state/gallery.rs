//! The open room: its listing, what is chosen, what failed, what is wanted next.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::listing::{Listing, Merged};
use crate::domain::{ByteCount, ListingWindow, Room, Upload, UploadId, UploadPage};
use crate::protocol::{
    ClientError, DownloadError, Generation, ImageFailure, ImageSize, ImageSubject, Metadata,
    SaveSelection, Wanted,
};
use crate::state::action::{Shown, ViewerStep};
use crate::state::file_digests::{FileDigest, FileDigests};
use crate::state::find::Find;
use crate::state::go_to_date::GoingToDate;
use crate::state::rooms::is_final;
use crate::state::save_sheet::SaveTarget;
use crate::state::saved_copies::SavedCopies;
use crate::state::selection::Selection;
use crate::state::user_message::UserMessage;

/// How many windows beyond the screen are wished for at once: a minute's budget. The wish list
/// is compared and copied often, and a longer one brings nothing sooner.
const WINDOWS_LATER: usize = 10;

/// How many files' metadata is kept: more than anybody looks at in one sitting, and small.
const METADATA_CAPACITY: usize = 500;

/// See the [module documentation](self).
#[derive(Debug)]
pub struct Gallery {
    /// The room.
    pub room: Room,
    /// Its images.
    pub listing: Listing,
    /// What is chosen.
    pub selection: Selection,
    /// Which of the images are shown.
    pub(super) find: Find,
    /// Which of the images have a copy on this machine.
    pub(super) copies: SavedCopies,
    /// How many of the shown images are chosen, by the versions of list, search and selection.
    pub(super) chosen_count_of: Cell<Option<KeptCount>>,
    /// Whether the image in focus is shown large.
    pub is_viewer_open: bool,
    /// The images that are shown side by side; none while nothing is compared.
    pub(super) compared: Vec<UploadId>,
    /// Why the list could not be read.
    pub list_error: Option<ClientError>,
    /// Whether the server gives the bytes.
    pub access: FileAccess,
    /// Save the choice there and so once all of it is known.
    pub save_when_known: Option<SaveTarget>,
    /// The server has given bytes of this room: it is not closed as a whole.
    has_bytes: bool,
    /// The date that is being looked for.
    pub(super) going: Option<GoingToDate>,
    /// Bumped when the view must bring the focus into sight.
    pub reveal: u64,
    /// The value of `reveal` that wants the focus at the upper edge, as if scrolled to.
    pub reveal_at_top: u64,
    pub(super) failures: HashMap<UploadId, ImageFailure>,
    /// Images of which parts cannot be had: what is seen of the whole is there all the same.
    pub(super) without_parts: HashMap<UploadId, ImageFailure>,
    metadata: HashMap<UploadId, Box<Metadata>>,
    metadata_order: VecDeque<UploadId>,
    pub(super) metadata_failures: HashMap<UploadId, ImageFailure>,
    pub(super) digests: FileDigests,
    shown: Shown,
}

/// A number, and the versions of list, search and selection that it is about.
pub(super) type KeptCount = ((u64, u64, u64), usize);

/// Whether the server gives the bytes of what it lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAccess {
    /// It does, or it was not asked yet.
    Open,
    /// It refuses: the person is not in the room, or may not see its files.
    Refused,
}

impl Gallery {
    /// A room nothing is known about yet.
    pub fn new(room: Room) -> Self {
        Self {
            room,
            listing: Listing::default(),
            selection: Selection::default(),
            find: Find::default(),
            copies: SavedCopies::default(),
            chosen_count_of: Cell::new(None),
            is_viewer_open: false,
            compared: Vec::new(),
            list_error: None,
            access: FileAccess::Open,
            save_when_known: None,
            has_bytes: false,
            going: None,
            reveal: 0,
            reveal_at_top: 0,
            failures: HashMap::new(),
            without_parts: HashMap::new(),
            metadata: HashMap::new(),
            metadata_order: VecDeque::new(),
            metadata_failures: HashMap::new(),
            digests: FileDigests::default(),
            shown: Shown::default(),
        }
    }

    /// The image in focus, if it is known.
    pub fn focused(&self) -> Option<Arc<Upload>> {
        self.upload_at(self.focus())
    }

    /// Which of the images have a copy on this machine.
    pub const fn copies(&self) -> &SavedCopies {
        &self.copies
    }

    /// Whether parts of this image can be had, as far as is known.
    pub fn has_parts(&self, id: &UploadId) -> bool {
        !self.without_parts.contains_key(id) && !self.failures.contains_key(id)
    }

    /// What this image's file says about itself.
    pub fn metadata(&self, id: &UploadId) -> Option<&Metadata> {
        self.metadata.get(id).map(Box::as_ref)
    }

    /// Why this image's file could not be asked about itself.
    pub fn metadata_failure(&self, id: &UploadId) -> Option<&ImageFailure> {
        self.metadata_failures.get(id)
    }

    /// What is known of the SHA-256 of this image's file, if somebody asked for it.
    pub fn digest(&self, id: &UploadId) -> Option<&FileDigest> {
        self.digests.of(id)
    }

    /// Whether every chosen image is known, so that sums are final.
    pub fn is_choice_known(&self) -> bool {
        if self.find.is_on() {
            return !self.chooses_to_come();
        }
        self.selection.pending().is_empty()
            && (self.selection.all_but().is_none() || self.listing.is_complete())
    }

    /// Whether a range is chosen of which some positions were not read yet, or all that a search
    /// will find. (A whole room is saved while it is still being listed.)
    pub(super) fn must_list_before_saving(&self) -> bool {
        if self.find.is_on() {
            self.chooses_to_come()
        } else {
            !self.selection.pending().is_empty()
        }
    }

    /// What to save: the image in view, else what is chosen, else the image in focus.
    pub fn save_selection(&self) -> Option<(SaveSelection, usize, ByteCount)> {
        let one = || {
            let upload = self.focused()?;
            let bytes = upload.size.unwrap_or_default();
            Some((SaveSelection::Uploads(vec![upload]), 1, bytes))
        };
        if self.is_viewer_open || !self.has_choice() {
            return one();
        }
        self.save_choice()
    }

    /// What is chosen, as something to save.
    pub(super) fn save_choice(&self) -> Option<(SaveSelection, usize, ByteCount)> {
        let bytes = self.chosen_bytes();
        let count = self.chosen_count();
        let selection = match self.selection.all_but() {
            // Also where all of it is listed: what is new since then can be told only of rooms.
            Some(except) if !self.find.is_on() => SaveSelection::WholeRoom {
                listing: Arc::new(self.listing.clone()),
                except: except.clone(),
            },
            _ => SaveSelection::Uploads(self.chosen().collect()),
        };
        (count > 0).then_some((selection, count, bytes))
    }

    /// What a frame showed. One that was drawn for the room before says nothing about this.
    pub(super) fn show(&mut self, shown: Shown) {
        if shown.room.as_ref() == Some(&self.room.id) {
            self.shown = shown;
        }
    }

    /// What is worth having for this room now.
    pub(super) fn wanted(&self, generation: Generation) -> Wanted {
        let (windows, later) = if self.list_error.is_some() {
            (Vec::new(), Vec::new())
        } else {
            (self.windows(), self.later())
        };
        let later = later.into_iter();
        let later = later.filter(|window| !windows.contains(window));
        let later = later.take(WINDOWS_LATER).collect();
        let images = self
            .shown
            .missing
            .iter()
            .filter(|wanted| match &wanted.request.subject {
                ImageSubject::Upload(id) => {
                    let can_be_had = match wanted.request.size {
                        ImageSize::Metadata => !self.metadata_failures.contains_key(id),
                        ImageSize::Tile(_) => self.has_parts(id),
                        ImageSize::Thumbnail { .. }
                        | ImageSize::Full { .. }
                        | ImageSize::Frame { .. } => !self.failures.contains_key(id),
                    };
                    self.access == FileAccess::Open && can_be_had
                }
                ImageSubject::RoomAvatar(_) | ImageSubject::UserAvatar(_) => true,
            })
            .cloned()
            .collect();
        Wanted {
            generation,
            room: Some(self.room.clone()),
            anchor: self.listing.anchor().cloned(),
            windows,
            later,
            images,
            is_viewing: !self.shows_tiles(),
        }
    }

    /// The windows that the view lacks, or that tell where a date is.
    fn windows(&self) -> Vec<ListingWindow> {
        // The newest page, when it is due. Nothing is to be asked before it is there, and what
        // a search shows is known.
        let due = self.listing.missing_windows(0..0);
        if !due.is_empty() || self.find.is_on() {
            return due;
        }
        let visible = self.shown.visible.clone();
        let going = self.going.as_ref();
        let mut windows: Vec<ListingWindow> = going.map(GoingToDate::window).into_iter().collect();
        add_new(&mut windows, self.listing.missing_windows(visible.clone()));
        // The screen after this one, so that scrolling finds it there.
        let ahead = visible.end..(visible.end + visible.len().max(50)).min(self.listing.len());
        add_new(&mut windows, self.listing.missing_windows(ahead));
        if self.is_viewer_open {
            let focus = self.selection.focus();
            add_new(&mut windows, self.listing.missing_windows(focus..focus + 1));
        }
        windows
    }

    /// What is to be listed besides: the rest of what is chosen, or of what is searched.
    fn later(&self) -> Vec<ListingWindow> {
        let mut later = Vec::new();
        for range in self.selection.pending() {
            add_new(&mut later, self.listing.missing_windows(range.clone()));
        }
        if self.selection.all_but().is_some() || self.find.is_on() {
            add_new(&mut later, self.listing.next_missing_windows(WINDOWS_LATER));
        }
        later
    }

    /// Takes in a window. Answers what there is to say about it.
    pub(super) fn page_loaded(
        &mut self,
        window: ListingWindow,
        anchor: Option<&UploadId>,
        result: Result<UploadPage, ClientError>,
    ) -> Option<UserMessage> {
        let page = match result {
            Ok(page) => page,
            Err(ClientError::RateLimited { .. }) => return None,
            Err(error) => {
                self.list_error = Some(error);
                return None;
            }
        };
        self.list_error = None;
        match self.listing.merge(window, anchor, page) {
            Merged::Accepted | Merged::AnchorReplaced => self.selection.follow(&self.listing),
            Merged::Outdated => return None,
        }
        self.search_again();
        self.follow_comparison();
        self.go_on_after(window)
    }

    /// What this machine knew of the room is there.
    pub(super) fn listing_restored(&mut self, stored: Listing) {
        self.listing.fill_from(stored);
        self.selection.follow(&self.listing);
        self.search_again();
    }

    pub(super) fn image_failed(&mut self, id: &UploadId, error: ImageFailure) {
        // Of a room that was left before the answer came, perhaps.
        if !self.listing.contains(id) {
            return;
        }
        let is_forbidden = matches!(error, ImageFailure::Download(DownloadError::Forbidden));
        if is_forbidden && !self.has_bytes {
            self.access = FileAccess::Refused;
            return;
        }
        self.failures.insert(id.clone(), error);
    }

    /// There may be a picture of the whole: it is shown, and no better one looked for.
    pub(super) fn part_failed(&mut self, id: &UploadId, error: ImageFailure) {
        if self.listing.contains(id) {
            self.without_parts.insert(id.clone(), error);
        }
    }

    pub(super) fn image_arrived(&mut self, id: &UploadId) {
        if self.listing.contains(id) {
            self.failures.remove(id);
            self.access = FileAccess::Open;
            self.has_bytes = true;
        }
    }

    pub(super) fn metadata_failed(&mut self, id: &UploadId, error: ImageFailure) {
        if self.listing.contains(id) {
            self.metadata_failures.insert(id.clone(), error);
        }
    }

    pub(super) fn reload(&mut self) {
        // Everything anew, also what another try would hardly change.
        self.failures.clear();
        self.retry_all();
        self.let_go();
        self.listing.refresh();
    }

    pub(super) fn metadata_read(&mut self, id: UploadId, metadata: Box<Metadata>) {
        if self.metadata.insert(id.clone(), metadata).is_none() {
            self.metadata_order.push_back(id);
        }
        if self.metadata_order.len() > METADATA_CAPACITY
            && let Some(oldest) = self.metadata_order.pop_front()
        {
            self.metadata.remove(&oldest);
        }
    }

    pub(super) fn step(&mut self, step: ViewerStep) {
        // Whoever comes back to an image may have better luck with it.
        self.without_parts.retain(|_, error| is_final(error));
        let last = self.len().saturating_sub(1);
        let to = match step {
            ViewerStep::By(by) => self.focus().saturating_add_signed(by).min(last),
            ViewerStep::To(position) => position.min(last),
            ViewerStep::First => 0,
            ViewerStep::Last => last,
        };
        self.place_focus(to);
    }
}

/// Adds the windows that are not there yet. Only ever a few: see [`WINDOWS_LATER`].
fn add_new(windows: &mut Vec<ListingWindow>, more: Vec<ListingWindow>) {
    for window in more.into_iter().take(WINDOWS_LATER) {
        if !windows.contains(&window) {
            windows.push(window);
        }
    }
}
