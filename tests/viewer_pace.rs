//! Stepping through the viewer with a key held down: the whole app without a screen, against a
//! server on this machine. Small images: what the app itself takes. `benches/viewer.rs` does the
//! same with photographs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it fails"
)]

#[path = "support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "support/held_key.rs"]
mod held_key;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use held_key::SeenRoom;
use support::scripted_server::{ScriptedServer, png};

const IMAGES: usize = 60;

const WINDOW: [f32; 2] = [1000.0, 700.0];

#[test]
fn a_held_arrow_shows_at_least_ten_images_a_second_from_the_disk() {
    let server = ScriptedServer::start(IMAGES);
    for (index, image) in server.world().images.iter_mut().enumerate() {
        image.bytes = png(320, 240, index);
        image.edges = (320, 240);
    }
    let room = SeenRoom::of(server, IMAGES, WINDOW);
    // A machine that is busy with other things may need a second try: by another start, for what
    // one try has shown would be there for the next.
    let mut best: f64 = 0.0;
    for _ in 0..3 {
        best = best.max(room.held_arrow());
        if best >= 10.0 {
            break;
        }
    }
    println!("{best:.1} images a second");
    assert!(best >= 10.0, "{best:.1} images a second");
}
