//! Arguments → logging → window or command. Nothing else.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser as _;
use salon::cli::{Cli, CliCommand};
use salon::command_line;

fn main() -> ExitCode {
    let cli = Cli::parse();
    salon::start::log_to_stderr(cli.log);
    let result = match cli.command {
        Some(CliCommand::Save(args)) => return command_line::save(&args),
        Some(CliCommand::Rooms(args)) => return command_line::rooms(&args),
        Some(CliCommand::Images(args)) => return command_line::images(&args),
        Some(CliCommand::Inspect(args)) => return command_line::inspect(&args),
        Some(CliCommand::Completions { shell }) => return command_line::completions(shell),
        Some(CliCommand::Man) => return command_line::man(),
        Some(CliCommand::DemoServer(args)) => salon::start::demo_server(args),
        None => salon::start::window(&cli.window),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            salon::start::report(&*error);
            ExitCode::FAILURE
        }
    }
}
