//! What the commands without a window take.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The exit codes, for scripts.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    all is there: saved now or before
  1    some files were not saved
  2    the command cannot be understood, or names no account
  3    cannot sign in
  4    the server cannot be reached, or does not answer as it should
  5    the disk: full, too small for what there is to save, or not writable
  6    no such room, or no access to it
  130  stopped by Ctrl+C; the same command goes on from there

Who signs in:
  The account that Salon's window signed in with, from the keyring of this system; --server and
  --user choose between several. Or, where SALON_TOKEN is set, a personal access token, for which
  SALON_USER_ID gives the user id and --server the address. No token is written anywhere.";

/// Which account to use.
#[derive(Debug, Clone, Default, Args)]
pub struct AccountArgs {
    /// The server's address. Needed with a token of one's own, or to choose between accounts.
    #[arg(long, value_name = "ADDRESS")]
    pub server: Option<String>,
    /// The user name, to choose between accounts.
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Send the token unencrypted to a server that has no https.
    #[arg(long)]
    pub allow_http: bool,
    /// Try to reach a server that is away for so many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    pub patience: Duration,
    /// Keep settings and library below this folder instead of the user's own.
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
}

/// What to save, and where to.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of a command line"
)]
pub struct SaveArgs {
    /// Who saves.
    #[command(flatten)]
    pub account: AccountArgs,
    /// The room: its name with or without `#`, the user name of the other person of a direct
    /// message, or a room id.
    #[arg(long, value_name = "NAME")]
    pub room: String,
    /// The folder, made if it is not there.
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// Only what was posted since then: a day such as 2026-11-25, a time such as
    /// 2026-11-25T14:00:00Z, or `last` for what the last complete save into this folder did
    /// not have.
    #[arg(long, value_name = "last|DATE", value_parser = since)]
    pub since: Option<Since>,
    /// What to do where another file has the name.
    #[arg(long, value_enum, value_name = "skip|number|overwrite", default_value_t = ClashChoice::Number)]
    pub on_clash: ClashChoice,
    /// What files are called, such as `{room}/{date}/{time} {user} {name}`; `/` begins a
    /// sub-folder. Known words, each in braces: date, time, user, name, id, n, room, server, ext.
    #[arg(long, value_name = "TEMPLATE", default_value = "{name}")]
    pub template: String,
    /// Give files the extension of their content.
    #[arg(long)]
    pub correct_extensions: bool,
    /// Write a JSON file beside each: who posted it, when, where.
    #[arg(long)]
    pub sidecars: bool,
    /// Write or extend one `index.json` with the same for all.
    #[arg(long)]
    pub index: bool,
    /// Write an `index.html` to look at the folder without Salon, and the `index.json` that it
    /// is made of.
    #[arg(long)]
    pub page: bool,
    /// Take positions (GPS) out of the copies. What may hold one and cannot be changed is not
    /// saved, and a copy from before that has one is told.
    #[arg(long)]
    pub strip_position: bool,
    /// Say in JPEG, PNG and WebP copies who posted them, when and where, as XMP.
    #[arg(long)]
    pub credit: bool,
    /// Write one JSON object a line instead of text. Its `event` is plan, saved, repaired, there,
    /// nameTaken, failed, waiting, notWritten or summary.
    #[arg(long)]
    pub json: bool,
    /// Break off a connection on which nothing comes for so many seconds, and try again.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub stall_timeout: Duration,
}

/// How to list rooms.
#[derive(Debug, Clone, Args)]
pub struct RoomsArgs {
    /// Whose rooms.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Write one JSON object a line instead of text.
    #[arg(long)]
    pub json: bool,
}

/// How to list images.
#[derive(Debug, Clone, Args)]
pub struct ImagesArgs {
    /// Who lists.
    #[command(flatten)]
    pub account: AccountArgs,
    /// The room, as for `save`.
    #[arg(long, value_name = "NAME")]
    pub room: String,
    /// Only what was posted since then: a day or a time.
    #[arg(long, value_name = "DATE", value_parser = point_in_time)]
    pub since: Option<Timestamp>,
    /// Write one JSON object a line instead of text.
    #[arg(long)]
    pub json: bool,
}

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// What the last complete save did not have.
    Last,
    /// What was posted then or later.
    Time(Timestamp),
}

/// What to do where another file has the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClashChoice {
    /// Leave the other file, and do without this one.
    Skip,
    /// Save as `name (2).jpg`.
    Number,
    /// Replace the other file, unless it was saved from the room as well.
    Overwrite,
}

fn since(text: &str) -> Result<Since, String> {
    if text.eq_ignore_ascii_case("last") {
        return Ok(Since::Last);
    }
    point_in_time(text).map(Since::Time)
}

/// A time with its offset, or a day as this machine's clock has it.
fn point_in_time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let day = text.parse::<Date>().ok();
    let start = day.and_then(|day| day.to_zoned(TimeZone::system()).ok());
    start
        .map(|start| start.timestamp())
        .ok_or_else(|| "write a day as 2026-11-25 or a time as 2026-11-25T14:00:00Z".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    let usable = seconds.filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0);
    let usable = usable.ok_or_else(|| "write a number of seconds, such as 30".to_owned())?;
    Ok(Duration::from_secs_f64(usable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_takes_a_day_a_time_or_last() {
        assert_eq!(since("LAST"), Ok(Since::Last));
        let noon: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        assert_eq!(since("2026-11-25T14:00:00+02:00"), Ok(Since::Time(noon)));
        let day = Date::new(2026, 11, 25).unwrap();
        let start = day.to_zoned(TimeZone::system()).unwrap().timestamp();
        assert_eq!(since("2026-11-25"), Ok(Since::Time(start)));
        assert!(since("yesterday").unwrap_err().contains("2026-11-25"));
    }

    #[test]
    fn seconds_are_a_positive_number() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "NaN", "a while", "1e300"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
