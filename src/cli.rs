//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

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
    DemoServer {
        /// The port on 127.0.0.1; 0 takes a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
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
    fn a_port_for_the_demo_server_is_taken() {
        let cli = Cli::try_parse_from(["salon", "demo-server", "--port", "3000"]).unwrap();
        assert!(matches!(
            cli.command,
            Some(CliCommand::DemoServer { port: 3000 })
        ));
    }

    #[test]
    fn demo_and_server_exclude_each_other() {
        assert!(Cli::try_parse_from(["salon", "--demo", "--server", "x.org"]).is_err());
    }
}
