//! Which frame is shown, and when.

use super::*;

fn playback(n_frames: usize, n_plays: Option<u32>) -> Playback {
    Playback {
        delays: vec![Duration::from_millis(100); n_frames],
        n_plays,
    }
}

fn player(n_frames: u32) -> Player {
    Player {
        n_frames,
        ..Player::default()
    }
}

/// The frames that are on screen when the window is drawn at these times.
fn shown(player: &mut Player, playback: &Playback, times: &[f64]) -> Vec<u32> {
    let ctx = egui::Context::default();
    let mut frames = Vec::new();
    for time in times {
        let input = egui::RawInput {
            time: Some(*time),
            ..egui::RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| {
            player.advance(ui, playback, |_| true);
        });
        output.textures_delta.clear();
        frames.push(player.frame);
    }
    frames
}

#[test]
fn frames_are_shown_for_their_time_and_again_from_the_first() {
    let mut player = player(3);
    let times = [10.0, 10.05, 10.11, 10.15, 10.21, 10.31];
    let frames = shown(&mut player, &playback(3, None), &times);
    assert_eq!(frames, [0, 0, 1, 1, 2, 0]);
}

#[test]
fn an_animation_ends_on_its_last_frame_after_as_many_times_as_it_says() {
    let mut player = player(2);
    let times: Vec<f64> = (0..9).map(|n| 1.0 + 0.101 * f64::from(n)).collect();
    let frames = shown(&mut player, &playback(2, Some(2)), &times);
    assert_eq!(frames, [0, 1, 0, 1, 1, 1, 1, 1, 1]);
    assert_eq!(player.state, State::Ended);
    player.apply(AnimationStep::Toggle);
    assert_eq!((player.frame, player.state), (0, State::Playing));
}

#[test]
fn steps_rest_and_go_round() {
    let mut player = player(3);
    player.apply(AnimationStep::Back);
    assert_eq!((player.frame, player.state), (2, State::Paused));
    player.apply(AnimationStep::On);
    assert_eq!(player.frame, 0);
    let rests = shown(&mut player, &playback(3, None), &[5.0, 6.0, 7.0]);
    assert_eq!(rests, [0, 0, 0]);
    player.apply(AnimationStep::Toggle);
    let plays = shown(&mut player, &playback(3, None), &[8.0, 8.05, 8.11]);
    assert_eq!(plays, [0, 0, 1]);
}

#[test]
fn so_many_come_ahead_and_none_after_the_last_time() {
    let mut player = player(5);
    player.frame = 3;
    assert_eq!(player.coming(&playback(5, None), 3), [3, 4, 0, 1]);
    assert_eq!(player.coming(&playback(5, Some(1)), 3), [3, 4]);
    player.state = State::Paused;
    assert_eq!(player.coming(&playback(5, None), 3), [3, 4]);
}

#[test]
fn after_a_pause_nothing_is_skipped() {
    let mut player = player(3);
    let frames = shown(&mut player, &playback(3, None), &[1.0, 9.0, 9.05, 9.11]);
    assert_eq!(frames, [0, 1, 1, 2]);
}
