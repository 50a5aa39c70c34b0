//! What a person waits for in the window itself, with photographs on the disk: all pixels of one
//! that is opened and looked at closely, and those that pass while an arrow is held down.

use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use salon::domain::UploadId;
use salon::protocol::{ImageRequest, ImageSize, ImageSubject};

use super::app::App;
use super::held_key::{SeenRoom, until_listed};
use super::support::scripted_server::ScriptedServer;
use super::{SIZE, tiles_in_view};

/// So many photographs are on the disk: more than pass in two seconds.
const IMAGES: usize = 40;

const WINDOW: [f32; 2] = [1280.0, 800.0];

/// A room of photographs, each of which was looked at once.
pub(crate) struct Room(SeenRoom);

impl Room {
    pub(crate) fn of(file: &[u8]) -> Self {
        let server = ScriptedServer::start(IMAGES);
        for image in &mut server.world().images {
            image.bytes = file.to_vec().into();
            image.edges = (SIZE.width, SIZE.height);
        }
        Self(SeenRoom::of(server, IMAGES, WINDOW))
    }

    /// Salon starts anew; how long it takes from the key that opens an image, and the one after
    /// it that shows it at 100 %, until all pixels in view are there.
    pub(crate) fn opens_sharp(&self) -> Duration {
        let mut app = self.0.start();
        until_listed(&mut app, IMAGES);
        rest(&mut app);
        let id = app.gallery().focused().unwrap().id.clone();
        let begun = Instant::now();
        app.harness.key_press(Key::Enter);
        app.harness.step();
        app.harness.key_press(Key::Num1);
        while !is_sharp(&app, &id) {
            app.harness.step();
            assert!(begun.elapsed() < Duration::from_secs(30), "it stays coarse");
            std::thread::sleep(Duration::from_millis(1));
        }
        let took = begun.elapsed();
        self.0.assert_from_disk();
        took
    }

    /// How many photographs a held arrow shows in a second.
    pub(crate) fn held_arrow(&self) -> f64 {
        self.0.held_arrow()
    }
}

/// Until what the grid asks for has come: it shall not be counted.
fn rest(app: &mut App) {
    app.key(Modifiers::NONE, Key::Home);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        app.harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether all that a window shows of the middle at 100 % is there.
fn is_sharp(app: &App, id: &UploadId) -> bool {
    let textures = app.harness.state().textures();
    let is_there = |tile| {
        let request = ImageRequest {
            subject: ImageSubject::Upload(id.clone()),
            size: ImageSize::Tile(tile),
        };
        textures.get(&request).is_some()
    };
    tiles_in_view().all(is_there)
}
