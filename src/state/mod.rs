//! What the app knows and how it changes: no I/O, no egui, no tokio.
//!
//! [`AppState::on_action`] takes what the person did, [`AppState::on_event`] what the backend
//! found; both answer with [`Effect`]s, which `app.rs` performs. Therefore nothing here can
//! fail, and all of it can be tested without a window.

mod action;
mod app_state;
mod comparison;
mod conversation;
mod copying;
mod date_text;
mod desktop;
mod effect;
pub mod errand_message;
mod errands;
mod file_digests;
mod file_facts;
mod find;
mod find_choice;
mod find_matches;
mod gallery;
mod go_to_date;
mod image_action;
mod image_failures;
mod naming;
mod notices;
mod on_action;
mod on_event;
mod people;
mod restored;
mod room_list;
mod rooms;
mod save_memory;
mod save_queue;
mod save_sheet;
mod saved_copies;
mod saved_files;
mod saved_rooms;
mod saves;
mod saving;
mod selection;
mod session;
mod sign_in;
pub mod user_message;
mod viewer;

pub use action::{Action, MoveHow, SelectHow, Shown, ViewerStep};
pub use app_state::{AppState, Phase};
pub use comparison::COMPARABLE;
pub use date_text::{DateProblem, Period, parse as parse_date};
pub use effect::Effect;
pub use errands::{CopyQuestion, ErrandKind, Errands, Purpose, ReadConversation, RunningErrand};
pub use file_digests::FileDigest;
pub use file_facts::{file_facts, file_json, histogram_in_words, position_in_words};
pub use find::Find;
pub use gallery::{FileAccess, Gallery};
pub use go_to_date::{DateTarget, GoingToDate};
pub use image_action::ImageAction;
pub use image_failures::is_hopeless;
pub use naming::{FileNames, SubFolders, choices_in, template_of};
pub use notices::{Notice, NoticeLevel, NoticeOffer, Notices};
pub use room_list::{RoomList, RoomSearch};
pub use rooms::TILE_EDGE_POINTS;
pub use save_sheet::{SaveSheet, SaveTarget};
pub use saved_copies::{SavedCopies, SavedFilter};
pub use saved_rooms::{News, SavedRooms};
pub use saves::{SaveJob, SaveOrigin, Saves};
pub use selection::{BandEnd, BandKind, Selection};
pub use sign_in::{Probe, Resend, SignIn, SignInStep};
pub use user_message::UserMessage;

#[cfg(test)]
mod desktop_tests;
#[cfg(test)]
mod errand_tests;
#[cfg(test)]
mod find_tests;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod gallery_tests;
#[cfg(test)]
mod go_to_date_tests;
#[cfg(test)]
mod image_failure_tests;
#[cfg(test)]
mod restored_tests;
#[cfg(test)]
mod save_sheet_tests;
#[cfg(test)]
mod saved_files_tests;
#[cfg(test)]
mod saving_tests;
#[cfg(test)]
mod selection_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod update_tests;
#[cfg(test)]
mod viewer_tests;
