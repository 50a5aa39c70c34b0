//! What a save stands on: a session, a room, a folder, and what is known of it.

use std::cell::RefCell;
use std::sync::Arc;

use super::room_choice::find_room;
use super::show::{Show, note};
use super::sign_in::{SignedIn, sign_in};
use super::trouble::{Exit, Trouble};
use crate::cli::SaveArgs;
use crate::domain::{Room, ServerUrl};
use crate::rocketchat::Client;
use crate::saving::TargetFolder;
use crate::storage::{Dirs, Library};

/// What a save stands on.
pub(super) struct Start {
    pub(super) client: Client,
    pub(super) room: Room,
    pub(super) target: TargetFolder,
    pub(super) library: Option<Arc<Library>>,
    /// The server's address for links that are handed on.
    pub(super) for_others: ServerUrl,
}

impl Start {
    pub(super) async fn new(args: &SaveArgs, show: &RefCell<Show>) -> Result<Self, Trouble> {
        if args.to.exists() && !args.to.is_dir() {
            return Err(Trouble::new(
                Exit::Disk,
                format!("{} is a file, not a folder", args.to.display()),
                "Choose another name for --to.",
            ));
        }
        let told = |pause| show.borrow().waiting(pause);
        let SignedIn { client, dirs } = sign_in(&args.account, told).await?;
        let room = find_room(&client, &args.room, args.account.patience, told).await?;
        let for_others = client.address_for_others().await;
        let library = open_library(&dirs, &client);
        let account = client.session().account();
        let target = TargetFolder::open(&args.to, account, room.id.clone(), library.clone());
        let target = target.map_err(|error| Trouble::storage(&error))?;
        Ok(Self {
            client,
            room,
            target,
            library,
            for_others,
        })
    }
}

/// Without a library the files themselves say what is there.
fn open_library(dirs: &Dirs, client: &Client) -> Option<Arc<Library>> {
    let tell = |error| note(&format!("salon: {}", Trouble::storage(&error).text()));
    match Library::open(dirs, &client.session().account(), tell) {
        Ok(library) => Some(Arc::new(library)),
        Err(error) => {
            tell(error);
            None
        }
    }
}
