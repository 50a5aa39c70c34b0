//! The command line.

mod inspecting;
mod saving;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use inspecting::{INSPECT_EXIT_CODES, InspectArgs};
pub use saving::{AccountArgs, ClashChoice, EXIT_CODES, ImagesArgs, RoomsArgs, SaveArgs, Since};

/// A desktop gallery for the images of Rocket.Chat rooms.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to run instead of the window.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    /// How the window starts.
    #[command(flatten)]
    pub window: WindowArgs,
    /// What to write to standard error: off, error, warn, info, debug or trace.
    #[arg(long, global = true, default_value = "warn", value_name = "LEVEL")]
    pub log: tracing::level_filters::LevelFilter,
}

/// How the window starts.
#[derive(Debug, Clone, Default, Args)]
pub struct WindowArgs {
    /// Open Salon on a small server inside the program, signed in. Nothing is remembered.
    #[arg(long, conflicts_with = "server")]
    pub demo: bool,
    /// Offer this server in the sign-in form.
    #[arg(long, value_name = "ADDRESS")]
    pub server: Option<String>,
    /// Keep settings and caches below this folder instead of the user's own.
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
}

/// Things to run without a window.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Run the demo server alone, in the foreground. Prints one line of JSON with its address
    /// and accounts first.
    DemoServer(DemoServerArgs),
    /// Save every image of a room into a folder.
    ///
    /// Whatever cuts it off, the same command goes on from there: files are complete or not
    /// there, none is saved twice, and one that was truncated since is repaired. Bytes are not
    /// changed unless --strip-position or --credit asks for it; the file's time is when it was
    /// posted.
    #[command(after_help = EXIT_CODES)]
    Save(SaveArgs),
    /// List the rooms of an account.
    #[command(after_help = EXIT_CODES)]
    Rooms(RoomsArgs),
    /// List the images of a room, newest first.
    #[command(after_help = EXIT_CODES)]
    Images(ImagesArgs),
    /// Say what a file is: format by content, size, what the camera wrote, and whether Salon can
    /// show it.
    ///
    /// Looks at a file of this machine through the code that the window uses, so that a file
    /// that goes wrong can be reported. Needs no account and sends nothing.
    #[command(after_help = INSPECT_EXIT_CODES)]
    Inspect(InspectArgs),
    /// Print what makes a shell complete these commands.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, for `man -l -`.
    Man,
}

/// What the demo server serves.
#[derive(Debug, Clone, Args)]
pub struct DemoServerArgs {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Serve the images of this folder as one more room, #corpus, each posted when its file
    /// was written. Files are then sent as from a server that keeps them in a folder.
    #[arg(long, value_name = "FOLDER")]
    pub images: Option<PathBuf>,
    /// Whether the server makes thumbnails.
    #[arg(long, value_name = "on|off", value_enum, default_value_t = OnOff::On)]
    pub thumbnails: OnOff,
}

/// A setting with two positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// In force.
    On,
    /// Not in force.
    Off,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_of_the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_demo_server_takes_a_port_a_folder_and_whether_it_makes_thumbnails() {
        let parse = |arguments: &str| {
            let cli = Cli::try_parse_from(format!("salon demo-server {arguments}").split(' '));
            match cli.unwrap().command {
                Some(CliCommand::DemoServer(args)) => args,
                other => panic!("{other:?}"),
            }
        };
        let args = parse("--port 3000");
        assert_eq!((args.port, args.images), (3000, None));
        assert_eq!(args.thumbnails, OnOff::On);
        let args = parse("--images /pictures --thumbnails off");
        assert_eq!(args.images, Some(PathBuf::from("/pictures")));
        assert_eq!(args.thumbnails, OnOff::Off);
    }

    #[test]
    fn a_save_needs_a_room_and_a_folder() {
        let parse = |arguments: &str| Cli::try_parse_from(format!("salon {arguments}").split(' '));
        let cli = parse("save --room general --to pictures --since last").unwrap();
        let Some(CliCommand::Save(args)) = cli.command else {
            panic!("{cli:?}");
        };
        assert_eq!(args.since, Some(Since::Last));
        assert_eq!(args.on_clash, ClashChoice::Number);
        assert!(parse("save --room general").is_err());
        assert!(parse("save --to pictures").is_err());
        assert!(parse("images --room general --json").is_ok());
        assert!(parse("rooms --server chat.example.org --user ana").is_ok());
    }

    #[test]
    fn an_inspection_takes_one_file_and_a_size_only_with_a_thumbnail() {
        let parse = |arguments: &str| Cli::try_parse_from(format!("salon {arguments}").split(' '));
        let cli = parse("inspect a.jpg --json --thumbnail b.png --size 64").unwrap();
        let Some(CliCommand::Inspect(args)) = cli.command else {
            panic!("{cli:?}");
        };
        assert_eq!((args.file, args.size), (PathBuf::from("a.jpg"), 64));
        assert!(parse("inspect").is_err());
        assert!(parse("inspect a.jpg --size 64").is_err());
        assert!(parse("inspect a.jpg --thumbnail b.png --size 0").is_err());
    }

    #[test]
    fn demo_and_server_exclude_each_other() {
        assert!(Cli::try_parse_from(["salon", "--demo", "--server", "x.org"]).is_err());
    }
}
