//! All keys of the app in one table: what dispatches them, what tooltips and menus show, and
//! what the help sheet lists.

use egui::{Key, KeyboardShortcut, Modifiers};

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Find a room: focus the filter.
    FindRoom,
    /// Find images of the room by file name.
    FindImage,
    /// Ask for a date and go there.
    GoToDate,
    /// Save the selection, or the image in view.
    Save,
    /// Save into another folder, or otherwise.
    SaveAs,
    /// Show the message of the image.
    ShowMessage,
    /// Copy the image, or files.
    Copy,
    /// Copy a link to the file.
    CopyLink,
    /// Select every image of the room.
    SelectAll,
    /// Select nothing.
    ClearSelection,
    /// Select what is not selected.
    Invert,
    /// Show the selected images side by side.
    Compare,
    /// Read the room again.
    Reload,
    /// Show or hide the details.
    TogglePanel,
    /// This list.
    Help,
    /// The next pane.
    NextPane,
    /// The pane before.
    PreviousPane,
    /// The account's menu.
    Menu,
    /// The whole screen.
    FullScreen,
    /// Larger tiles.
    Larger,
    /// Smaller tiles.
    Smaller,
    /// Tiles of the usual size.
    UsualSize,
    /// Done by the grid, the viewer or egui (quitting) itself; listed here for the help sheet.
    Local,
}

/// Where a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Everywhere, also while typing.
    Everywhere,
    /// Grid and viewer, not while typing.
    Images,
    /// The grid.
    Grid,
    /// The viewer.
    Viewer,
    /// Images side by side.
    Comparison,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Shortcut {
    /// What it does.
    pub job: Job,
    /// Where it works.
    pub place: Place,
    /// For people.
    pub what: &'static str,
    /// The keys; the first is the one tooltips show.
    pub keys: &'static [KeyboardShortcut],
}

const NONE: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

const COPY: KeyboardShortcut = key(CTRL, Key::C);

const fn key(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

macro_rules! rows {
    ($($job:ident, $place:ident, $what:literal: $($modifiers:ident $key:ident),+;)+) => {
        &[$(Shortcut {
            job: Job::$job,
            place: Place::$place,
            what: $what,
            keys: &[$(key($modifiers, Key::$key)),+],
        }),+]
    };
}

const ALT: Modifiers = Modifiers::ALT;
const SHIFT: Modifiers = Modifiers::SHIFT;

/// Every key. Keys with more modifiers come before those with fewer, as egui ignores extra
/// Shift and Alt when it matches.
pub const TABLE: &[Shortcut] = rows! {
    FindRoom, Everywhere, "Find a room": CTRL K;
    FindImage, Everywhere, "Find images by file name": CTRL F;
    FindImage, Images, "Find images by file name": NONE Slash;
    SaveAs, Everywhere, "Save elsewhere or otherwise": CTRL_SHIFT S;
    Save, Everywhere, "Save the selection, or the image in view": CTRL S;
    ShowMessage, Images, "Show its message in the chat": NONE J;
    CopyLink, Images, "Copy a link to the file": CTRL_SHIFT C;
    Copy, Images, "Copy the image, or files if several are selected": CTRL C;
    ClearSelection, Grid, "Clear the selection": CTRL_SHIFT A;
    SelectAll, Grid, "Select every image of the room, or all found": CTRL A;
    Invert, Grid, "Invert the selection": CTRL I;
    Compare, Grid, "Compare 2 to 4 selected images": NONE C;
    Reload, Grid, "Reload": NONE F5, CTRL R;
    GoToDate, Images, "Go to date": NONE G;
    TogglePanel, Images, "Details": NONE I, ALT Enter, NONE F9;
    Help, Everywhere, "Keyboard shortcuts": NONE F1, CTRL_SHIFT Slash, CTRL Questionmark;
    Help, Images, "Keyboard shortcuts": NONE Questionmark;
    PreviousPane, Everywhere, "Previous pane": SHIFT F6;
    NextPane, Everywhere, "Next pane": NONE F6;
    Menu, Everywhere, "Account and settings": CTRL Comma, NONE F10;
    FullScreen, Everywhere, "Full screen": NONE F11;
    FullScreen, Viewer, "Full screen": NONE F;
    Local, Everywhere, "Quit": CTRL Q;
    Larger, Grid, "Larger tiles": CTRL Equals, CTRL Plus;
    Smaller, Grid, "Smaller tiles": CTRL Minus;
    UsualSize, Grid, "Tiles of the usual size": CTRL Num0;
    Local, Grid, "Move": NONE ArrowLeft, NONE ArrowRight, NONE ArrowUp, NONE ArrowDown;
    Local, Grid, "Move without selecting": CTRL ArrowLeft, CTRL ArrowRight, CTRL ArrowUp, CTRL ArrowDown;
    Local, Grid, "Extend the selection": SHIFT ArrowLeft, SHIFT ArrowRight, SHIFT ArrowUp, SHIFT ArrowDown;
    Local, Grid, "First and last image": NONE Home, NONE End;
    Local, Grid, "One screen": NONE PageUp, NONE PageDown;
    Local, Grid, "Select or unselect": NONE Space, CTRL Space;
    Local, Grid, "Open": NONE Enter;
    Local, Grid, "Menu of the image": SHIFT F10, NONE Menu;
    Local, Grid, "Give up a drag, clear selection or search": NONE Escape;
    Local, Viewer, "Previous and next, or a zoomed image to its edge first": NONE ArrowLeft, NONE ArrowRight;
    Local, Viewer, "Move a zoomed image": NONE ArrowUp, NONE ArrowDown;
    Local, Viewer, "Move it, and never to another image": CTRL ArrowLeft, CTRL ArrowRight, CTRL ArrowUp, CTRL ArrowDown;
    Local, Viewer, "Next": NONE Space;
    Local, Viewer, "Read on, or ten images on and back": NONE PageDown, NONE PageUp;
    Local, Viewer, "First and last": NONE Home, NONE End;
    Local, Viewer, "Zoom in and out": NONE Plus, NONE Minus;
    Local, Viewer, "Fit the window": NONE Num0;
    Local, Viewer, "Actual size, and twice that": NONE Num1, NONE Num2;
    Local, Viewer, "Fit the width": NONE W;
    Local, Viewer, "Fit or actual size at the pointer": NONE Z;
    Local, Viewer, "Play or pause what moves": NONE K;
    Local, Viewer, "Frame back and on": NONE Comma, NONE Period;
    Local, Viewer, "Rotate the view, and back": NONE R, SHIFT R;
    Local, Viewer, "Flip left to right, upside down": NONE H, NONE V;
    Local, Viewer, "Keep the zoom from image to image: \u{2190} and \u{2192} go on at once": NONE L;
    Local, Viewer, "Film strip": NONE T;
    Local, Viewer, "Slide show, and pause": NONE P;
    Local, Viewer, "What is behind transparent images": NONE B;
    Local, Viewer, "Select or unselect": NONE X, CTRL Space;
    Local, Viewer, "One button after the other": NONE Tab;
    Local, Viewer, "Menu of the image": SHIFT F10, NONE Menu;
    Local, Viewer, "Leave slide show, full screen, viewer": NONE Escape;
    Local, Comparison, "The image beside": NONE ArrowLeft, NONE ArrowRight;
    Local, Comparison, "Move zoomed images": CTRL ArrowLeft, CTRL ArrowRight, CTRL ArrowUp, CTRL ArrowDown;
    Local, Comparison, "The buttons of an image, then the next": NONE Tab;
    Local, Comparison, "One zoom for all, or each its own": NONE L;
    Local, Comparison, "Open alone": NONE Enter;
    Local, Comparison, "Select or unselect": NONE X, NONE Space;
    Local, Comparison, "Take out of the comparison": SHIFT X;
    Local, Comparison, "Back to the grid": NONE Escape;
};

/// What the keys of this frame ask for, taken out of the input.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// A text field has the keyboard.
    pub is_typing: bool,
    /// The grid is on screen: neither one image nor a few side by side.
    pub are_tiles_shown: bool,
    /// Some text is marked, and Ctrl+C copies that.
    pub is_text_marked: bool,
}

/// The first job whose key was pressed and may be done now.
pub fn pressed(ctx: &egui::Context, situation: Situation) -> Option<Job> {
    let may = |row: &&Shortcut| {
        row.job != Job::Local
            && !(row.job == Job::Copy && situation.is_text_marked)
            && match row.place {
                Place::Everywhere => true,
                Place::Images => !situation.is_typing,
                Place::Grid => !situation.is_typing && situation.are_tiles_shown,
                Place::Viewer | Place::Comparison => {
                    !situation.is_typing && !situation.are_tiles_shown
                }
            }
    };
    ctx.input_mut(|input| {
        let is_pressed = |row: &&Shortcut| row.keys.iter().any(|key| consume(input, *key));
        TABLE.iter().filter(may).find(is_pressed).map(|row| row.job)
    })
}

/// A key without modifiers is exactly that: Shift+F10 is not F10, Ctrl+I is not I. Only question
/// mark and slash need Shift on many keyboards.
///
/// What was held is in the event: in a slow frame it may be released already.
fn consume(input: &mut egui::InputState, key: KeyboardShortcut) -> bool {
    if key == COPY {
        // The window system's word for it has no key.
        let before = input.events.len();
        let is_copy = |event: &egui::Event| matches!(event, egui::Event::Copy);
        input.events.retain(|event| !is_copy(event));
        return input.events.len() < before || input.consume_shortcut(&key);
    }
    if !key.modifiers.is_none() {
        return input.consume_shortcut(&key);
    }
    let may_shift = matches!(key.logical_key, Key::Questionmark | Key::Slash);
    let is_it = |event: &egui::Event| {
        matches!(event, egui::Event::Key { key: pressed, pressed: true, modifiers, .. }
            if *pressed == key.logical_key
                && (modifiers.is_none() || (may_shift && modifiers.shift_only())))
    };
    let before = input.events.len();
    input.events.retain(|event| !is_it(event));
    input.events.len() < before
}

/// The key of a job as tooltips and menus show it.
pub fn key_of(ctx: &egui::Context, job: Job) -> String {
    let row = TABLE.iter().find(|row| row.job == job);
    let names = row.map(|row| names_of(ctx, row)).unwrap_or_default();
    names.into_iter().next().unwrap_or_default()
}

/// The keys of a row for people, each once: Ctrl+Shift+/ is Ctrl+? to them.
pub fn names_of(ctx: &egui::Context, row: &Shortcut) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for key in row.keys {
        let name = name_of(ctx, *key);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn name_of(ctx: &egui::Context, key: KeyboardShortcut) -> String {
    let (modifiers, name) = match key.logical_key {
        Key::Slash if key.modifiers.shift => (CTRL, "?"),
        Key::Questionmark => (key.modifiers, "?"),
        Key::Equals => (key.modifiers, "="),
        Key::Plus => (key.modifiers, "+"),
        Key::Minus => (key.modifiers, "\u{2212}"),
        Key::Comma => (key.modifiers, ","),
        Key::Period => (key.modifiers, "."),
        Key::ArrowLeft => (key.modifiers, "\u{2190}"),
        Key::ArrowRight => (key.modifiers, "\u{2192}"),
        Key::ArrowUp => (key.modifiers, "\u{2191}"),
        Key::ArrowDown => (key.modifiers, "\u{2193}"),
        Key::Escape => (key.modifiers, "Esc"),
        other => (key.modifiers, other.name()),
    };
    let is_mac = ctx.os().is_mac();
    let names = if is_mac {
        egui::ModifierNames::SYMBOLS
    } else {
        egui::ModifierNames::NAMES
    };
    let held = names.format(&modifiers, is_mac);
    let joint = if held.is_empty() { "" } else { names.concat };
    format!("{held}{joint}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for (index, row) in TABLE.iter().enumerate() {
            for other in &TABLE[index + 1..] {
                let is_shared = row.place == other.place
                    || row.place == Place::Everywhere
                    || other.place == Place::Everywhere
                    || (row.place == Place::Images) != (other.place == Place::Images);
                if is_shared {
                    let same = row.keys.iter().find(|key| other.keys.contains(key));
                    assert!(same.is_none(), "{} and {}: {same:?}", row.what, other.what);
                }
            }
        }
    }
}
