//! What the program does without a window: saving, listing, looking at files, and describing
//! itself to shells.
//!
//! Results go to standard output, progress and trouble to standard error. Every end has its exit
//! code: see [`EXIT_CODES`](crate::cli::EXIT_CODES).

mod asking;
mod inspect;
mod listings;
mod people;
mod room_choice;
mod save;
mod show;
mod sign_in;
mod start;
mod survey_line;
mod trouble;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::{AccountArgs, Cli, ImagesArgs, InspectArgs, RoomsArgs, SaveArgs};
use crate::storage::Dirs;
use trouble::Trouble;

/// `salon save`.
pub fn save(args: &SaveArgs) -> ExitCode {
    run(save::run(args))
}

/// `salon rooms`.
pub fn rooms(args: &RoomsArgs) -> ExitCode {
    run(listings::rooms(args))
}

/// `salon images`.
pub fn images(args: &ImagesArgs) -> ExitCode {
    run(listings::images(args))
}

/// `salon inspect`.
pub fn inspect(args: &InspectArgs) -> ExitCode {
    inspect::run(args).unwrap_or_else(|trouble| trouble.report())
}

/// `salon completions`.
pub fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "salon", &mut script);
    written(&io::stdout().write_all(&script))
}

/// `salon man`.
pub fn man() -> ExitCode {
    let mut page = Vec::new();
    written(&man_page(&mut page).and_then(|()| io::stdout().write_all(&page)))
}

/// The page of the program, then one section for each command with all that it takes.
fn man_page(page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(page)?;
    for sub in command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
    {
        let heading = format!("salon {}", sub.get_name()).to_uppercase();
        writeln!(page, ".SH \"{heading}\"")?;
        let man = clap_mangen::Man::new(sub.clone());
        man.render_description_section(page)?;
        man.render_synopsis_section(page)?;
        man.render_options_section(page)?;
        man.render_extra_section(page)?;
    }
    Ok(())
}

/// Nobody is left to tell when standard output is closed.
fn written(written: &io::Result<()>) -> ExitCode {
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// One thread: what comes from the network is written to disk where it arrives.
fn run(work: impl Future<Output = Result<ExitCode, Trouble>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(work);
            // A keyring that waits for a password must not keep the program from ending.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(Trouble::system(&error)),
    };
    result.unwrap_or_else(|trouble| trouble.report())
}

fn dirs_of(args: &AccountArgs) -> Result<Dirs, Trouble> {
    match &args.data_dir {
        Some(root) => Ok(Dirs::under(root)),
        None => Dirs::of_this_user().map_err(|error| Trouble::storage(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_page_has_every_command_with_its_options_and_the_exit_codes() {
        let mut page = Vec::new();
        man_page(&mut page).unwrap();
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        for part in [
            "SALON SAVE",
            "--room",
            "--on-clash",
            "SALON ROOMS",
            "SALON INSPECT",
            "--thumbnail",
            "130",
            "demo-server",
        ] {
            assert!(page.contains(part), "{part} is missing");
        }
    }

    #[test]
    fn every_shell_completes_the_options_of_a_save() {
        use clap::ValueEnum as _;
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "salon", &mut script);
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("on-clash"), "{shell}");
        }
    }
}
