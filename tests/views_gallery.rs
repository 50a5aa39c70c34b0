//! Grid, viewer and details panel on a state made by hand: what people do, and what comes of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

use egui::{Key, Modifiers, Pos2, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use salon::domain::{
    ByteCount, ListingWindow, PageIndex, Person, PixelSize, Room, RoomId, RoomKind, Upload,
    UploadId, UploadPage, UserId,
};
use salon::protocol::{
    ClientError, DecodedImage, DownloadError, Event, Histogram, ImageError, ImageFailure,
    ImageRequest, ImageSize, ImageSubject, Metadata, OpenTarget, Playback, Position, Settings,
    Tile, WantedImage,
};
use salon::state::{Action, AppState, Effect, Gallery, Phase, Shown};
use salon::ui::theme::Palette;
use salon::ui::{
    ActionQueue, TextureStore, ThumbnailGrid, ViewContext, Viewer, WishList, details_panel_ui,
};

const TOTAL: usize = 243;

struct App {
    state: AppState,
    textures: Option<TextureStore>,
    grid: ThumbnailGrid,
    viewer: Viewer,
    done: Vec<Action>,
    missing: Vec<WantedImage>,
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

    fn on_event(&mut self, event: Event) {
        let effects = self.state.on_event(event);
        self.perform(effects);
    }

    fn fails(&mut self, request: ImageRequest, error: ImageFailure) {
        self.on_event(Event::ImageFailed { request, error });
    }

    fn gallery(&self) -> &Gallery {
        self.state.gallery.as_ref().unwrap()
    }

    fn load(&mut self, page: usize, total: usize) {
        let first = page * 100;
        let uploads = (first..total.min(first + 100)).map(upload).collect();
        self.load_these(page, total, uploads);
    }

    fn load_these(&mut self, page: usize, total: usize, uploads: Vec<Upload>) {
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

    fn chosen(&self) -> Vec<usize> {
        let gallery = self.gallery();
        let is_chosen = |position: &usize| {
            gallery
                .selection
                .contains_position(*position, &gallery.listing)
        };
        (0..gallery.listing.len()).filter(is_chosen).collect()
    }

    fn focus(&self) -> usize {
        self.gallery().selection.focus()
    }
}

/// Ten images a day, the newest on 20 March 2024.
fn upload(number: usize) -> Upload {
    let noon: Timestamp = "2024-03-20T12:00:00Z".parse().unwrap();
    let number_i64 = i64::try_from(number).unwrap();
    let ago = (number_i64 / 10 * 24).hours().minutes(number_i64 % 10);
    let (user, name) = if number.is_multiple_of(3) {
        ("u1", "Anna Schmidt")
    } else {
        ("u2", "Bo Chen")
    };
    Upload {
        id: UploadId::from(format!("id{number}")),
        room: RoomId::from("r1"),
        name: format!("image-{number:03}.jpg"),
        media_type: "image/jpeg".to_owned(),
        size: Some(ByteCount(1_000_000)),
        dimensions: Some(PixelSize::new(1600, 1200)),
        identified_format: None,
        user: Some(UserId::from(user)),
        uploader: Some(Person {
            id: UserId::from(user),
            username: Some(user.to_owned()),
            name: Some(name.to_owned()),
        }),
        uploaded_at: Some(noon - ago),
        updated_at: None,
        store: Some("GridFS:Uploads".to_owned()),
        description: None,
        path: None,
        etag: None,
    }
}

fn room() -> Room {
    Room {
        id: RoomId::from("r1"),
        subscription: None,
        kind: RoomKind::Channel,
        is_team: false,
        discussion_of: None,
        title: "support".to_owned(),
        slug: Some("support".to_owned()),
        other_username: None,
        topic: None,
        avatar_etag: None,
        is_favorite: false,
        is_archived: false,
        is_encrypted: false,
        is_hidden: false,
        unread_count: 0,
        last_activity: None,
    }
}

fn harness_of(room: Room) -> Harness<'static, App> {
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
fn harness() -> Harness<'static, App> {
    let mut harness = harness_of(room());
    for page in 0..3 {
        harness.state_mut().load(page, TOTAL);
    }
    harness.run_steps(8);
    harness
}

fn name_of(number: usize) -> String {
    format!("image-{number:03}.jpg, from")
}

fn rect_of(harness: &Harness<'_, App>, number: usize) -> Rect {
    harness.get_by_label_contains(&name_of(number)).rect()
}

fn click(harness: &mut Harness<'_, App>, number: usize, modifiers: Modifiers) {
    let at = rect_of(harness, number).center();
    click_at(harness, at, modifiers);
}

fn click_at(harness: &mut Harness<'_, App>, at: Pos2, modifiers: Modifiers) {
    harness.hover_at(at);
    harness.step();
    press(harness, at, &Button::Down, modifiers);
    press(harness, at, &Button::Up, modifiers);
    // Two clicks in a row are a double click otherwise.
    for _ in 0..10 {
        harness.step();
    }
}

enum Button {
    Down,
    Up,
}

fn press(harness: &mut Harness<'_, App>, at: Pos2, button: &Button, modifiers: Modifiers) {
    let pressed = matches!(button, Button::Down);
    let event = egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers,
    };
    if modifiers.is_none() {
        harness.event(event);
    } else {
        harness.event_modifiers(event, modifiers);
    }
    harness.step();
}

fn key(harness: &mut Harness<'_, App>, key: Key, modifiers: Modifiers) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(8);
}

fn drag(harness: &mut Harness<'_, App>, from: Pos2, to: Pos2, modifiers: Modifiers) {
    harness.hover_at(from);
    harness.step();
    press(harness, from, &Button::Down, modifiers);
    for part in 1..=5_u8 {
        harness.hover_at(from.lerp(to, f32::from(part) / 5.0));
        harness.step();
    }
}

fn drop(harness: &mut Harness<'_, App>, at: Pos2) {
    press(harness, at, &Button::Up, Modifiers::NONE);
    harness.run_steps(8);
}

#[test]
fn a_click_selects_only_that_image_and_opens_nothing() {
    let mut harness = harness();
    click(&mut harness, 1, Modifiers::NONE);
    click(&mut harness, 2, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [2]);
    assert!(!harness.state().gallery().is_viewer_open);
}

#[test]
fn ctrl_toggles_and_shift_takes_the_range_across_days() {
    let mut harness = harness();
    click(&mut harness, 1, Modifiers::NONE);
    click(&mut harness, 3, Modifiers::COMMAND);
    assert_eq!(harness.state().chosen(), [1, 3]);
    click(&mut harness, 1, Modifiers::COMMAND);
    assert_eq!(harness.state().chosen(), [3]);
    click(&mut harness, 12, Modifiers::SHIFT);
    let range: Vec<usize> = (1..=12).collect();
    assert_eq!(harness.state().chosen(), range);
}

#[test]
fn ctrl_and_shift_add_a_range() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    click(&mut harness, 4, Modifiers::COMMAND);
    click(&mut harness, 6, Modifiers::COMMAND | Modifiers::SHIFT);
    assert_eq!(harness.state().chosen(), [0, 4, 5, 6]);
}

#[test]
fn the_check_circle_toggles_without_keys() {
    let mut harness = harness();
    for number in [0, 2] {
        let corner = rect_of(&harness, number).min + vec2(14.0, 14.0);
        click_at(&mut harness, corner, Modifiers::NONE);
    }
    assert_eq!(harness.state().chosen(), [0, 2]);
    let corner = rect_of(&harness, 0).min + vec2(14.0, 14.0);
    click_at(&mut harness, corner, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [2]);
}

#[test]
fn empty_space_clears_and_a_day_is_toggled_by_its_header() {
    let mut harness = harness();
    let header = harness
        .get_by_label_contains("Select Wednesday 20 March 2024")
        .rect();
    let words = pos2(header.left() + 40.0, header.center().y);
    click_at(&mut harness, words, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), (0..10).collect::<Vec<_>>());
    let right_of_header = pos2(600.0, header.center().y);
    click_at(&mut harness, right_of_header, Modifiers::NONE);
    assert!(harness.state().chosen().is_empty());
}

#[test]
fn a_double_click_opens_and_the_next_image_is_the_next_tile() {
    let mut harness = harness();
    let at = rect_of(&harness, 4).center();
    harness.hover_at(at);
    harness.step();
    for button in [Button::Down, Button::Up, Button::Down, Button::Up] {
        press(&mut harness, at, &button, Modifiers::NONE);
    }
    harness.run_steps(3);
    assert!(harness.state().gallery().is_viewer_open);
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 5);
    harness.get_by_label_contains(", 6 of 243");
}

#[test]
fn a_rubber_band_selects_what_it_touches() {
    let mut harness = harness();
    let from = pos2(4.0, rect_of(&harness, 0).center().y);
    let to = rect_of(&harness, 1).center();
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [0, 1]);
    drop(&mut harness, to);
    assert_eq!(harness.state().chosen(), [0, 1]);
}

#[test]
fn a_band_that_is_given_up_leaves_the_selection_as_it_was() {
    let mut harness = harness();
    click(&mut harness, 6, Modifiers::NONE);
    let from = pos2(4.0, rect_of(&harness, 0).center().y);
    let to = rect_of(&harness, 1).center();
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [0, 1]);
    harness.key_press(Key::Escape);
    harness.step();
    harness.step();
    assert_eq!(harness.state().chosen(), [6]);
}

#[test]
fn a_drag_from_an_image_is_never_a_band() {
    let mut harness = harness();
    let from = rect_of(&harness, 0).center();
    let to = rect_of(&harness, 6).center();
    drag(&mut harness, from, to, Modifiers::NONE);
    drop(&mut harness, to);
    let is_band = |action: &Action| matches!(action, Action::StartBand(_));
    assert!(!harness.state().done.iter().any(is_band));
}

#[test]
fn arrows_move_and_select_and_modifiers_change_that() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [1]);
    key(&mut harness, Key::ArrowRight, Modifiers::SHIFT);
    assert_eq!(harness.state().chosen(), [1, 2]);
    key(&mut harness, Key::ArrowRight, Modifiers::COMMAND);
    assert_eq!(
        (harness.state().focus(), harness.state().chosen().len()),
        (3, 2)
    );
    key(&mut harness, Key::Space, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [1, 2, 3]);
    key(&mut harness, Key::Escape, Modifiers::NONE);
    assert!(harness.state().chosen().is_empty());
    assert_eq!(harness.state().focus(), 3);
}

#[test]
fn down_keeps_the_column() {
    let mut harness = harness();
    click(&mut harness, 1, Modifiers::NONE);
    let x = rect_of(&harness, 1).center().x;
    for _ in 0..3 {
        key(&mut harness, Key::ArrowDown, Modifiers::NONE);
        let focus = harness.state().focus();
        assert!((rect_of(&harness, focus).center().x - x).abs() < 1.0);
    }
}

#[test]
fn page_down_moves_one_screen_and_keeps_the_focus_in_sight() {
    let mut harness = harness();
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    let focus = harness.state().focus();
    assert!((4..40).contains(&focus), "{focus}");
    let tile = rect_of(&harness, focus);
    assert!(tile.top() >= 0.0 && tile.bottom() <= 1200.0, "{tile:?}");
}

#[test]
fn end_goes_to_the_last_image_of_a_room_that_is_partly_read() {
    let mut harness = harness_of(room());
    harness.state_mut().load(0, TOTAL);
    harness.run_steps(8);
    key(&mut harness, Key::End, Modifiers::NONE);
    assert_eq!(harness.state().focus(), TOTAL - 1);
    assert!(harness.state().grid.visible().contains(&(TOTAL - 1)));
    harness.state_mut().load(2, TOTAL);
    harness.run_steps(8);
    assert_eq!(harness.state().focus(), TOTAL - 1);
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 0);
    assert!(harness.state().grid.visible().contains(&0));
}

#[test]
fn what_one_looks_at_stays_in_place_when_a_page_above_it_arrives() {
    let mut harness = harness_of(room());
    harness.state_mut().load(0, TOTAL);
    harness.state_mut().load(2, TOTAL);
    harness.run_steps(8);
    key(&mut harness, Key::End, Modifiers::NONE);
    let before = rect_of(&harness, TOTAL - 1);
    harness.state_mut().load(1, TOTAL);
    harness.run_steps(8);
    let after = rect_of(&harness, TOTAL - 1);
    assert!(
        (before.top() - after.top()).abs() < 1.0,
        "{before:?} {after:?}"
    );
}

#[test]
fn enter_opens_and_the_focus_returns_to_the_last_image_seen() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    assert!(harness.state().gallery().is_viewer_open);
    for _ in 0..4 {
        key(&mut harness, Key::PageDown, Modifiers::NONE);
    }
    key(&mut harness, Key::Escape, Modifiers::NONE);
    assert!(!harness.state().gallery().is_viewer_open);
    assert_eq!(harness.state().focus(), 40);
    assert!(harness.state().grid.visible().contains(&40));
    let tile = rect_of(&harness, 40);
    assert!(tile.top() >= 0.0 && tile.bottom() <= 1200.0, "{tile:?}");
}

#[test]
fn the_viewer_takes_its_image_first_and_its_neighbours_next() {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    harness.run_steps(8);
    let wanted: Vec<&str> = harness
        .state()
        .missing
        .iter()
        .filter(|wanted| matches!(wanted.request.size, ImageSize::Full { .. }))
        .filter_map(|wanted| Some(wanted.upload.as_ref()?.id.as_str()))
        .collect();
    assert_eq!(wanted, ["id5", "id6", "id7", "id4"]);

    // The other way round when one steps back.
    key(&mut harness, Key::ArrowLeft, Modifiers::NONE);
    let wanted = full_requests(harness.state());
    let ids: Vec<String> = wanted.iter().map(id_of).collect();
    assert_eq!(ids, ["id4", "id3", "id2", "id5"]);
}

/// Room 0 in the viewer, images of this size, and a graphics card that can hold them.
fn viewer_of_large(size: PixelSize) -> Harness<'static, App> {
    let mut harness = harness_of(room());
    harness.input_mut().max_texture_side = Some(16_384);
    let uploads = (0..3).map(|number| Upload {
        dimensions: Some(size),
        ..upload(number)
    });
    let uploads = uploads.collect();
    harness.state_mut().load_these(0, 3, uploads);
    harness.run_steps(8);
    click(&mut harness, 1, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    harness
}

fn id_of(request: &ImageRequest) -> String {
    match &request.subject {
        ImageSubject::Upload(id) => id.to_string(),
        other => panic!("{other:?}"),
    }
}

fn full_requests(app: &App) -> Vec<ImageRequest> {
    let is_full = |wanted: &&WantedImage| matches!(wanted.request.size, ImageSize::Full { .. });
    let wanted = app.missing.iter().filter(is_full);
    wanted.map(|wanted| wanted.request.clone()).collect()
}

#[test]
fn three_images_of_24_megapixels_come_to_rest_with_the_one_in_view_shown() {
    let size = PixelSize::new(6000, 4000);
    let mut harness = viewer_of_large(size);
    let mut decoded_count = 0;
    for turn in [None, Some(Key::ArrowRight), Some(Key::ArrowLeft)] {
        if let Some(turn) = turn {
            key(&mut harness, turn, Modifiers::NONE);
        }
        for _ in 0..6 {
            for request in full_requests(harness.state()) {
                decoded_view(harness.state_mut(), request, size);
                decoded_count += 1;
            }
            harness.run_steps(2);
        }
        assert_eq!(full_requests(harness.state()), Vec::new(), "at rest");
    }
    assert_eq!(decoded_count, 3);
}

/// The picture as it is asked for: as large as the window, of an original of this size.
fn decoded_view(app: &mut App, request: ImageRequest, original_size: PixelSize) {
    let ImageSize::Full { max_edge_px } = request.size else {
        panic!("{request:?}");
    };
    let size = original_size.fit_within(max_edge_px);
    assert!(size.area() * 4 <= 16 * 1024 * 1024, "{size}");
    let image = DecodedImage {
        original_size,
        ..gray(size)
    };
    app.on_event(Event::ImageDecoded { request, image });
}

fn tile_requests(app: &App) -> Vec<(ImageRequest, Tile)> {
    let tiles = app.missing.iter().filter_map(|wanted| {
        let ImageSize::Tile(tile) = wanted.request.size else {
            return None;
        };
        Some((wanted.request.clone(), tile))
    });
    tiles.collect()
}

/// Everything that is asked for comes; answers how many tiles that were.
fn tiles_come(harness: &mut Harness<'_, App>, original_size: PixelSize) -> usize {
    let mut count = 0;
    for _ in 0..40 {
        let tiles = tile_requests(harness.state());
        if tiles.is_empty() {
            return count;
        }
        for (request, tile) in tiles {
            let size = tile.area_with_margin(original_size).unwrap().size;
            let image = DecodedImage {
                original_size,
                ..gray(size)
            };
            harness
                .state_mut()
                .on_event(Event::ImageDecoded { request, image });
            count += 1;
        }
        harness.run_steps(1);
    }
    panic!("tiles are asked for without end");
}

#[test]
fn an_image_of_108_megapixels_is_sharp_where_one_looks_closely_and_only_there() {
    let size = PixelSize::new(12_000, 9000);
    let mut harness = viewer_of_large(size);
    for request in full_requests(harness.state()) {
        decoded_view(harness.state_mut(), request, size);
    }
    harness.run_steps(10);
    assert_eq!(
        tile_requests(harness.state()),
        [],
        "the whole of it is sharp enough"
    );
    for (zoom, level) in [
        (Key::Num1, 0),
        (Key::Num2, 0),
        (Key::Num0, 3),
        (Key::Plus, 3),
    ] {
        key(&mut harness, zoom, Modifiers::NONE);
        let tiles = tile_requests(harness.state());
        let is_sharp = matches!(zoom, Key::Num0 | Key::Num2);
        assert_eq!(tiles.is_empty(), is_sharp, "{zoom:?}");
        assert!(
            tiles.iter().all(|(_, tile)| tile.level == level),
            "{tiles:?}"
        );
        let count = tiles_come(&mut harness, size);
        // 1000 × 1200 pixels are seen.
        assert!(count <= 4 * 4, "{zoom:?}: {count}");
    }
    // Along all of the image: what was seen goes, what is seen stays.
    key(&mut harness, Key::Num1, Modifiers::NONE);
    for _ in 0..60 {
        key(&mut harness, Key::ArrowDown, Modifiers::NONE);
        tiles_come(&mut harness, size);
    }
    let textures = harness.state().textures.as_ref().unwrap();
    assert!(textures.len_bytes() <= textures.budget_bytes());
}

#[test]
fn whoever_steps_on_at_once_never_pays_for_all_pixels() {
    let size = PixelSize::new(6000, 4000);
    let mut harness = viewer_of_large(size);
    for request in full_requests(harness.state()) {
        let ImageSize::Full { max_edge_px } = request.size else {
            panic!("{request:?}");
        };
        // Smaller than asked for, as a quick decode gives it.
        let image = DecodedImage {
            original_size: size,
            ..gray(size.fit_within(max_edge_px / 2))
        };
        let event = Event::ImageDecoded { request, image };
        harness.state_mut().on_event(event);
    }
    for turn in [Key::ArrowRight, Key::ArrowLeft, Key::ArrowLeft] {
        harness.key_press(turn);
        harness.step();
        assert_eq!(tile_requests(harness.state()), []);
    }
    // Whoever stays sees what was missing.
    harness.run_steps(8);
    assert!(!tile_requests(harness.state()).is_empty());
}

#[test]
fn a_screenshot_of_40000_rows_fills_the_width_in_tiles() {
    let size = PixelSize::new(2000, 40_000);
    let mut harness = viewer_of_large(size);
    for request in full_requests(harness.state()) {
        decoded_view(harness.state_mut(), request, size);
    }
    harness.run_steps(10);
    key(&mut harness, Key::W, Modifiers::NONE);
    let tiles = tile_requests(harness.state());
    assert!(!tiles.is_empty());
    // From the top, at half of its size.
    assert!(
        tiles
            .iter()
            .all(|(_, tile)| tile.level == 1 && tile.row <= 2),
        "{tiles:?}"
    );
}

/// Image 5 in the viewer, with three frames of 120 ms.
fn viewer_of_moving() -> Harness<'static, App> {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    for request in full_requests(harness.state()) {
        let image = DecodedImage {
            is_animated: true,
            format: "GIF",
            ..gray(PixelSize::new(300, 200))
        };
        harness
            .state_mut()
            .on_event(Event::ImageDecoded { request, image });
    }
    let playback = Some(Playback {
        delays: vec![std::time::Duration::from_millis(120); 3],
        n_plays: None,
    });
    harness.state_mut().on_event(Event::MetadataRead {
        upload: UploadId::from("id5"),
        metadata: Box::new(Metadata {
            playback,
            ..Metadata::default()
        }),
    });
    harness.run_steps(2);
    harness
}

/// The frames that are asked for come; answers which.
fn frames_come(harness: &mut Harness<'_, App>) -> Vec<u32> {
    let mut indices = Vec::new();
    for wanted in harness.state().missing.clone() {
        let ImageSize::Frame { index, max_edge_px } = wanted.request.size else {
            continue;
        };
        assert_eq!(max_edge_px, 300);
        let request = wanted.request;
        let image = gray(PixelSize::new(300, 200));
        harness
            .state_mut()
            .on_event(Event::ImageDecoded { request, image });
        indices.push(index);
    }
    indices
}

#[test]
fn an_animation_plays_pauses_and_steps() {
    let mut harness = viewer_of_moving();
    assert_eq!(frames_come(&mut harness), [0, 1, 2]);
    for label in [
        "Frame 1 of 3",
        "Frame 2 of 3",
        "Frame 3 of 3",
        "Frame 1 of 3",
    ] {
        let mut n_steps = 0;
        while harness.query_by_label(label).is_none() {
            harness.step();
            n_steps += 1;
            // 120 ms in steps of 50, and one in which it begins.
            assert!(n_steps <= 4, "{label}");
        }
    }
    key(&mut harness, Key::K, Modifiers::NONE);
    harness.get_by_label("Play (K)");
    let at_rest = |harness: &Harness<'_, App>| {
        ["Frame 1 of 3", "Frame 2 of 3", "Frame 3 of 3"]
            .iter()
            .position(|label| harness.query_by_label(label).is_some())
            .unwrap()
    };
    let rests = at_rest(&harness);
    harness.run_steps(10);
    assert_eq!(at_rest(&harness), rests);
    key(&mut harness, Key::Period, Modifiers::NONE);
    assert_eq!(at_rest(&harness), (rests + 1) % 3);
    key(&mut harness, Key::Comma, Modifiers::NONE);
    key(&mut harness, Key::Comma, Modifiers::NONE);
    assert_eq!(at_rest(&harness), (rests + 2) % 3);
    // It is over with the image.
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    harness.run_steps(4);
    assert!(harness.query_by_label("Play (K)").is_none());
    let is_frame = |wanted: &&WantedImage| matches!(wanted.request.size, ImageSize::Frame { .. });
    assert_eq!(harness.state().missing.iter().filter(is_frame).count(), 0);
}

#[test]
fn a_damaged_end_leaves_the_frames_before_it() {
    let mut harness = viewer_of_moving();
    let last = harness
        .state()
        .missing
        .iter()
        .find(|wanted| matches!(wanted.request.size, ImageSize::Frame { index: 2, .. }));
    let request = last.unwrap().request.clone();
    frames_come(&mut harness);
    let error = ImageFailure::Decode(ImageError::Truncated);
    harness.state_mut().fails(request, error);
    harness.run_steps(30);
    let is_there = |label| harness.query_by_label(label).is_some();
    assert!(is_there("Frame 1 of 2") || is_there("Frame 2 of 2"));
    assert!(
        harness
            .state()
            .gallery()
            .failure(&UploadId::from("id5"))
            .is_none()
    );
}

#[test]
fn in_the_viewer_x_chooses() {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    key(&mut harness, Key::Space, Modifiers::NONE);
    key(&mut harness, Key::X, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [5, 6]);
}

fn picture(app: &mut App, number: usize, size: ImageSize, side: u32) {
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

fn gray(size: PixelSize) -> DecodedImage {
    let count = usize::try_from(size.area() * 4).unwrap();
    DecodedImage {
        size,
        original_size: size,
        pixels: vec![200_u8; count].into(),
        format: "JPEG",
        is_animated: false,
    }
}

#[test]
fn zoomed_in_an_arrow_moves_the_image_and_at_its_edge_turns_the_page() {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    let max_edge_px = 2048;
    picture(
        harness.state_mut(),
        5,
        ImageSize::Full { max_edge_px },
        1000,
    );
    harness.run_steps(8);
    key(&mut harness, Key::Num2, Modifiers::NONE);
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 5);
    for _ in 0..20 {
        key(&mut harness, Key::ArrowRight, Modifiers::NONE);
        if harness.state().focus() != 5 {
            break;
        }
    }
    assert_eq!(harness.state().focus(), 6);
}

#[test]
fn a_failed_tile_says_why_and_tries_again_on_a_click() {
    let mut harness = harness();
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from("id2")),
        size: ImageSize::Thumbnail { edge_px: 192 },
    };
    let error = ImageFailure::Download(DownloadError::Deleted);
    harness
        .state_mut()
        .on_event(Event::ImageFailed { request, error });
    harness.run_steps(8);
    let tile = harness
        .get_by_label_contains("failed: Deleted on the server")
        .rect();
    let icon = tile.center() - vec2(0.0, 16.0);
    click_at(&mut harness, icon, Modifiers::NONE);
    let is_retry = |action: &Action| matches!(action, Action::RetryImages(ids) if ids[..] == [UploadId::from("id2")]);
    assert!(harness.state().done.iter().any(is_retry));
}

#[test]
fn a_room_that_keeps_its_files_asks_for_no_picture() {
    let mut harness = harness();
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from("id2")),
        size: ImageSize::Thumbnail { edge_px: 192 },
    };
    let error = ImageFailure::Download(DownloadError::Forbidden);
    harness
        .state_mut()
        .on_event(Event::ImageFailed { request, error });
    harness.run_steps(8);
    assert!(harness.state().missing.is_empty());
}

#[test]
fn empty_failed_and_encrypted_rooms_say_so() {
    let mut empty = harness_of(room());
    empty.state_mut().load(0, 0);
    empty.run_steps(8);
    empty.get_by_label("No images in #support yet.");

    let mut failed = harness_of(room());
    let event = Event::PageLoaded {
        generation: failed.state().state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Err(ClientError::TimedOut),
    };
    failed.state_mut().on_event(event);
    failed.run_steps(8);
    failed.get_by_label("The server does not answer");
    failed.get_by_label("Try again").click();
    failed.run_steps(8);
    let is_retry = |action: &Action| matches!(action, Action::RetryAllFailed);
    assert!(failed.state().done.iter().any(is_retry));

    let mut encrypted = harness_of(Room {
        is_encrypted: true,
        ..room()
    });
    encrypted.state_mut().load(0, 0);
    encrypted.run_steps(8);
    encrypted.get_by_label("This room is end-to-end encrypted");
}

#[test]
fn the_grid_is_a_list_with_a_name_and_tiles_start_with_what_differs() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    harness.get_by_label("Images in #support, newest first, 243");
    let time = upload(0).uploaded_at.unwrap().to_zoned(TimeZone::system());
    let spoken = time.strftime("%A %-d %B %Y %H:%M");
    let name = format!("image-000.jpg, from Anna Schmidt, {spoken}, selected");
    let tile = harness.get_by_label(&name);
    assert_eq!(tile.accesskit_node().role(), egui::Role::ListBoxOption);
}

#[test]
fn the_panel_shows_what_server_and_file_say_and_copies_it() {
    let mut harness = harness();
    harness.state_mut().state.settings.is_panel_open = true;
    harness.run_steps(2);
    click(&mut harness, 3, Modifiers::NONE);
    let asks_for_metadata = |wanted: &WantedImage| wanted.request.size == ImageSize::Metadata;
    assert!(harness.state().missing.iter().any(asks_for_metadata));
    harness.get_by_label("Reading the file…");

    let metadata = Metadata {
        format: Some("PNG"),
        camera: Some("Pentax K-1".to_owned()),
        iso: Some(200),
        position: Some(Position {
            latitude: 48.1372,
            longitude: 11.5755,
            altitude_m: None,
        }),
        ..Metadata::default()
    };
    harness.state_mut().on_event(Event::MetadataRead {
        upload: UploadId::from("id3"),
        metadata: Box::new(metadata),
    });
    harness.run_steps(8);
    for words in [
        "id3",
        "GridFS:Uploads",
        "Pentax K-1",
        "ISO 200",
        "PNG, posted as JPEG",
    ] {
        harness.get_by_label(words);
    }
    harness.get_by_label("Show on OpenStreetMap").click();
    harness.step();
    harness.step();
    let is_map = |action: &Action| {
        matches!(action, Action::Open(OpenTarget::Web(link))
            if link.starts_with("https://www.openstreetmap.org/?mlat=48.137200&mlon=11.575500"))
    };
    assert!(harness.state().done.iter().any(is_map));
}

#[test]
fn the_panel_draws_how_bright_an_image_is_and_says_it_in_words() {
    let mut harness = harness();
    harness.state_mut().state.settings.is_panel_open = true;
    harness.run_steps(2);
    click(&mut harness, 3, Modifiers::NONE);
    let pixels: Vec<u8> = (0..100_u8)
        .flat_map(|n| if n < 60 { [0, 0, 0, 255] } else { [255; 4] })
        .collect();
    let size = PixelSize::new(10, 10);
    let histogram = Histogram::of(&DecodedImage {
        size,
        original_size: size,
        pixels: pixels.into(),
        format: "PNG",
        is_animated: false,
    });
    let metadata = Metadata {
        format: Some("PNG"),
        title: Some("Four corners".to_owned()),
        rating: Some(3),
        keywords: vec!["corner".to_owned(), "colour".to_owned()],
        histogram: Some(histogram),
        ..Metadata::default()
    };
    harness.state_mut().on_event(Event::MetadataRead {
        upload: UploadId::from("id3"),
        metadata: Box::new(metadata),
    });
    harness.run_steps(8);
    for words in [
        "Four corners",
        "★★★☆☆ 3 of 5",
        "corner, colour",
        "Histogram",
    ] {
        harness.get_by_label(words);
    }
    let name = "Histogram: half of the pixels are darker than 1 %, 60 % black, 40 % white";
    let drawn = harness.get_by_label(name);
    assert_eq!(drawn.accesskit_node().role(), egui::Role::Image);
    assert!(drawn.rect().width() > 200.0);
}

#[test]
fn the_panel_hashes_the_file_when_asked_and_says_what_came_of_it() {
    let mut harness = harness();
    harness.state_mut().state.settings.is_panel_open = true;
    harness.run_steps(2);
    click(&mut harness, 3, Modifiers::NONE);
    let ask = |harness: &mut Harness<'_, App>| {
        let button = harness.get_by_label("SHA-256").rect().center();
        click_at(harness, button, Modifiers::NONE);
        harness.run_steps(2);
    };
    ask(&mut harness);
    let asks = |harness: &Harness<'_, App>| {
        let done = harness.state().done.iter();
        done.filter(|action| matches!(action, Action::ComputeSha256(upload) if upload.id == UploadId::from("id3")))
            .count()
    };
    assert_eq!(asks(&harness), 1);
    harness.get_by_label("Computing SHA-256…");
    let answer = |result| Event::Sha256Computed {
        upload: UploadId::from("id3"),
        result,
    };
    let failed = answer(Err(ImageFailure::Download(DownloadError::Deleted)));
    harness.state_mut().on_event(failed);
    harness.run_steps(2);
    ask(&mut harness);
    assert_eq!(asks(&harness), 2);
    let digest = "ab".repeat(32);
    harness.state_mut().on_event(answer(Ok(digest.clone())));
    harness.run_steps(2);
    harness.get_by_label(&digest);
}

#[test]
fn the_panel_says_why_a_file_could_not_be_read() {
    let mut harness = harness();
    harness.state_mut().state.settings.is_panel_open = true;
    harness.run_steps(2);
    click(&mut harness, 3, Modifiers::NONE);
    harness.get_by_label("Reading the file…");
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from("id3")),
        size: ImageSize::Metadata,
    };
    let error = ImageFailure::Download(DownloadError::Deleted);
    harness
        .state_mut()
        .on_event(Event::ImageFailed { request, error });
    harness.run_steps(3);
    assert!(harness.query_by_label("Reading the file…").is_none());
    let reads = |wanted: &WantedImage| wanted.request.size == ImageSize::Metadata;
    assert!(!harness.state().missing.iter().any(reads));
}

#[test]
fn the_panel_copies_everything_as_json() {
    let mut harness = harness();
    harness.state_mut().state.settings.is_panel_open = true;
    harness.run_steps(2);
    click(&mut harness, 3, Modifiers::NONE);
    let button = harness.get_by_label("Copy all as JSON").rect().center();
    harness.hover_at(button);
    harness.step();
    press(&mut harness, button, &Button::Down, Modifiers::NONE);
    press(&mut harness, button, &Button::Up, Modifiers::NONE);
    let commands = &harness.output().platform_output.commands;
    let text = commands
        .iter()
        .find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
        .expect("a text on the clipboard");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["id"], "id3");
    assert_eq!(json["bytes"], 1_000_000);
    assert_eq!(json["user"]["name"], "Anna Schmidt");
}

#[test]
fn several_chosen_images_are_summed_up() {
    let mut harness = harness();
    harness.state_mut().state.settings.is_panel_open = true;
    harness.run_steps(2);
    click(&mut harness, 0, Modifiers::NONE);
    key(&mut harness, Key::ArrowRight, Modifiers::SHIFT);
    key(&mut harness, Key::ArrowRight, Modifiers::SHIFT);
    harness.get_by_label("3 images selected");
    harness.get_by_label("3 MB");
    harness.get_by_label("Bo Chen");
}

#[test]
fn ctrl_and_wheel_change_the_size_and_keep_the_image_under_the_pointer() {
    let mut harness = harness();
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    let under_pointer = harness.state().grid.visible().start + 7;
    let at = rect_of(&harness, under_pointer).center();
    harness.hover_at(at);
    harness.step();
    let edge = harness.state().state.settings.tile_edge_points;
    harness.event_modifiers(
        egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, 2.0),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::COMMAND,
            source: egui::MouseWheelSource::Unknown,
        },
        Modifiers::COMMAND,
    );
    harness.run_steps(20);
    assert!(harness.state().state.settings.tile_edge_points > edge);
    let tile = rect_of(&harness, under_pointer);
    assert!(tile.y_range().contains(at.y), "{tile:?} {at:?}");
}

#[test]
fn a_screen_reader_selects_a_tile() {
    let mut harness = harness();
    harness.get_by_label_contains(&name_of(3)).click_accesskit();
    harness.run_steps(3);
    assert_eq!(harness.state().chosen(), [3]);
}

#[test]
fn the_menu_adds_everything_by_one_person() {
    let mut harness = harness();
    harness.get_by_label_contains(&name_of(4)).click_secondary();
    harness.run_steps(5);
    harness
        .get_by_label_contains("Select all by Bo Chen")
        .click();
    harness.run_steps(5);
    let by_bo: Vec<usize> = (0..TOTAL).filter(|number| number % 3 != 0).collect();
    assert_eq!(harness.state().chosen(), by_bo);
}

#[test]
fn the_wheel_scrolls_and_a_room_is_found_where_it_was_left() {
    let mut harness = harness();
    harness.hover_at(pos2(400.0, 600.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, -3000.0),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.run_steps(40);
    let left_at = harness.state().grid.visible();
    assert!(left_at.start > 40, "{left_at:?}");

    let first = harness.state_mut().state.gallery.take().unwrap();
    let id = RoomId::from("r2");
    harness.state_mut().state.gallery = Some(Gallery::new(Room { id, ..room() }));
    harness.state_mut().load(0, TOTAL);
    harness.run_steps(3);
    assert_eq!(harness.state().grid.visible().start, 0);

    harness.state_mut().state.gallery = Some(first);
    harness.run_steps(3);
    assert_eq!(harness.state().grid.visible(), left_at);
}

#[test]
fn tiles_on_screen_come_first_then_those_ahead_then_those_behind() {
    let mut harness = harness();
    for (wheel, is_down) in [(-3000.0, true), (600.0, false)] {
        scroll(&mut harness, wheel);
        let visible = harness.state().grid.visible();
        let places: Vec<usize> = harness
            .state()
            .missing
            .iter()
            .filter_map(|wanted| wanted.upload.as_ref()?.id.as_str().strip_prefix("id"))
            .map(|number| number.parse().unwrap())
            .collect();
        let parts = [
            visible.clone(),
            if is_down {
                visible.end..TOTAL
            } else {
                0..visible.start
            },
            if is_down {
                0..visible.start
            } else {
                visible.end..TOTAL
            },
        ];
        let part_of = |place: &usize| parts.iter().position(|part| part.contains(place)).unwrap();
        let order: Vec<usize> = places.iter().map(part_of).collect();
        assert!(order.is_sorted(), "{visible:?}: {places:?}");
        for part in 0..3 {
            // About a screen of each.
            let count = order.iter().filter(|at| **at == part).count();
            assert!(count * 3 > visible.len() * 2, "{part}: {places:?}");
            assert!(count < visible.len() * 2, "{part}: {places:?}");
        }
    }
}

fn scroll(harness: &mut Harness<'_, App>, points: f32) {
    harness.hover_at(pos2(500.0, 600.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Trackpad,
    });
    harness.run_steps(20);
}

/// The same room after so many images were posted: the newest page is read again.
fn post(harness: &mut Harness<'_, App>, count: usize) {
    let app = harness.state_mut();
    app.on_event(Event::RoomChanged {
        room: RoomId::from("r1"),
    });
    let newer = (1..=count).rev().map(|number| Upload {
        id: UploadId::from(format!("new{number}")),
        name: format!("new-{number}.jpg"),
        uploaded_at: upload(0)
            .uploaded_at
            .map(|newest| newest + i64::try_from(number).unwrap().minutes()),
        ..upload(0)
    });
    let uploads = newer.chain((0..TOTAL).map(upload)).take(100).collect();
    app.load_these(0, TOTAL + count, uploads);
    harness.run_steps(8);
}

fn pill<'a>(harness: &'a Harness<'_, App>) -> Option<egui_kittest::Node<'a>> {
    harness.query_by_label_contains("above, show them")
}

#[test]
fn at_the_top_new_images_simply_appear() {
    let mut harness = harness();
    post(&mut harness, 3);
    assert!(harness.query_by_label_contains("new-3.jpg, from").is_some());
    assert_eq!(harness.state().grid.visible().start, 0);
    assert!(pill(&harness).is_none());
}

#[test]
fn scrolled_down_nothing_moves_and_a_pill_leads_to_what_is_new() {
    let mut harness = harness();
    harness.hover_at(pos2(400.0, 600.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, -1500.0),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.run_steps(40);
    let seen = harness.state().grid.visible().start + 10;
    let before = rect_of(&harness, seen);
    post(&mut harness, 3);
    let after = rect_of(&harness, seen);
    assert!(
        (before.top() - after.top()).abs() < 1.0,
        "{before:?} {after:?}"
    );
    let label = pill(&harness).unwrap().accesskit_node().label();
    assert_eq!(label.as_deref(), Some("3 new images above, show them"));
    post(&mut harness, 4);
    let label = pill(&harness).unwrap().accesskit_node().label();
    assert_eq!(label.as_deref(), Some("4 new images above, show them"));

    // By keyboard alone.
    pill(&harness).unwrap().focus();
    harness.run_steps(2);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    harness.run_steps(4);
    assert_eq!(harness.state().grid.visible().start, 0);
    assert!(pill(&harness).is_none());
    assert!(harness.query_by_label_contains("new-4.jpg, from").is_some());
    assert!(!harness.state().gallery().is_viewer_open);
    // The grid has the keyboard again.
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 0);
}

#[test]
fn the_pill_is_gone_once_one_has_scrolled_to_the_top() {
    let mut harness = harness();
    key(&mut harness, Key::End, Modifiers::NONE);
    post(&mut harness, 1);
    let label = pill(&harness).unwrap().accesskit_node().label();
    assert_eq!(label.as_deref(), Some("1 new image above, show them"));
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert!(pill(&harness).is_none());
    key(&mut harness, Key::End, Modifiers::NONE);
    assert!(pill(&harness).is_none());
}

const MILLION: usize = 1_000_000;

/// Reads whatever is on screen.
fn load_visible(harness: &mut Harness<'_, App>) {
    let visible = harness.state().grid.visible();
    for page in visible.start / 100..=visible.end.saturating_sub(1) / 100 {
        harness.state_mut().load(page, MILLION);
    }
    harness.run_steps(8);
}

/// Scrolls down by so many points; how far the images went up.
fn moved_by_wheel(harness: &mut Harness<'_, App>, down: f32) -> f32 {
    let visible = harness.state().grid.visible();
    let number = usize::midpoint(visible.start, visible.end);
    let before = rect_of(harness, number).top();
    harness.hover_at(pos2(500.0, 600.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, -down),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.run_steps(20);
    before - rect_of(harness, number).top()
}

fn million() -> Harness<'static, App> {
    let mut harness = harness_of(room());
    harness.state_mut().load(0, MILLION);
    harness.run_steps(8);
    harness
}

#[test]
fn a_million_images_scroll_by_exactly_what_was_asked_everywhere() {
    let mut harness = million();
    let is_exact = |moved: f32, asked: f32| (moved - asked).abs() < 0.001;
    let moved = moved_by_wheel(&mut harness, 1.0);
    assert!(is_exact(moved, 1.0), "at the top: {moved}");
    let track = pos2(993.0, 600.0);
    drag(&mut harness, track, track, Modifiers::NONE);
    drop(&mut harness, track);
    let middle = harness.state().grid.visible().start;
    assert!((400_000..600_000).contains(&middle), "{middle}");
    load_visible(&mut harness);
    for asked in [1.0, 1.0, -1.0, 37.0] {
        let moved = moved_by_wheel(&mut harness, asked);
        assert!(is_exact(moved, asked), "in the middle: {moved}");
    }
    key(&mut harness, Key::End, Modifiers::NONE);
    load_visible(&mut harness);
    let moved = moved_by_wheel(&mut harness, -1.0);
    assert!(is_exact(moved, -1.0), "at the end: {moved}");
}

#[test]
fn keys_and_scroll_bar_reach_the_first_and_the_last_of_a_million() {
    let mut harness = million();
    click(&mut harness, 0, Modifiers::NONE);
    key(&mut harness, Key::End, Modifiers::NONE);
    assert_eq!(harness.state().focus(), MILLION - 1);
    assert_eq!(harness.state().grid.visible().end, MILLION);
    let before = harness.state().focus();
    key(&mut harness, Key::PageUp, Modifiers::NONE);
    let up = before - harness.state().focus();
    key(&mut harness, Key::PageUp, Modifiers::NONE);
    key(&mut harness, Key::PageDown, Modifiers::NONE);
    assert!((5..100).contains(&up), "{up}");
    assert_eq!(harness.state().focus(), before - up);
    key(&mut harness, Key::Home, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 0);
    assert_eq!(harness.state().grid.visible().start, 0);
    let (top, bottom) = (pos2(993.0, 10.0), pos2(993.0, 1185.0));
    drag(&mut harness, top, bottom, Modifiers::NONE);
    drop(&mut harness, bottom);
    assert_eq!(harness.state().grid.visible().end, MILLION);
    drag(&mut harness, bottom, top, Modifiers::NONE);
    drop(&mut harness, top);
    assert_eq!(harness.state().grid.visible().start, 0);
}
