//! Arguments → logging → window. Nothing else.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser as _;
use salon::cli::{Cli, CliCommand};

fn main() -> ExitCode {
    let cli = Cli::parse();
    salon::start::log_to_stderr(cli.log);
    let result = match cli.command {
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
