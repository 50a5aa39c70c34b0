//! What stays on the GPU and what goes.

use super::*;
use crate::ui::texture_queue::tests::picture;

fn context() -> egui::Context {
    context_with(16_384)
}

fn context_with(max_texture_side: usize) -> egui::Context {
    let ctx = egui::Context::default();
    let input = egui::RawInput {
        max_texture_side: Some(max_texture_side),
        ..egui::RawInput::default()
    };
    let mut output = ctx.run_ui(input, |_ui| {});
    // No graphics card takes them.
    output.textures_delta.clear();
    ctx
}

fn request(name: &str) -> ImageRequest {
    ImageRequest {
        subject: ImageSubject::Upload(UploadId::from(name)),
        size: ImageSize::Full { max_edge_px: 8192 },
    }
}

#[test]
fn a_picture_over_the_whole_budget_stays() {
    let mut textures = TextureStore::new(context());
    textures.begin_frame();
    textures.store(request("large"), &picture(8192, 6144));
    assert!(textures.get(&request("large")).is_some());
}

#[test]
fn what_the_last_frame_drew_stays_and_what_it_did_not_draw_goes() {
    let mut textures = TextureStore::new(context());
    let large = picture(6000, 4000);
    textures.store(request("before"), &large);
    textures.store(request("in view"), &large);
    textures.begin_frame();
    assert!(textures.get(&request("in view")).is_some());
    textures.store(request("next"), &large);
    textures.begin_frame();
    assert!(textures.get(&request("in view")).is_some());
    assert!(textures.get(&request("next")).is_some());
    assert!(textures.get(&request("before")).is_none());
}

fn frame(index: u32) -> ImageRequest {
    ImageRequest {
        size: ImageSize::Frame {
            index,
            max_edge_px: 2048,
        },
        ..request("moves")
    }
}

#[test]
fn frames_take_their_share_and_leave_the_rest_alone() {
    let mut textures = TextureStore::new(context());
    textures.store(request("still"), &picture(2048, 2048));
    for index in 0..9 {
        textures.begin_frame();
        textures.store(frame(index), &picture(2048, 2048));
    }
    assert!(textures.get(&request("still")).is_some());
    assert!(textures.get(&frame(8)).is_some());
    assert!(textures.get(&frame(0)).is_none());
    assert!(textures.len_bytes() <= 16 * 1024 * 1024 + FRAMES_BYTES);
    // A part of an image does not stand in for all of it.
    assert!(textures.any_size(&UploadId::from("moves")).is_none());
}

#[test]
fn a_large_picture_is_made_ready_beside_the_window() {
    let mut textures = TextureStore::new(context());
    textures.begin_frame();
    textures.queue(request("large"), picture(1500, 1500));
    assert!(textures.is_queued(&request("large"), Urgency::InView));
    let begun = std::time::Instant::now();
    while textures.get(&request("large")).is_none() {
        assert!(begun.elapsed().as_secs() < 20, "it never comes");
        textures.upload_queued();
        std::thread::yield_now();
    }
    assert!(!textures.is_queued(&request("large"), Urgency::InView));
}

#[test]
fn small_graphics_cards_are_filled_less() {
    let budget = |side| TextureStore::new(context_with(side)).budget_bytes();
    assert_eq!(budget(16_384), 256 * 1024 * 1024);
    assert_eq!(budget(4096), 128 * 1024 * 1024);
    assert_eq!(budget(2048), 64 * 1024 * 1024);
}
