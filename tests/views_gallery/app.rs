//! Grid, viewer and panel with a state made by hand, and no backend.

use egui::vec2;
use egui_kittest::Harness;
use jiff::{Timestamp, ToSpan as _};
use salon::domain::{
    ByteCount, ListingWindow, PageIndex, Person, PixelSize, Room, RoomId, RoomKind, Upload,
    UploadId, UploadPage, UserId,
};
use salon::protocol::{
    DecodedImage, Event, ImageFailure, ImageRequest, ImageSize, ImageSubject, Settings, WantedImage,
};
use salon::state::{Action, AppState, Effect, Gallery, Phase, Shown};
use salon::ui::theme::Palette;
use salon::ui::{
    ActionQueue, TextureStore, ThumbnailGrid, ViewContext, Viewer, WishList, details_panel_ui,
};

pub(crate) const TOTAL: usize = 243;

pub(crate) struct App {
    pub(crate) state: AppState,
    pub(crate) textures: Option<TextureStore>,
    pub(crate) grid: ThumbnailGrid,
    viewer: Viewer,
    pub(crate) done: Vec<Action>,
    pub(crate) missing: Vec<WantedImage>,
}

impl App {
    fn ui(&mut self, ui: &mut egui::Ui) {
        let textures = self
            .textures
            .get_or_insert_with(|| TextureStore::new(ui.ctx().clone()));
        textures.begin_frame();
        let (actions, wishes) = (ActionQueue::default(), WishList::default());
        let cx = ViewContext {
            state: &self.state,
            textures,
            actions: &actions,
            wishes: &wishes,
            palette: &Palette::LIGHT,
        };
        let gallery = self.state.gallery.as_ref().unwrap();
        if self.state.settings.is_panel_open {
            egui::Panel::right("panel")
                .exact_size(296.0)
                .show(ui, |ui| details_panel_ui(ui, cx, gallery));
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            if gallery.is_viewer_open {
                self.viewer.keys(ui, cx, gallery);
                self.viewer.ui(ui, cx, gallery);
            } else {
                self.grid.keys(ui, cx, gallery);
                self.grid.ui(ui, cx, gallery);
            }
        });
        let room = self
            .state
            .gallery
            .as_ref()
            .map(|gallery| gallery.room.id.clone());
        let visible = self.grid.visible();
        (self.missing, _) = wishes.take();
        let missing = self.missing.clone();
        let mut done = actions.take();
        self.done.extend(done.iter().cloned());
        done.push(Action::Show(Shown {
            room,
            visible,
            missing,
        }));
        for action in done {
            let effects = self.state.on_action(action);
            self.perform(effects);
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match (effect, &mut self.textures) {
                (Effect::StoreTexture { request, image }, Some(textures)) => {
                    textures.store(request, &image);
                }
                (Effect::PictureMissing(request), Some(textures)) => {
                    textures.mark_missing(request);
                }
                _ => {}
            }
        }
    }

    pub(crate) fn on_event(&mut self, event: Event) {
        let effects = self.state.on_event(event);
        self.perform(effects);
    }

    pub(crate) fn fails(&mut self, request: ImageRequest, error: ImageFailure) {
        self.on_event(Event::ImageFailed { request, error });
    }

    pub(crate) fn gallery(&self) -> &Gallery {
        self.state.gallery.as_ref().unwrap()
    }

    pub(crate) fn load(&mut self, page: usize, total: usize) {
        let first = page * 100;
        let uploads = (first..total.min(first + 100)).map(upload).collect();
        self.load_these(page, total, uploads);
    }

    pub(crate) fn load_these(&mut self, page: usize, total: usize, uploads: Vec<Upload>) {
        let event = Event::PageLoaded {
            generation: self.state.generation,
            window: ListingWindow::Page(PageIndex(page)),
            anchor: self.gallery().listing.anchor().cloned(),
            result: Ok(UploadPage {
                uploads,
                total,
                hidden_count: 0,
                is_anchor_lost: false,
            }),
        };
        self.on_event(event);
    }

    pub(crate) fn chosen(&self) -> Vec<usize> {
        let gallery = self.gallery();
        let is_chosen = |position: &usize| {
            gallery
                .selection
                .contains_position(*position, &gallery.listing)
        };
        (0..gallery.listing.len()).filter(is_chosen).collect()
    }

    pub(crate) fn focus(&self) -> usize {
        self.gallery().selection.focus()
    }
}

/// Ten images a day, the newest on 20 March 2024.
pub(crate) fn upload(number: usize) -> Upload {
    let noon: Timestamp = "2024-03-20T12:00:00Z".parse().unwrap();
    let number_i64 = i64::try_from(number).unwrap();
    let ago = (number_i64 / 10 * 24).hours().minutes(number_i64 % 10);
    let (user, name) = if number.is_multiple_of(3) {
        ("u1", "Anna Schmidt")
    } else {
        ("u2", "Bo Chen")
    };
    Upload {
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(1_000_000)),
        dimensions: Some(PixelSize::new(1600, 1200)),
        user: Some(UserId::from(user)),
        uploader: Some(Person {
            id: UserId::from(user),
            username: Some(user.to_owned()),
            name: Some(name.to_owned()),
        }),
        uploaded_at: Some(noon - ago),
        store: Some("GridFS:Uploads".to_owned()),
        ..Upload::new(
            UploadId::from(format!("id{number}")),
            RoomId::from("r1"),
            format!("image-{number:03}.jpg"),
        )
    }
}

pub(crate) fn room() -> Room {
    Room {
        slug: Some("support".to_owned()),
        ..Room::new(RoomId::from("r1"), RoomKind::Channel, "support")
    }
}

pub(crate) fn harness_of(room: Room) -> Harness<'static, App> {
    let (mut state, _) = AppState::new(Settings::default(), "/tmp".into());
    state.phase = Phase::SignedIn;
    state.gallery = Some(Gallery::new(room));
    let app = App {
        state,
        textures: None,
        grid: ThumbnailGrid::default(),
        viewer: Viewer::default(),
        done: Vec::new(),
        missing: Vec::new(),
    };
    let mut harness = Harness::builder()
        .with_size(vec2(1000.0, 1200.0))
        .allow_missing_glyphs()
        .with_step_dt(0.05)
        .build_ui_state(|ui, app: &mut App| app.ui(ui), app);
    salon::ui::theme::set_options(&harness.ctx);
    harness.run_steps(8);
    harness
}

/// A room with all of its pages read.
pub(crate) fn harness() -> Harness<'static, App> {
    let mut harness = harness_of(room());
    for page in 0..3 {
        harness.state_mut().load(page, TOTAL);
    }
    harness.run_steps(8);
    harness
}

pub(crate) fn picture(app: &mut App, number: usize, size: ImageSize, side: u32) {
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from(format!("id{number}"))),
        size,
    };
    decoded(app, request, PixelSize::new(side, side));
}

fn decoded(app: &mut App, request: ImageRequest, size: PixelSize) {
    let image = gray(size);
    app.on_event(Event::ImageDecoded { request, image });
}

pub(crate) fn gray(size: PixelSize) -> DecodedImage {
    let count = usize::try_from(size.area() * 4).unwrap();
    DecodedImage {
        size,
        original_size: size,
        pixels: vec![200_u8; count].into(),
        format: "JPEG",
        is_animated: false,
    }
}
