//! The rooms of an account: the directory is kept, so that later only changes are asked for.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::library::LibraryDesk;
use super::link::{Next, SessionLink};
use super::reaction::{Reaction, Tries, reaction};
use crate::domain::Room;
use crate::protocol::{Event, Generation};
use crate::rocketchat::{ClientError, RoomDirectory};

/// Answers questions for the rooms until the link is cancelled.
pub(super) async fn run(
    link: Arc<SessionLink>,
    mut questions: mpsc::Receiver<Generation>,
    library: Arc<LibraryDesk>,
) {
    let mut directory = RoomDirectory::default();
    let work = async {
        while let Some(mut generation) = questions.recv().await {
            // One answer serves all that asked meanwhile; older generations want none.
            while let Ok(newer) = questions.try_recv() {
                generation = newer;
            }
            let result = load(&link, &mut directory).await;
            tracing::debug!(rooms = ?result.as_ref().map(Vec::len), "rooms");
            if let Ok(rooms) = &result {
                library.keep_rooms(rooms.clone()).await;
            }
            let event = Event::RoomsLoaded { generation, result };
            link.events.send(event).await;
        }
    };
    link.cancel.run_until_cancelled(work).await;
}

async fn load(link: &SessionLink, directory: &mut RoomDirectory) -> Result<Vec<Room>, ClientError> {
    let mut tries = Tries::new(&link.timings);
    loop {
        let client = link.last_client();
        let error = match client.rooms(directory).await {
            Ok(rooms) => {
                link.monitor.reached();
                return Ok(rooms);
            }
            Err(error) => error,
        };
        let next = link.after_failure(&client, &error, &mut tries).await;
        // With a dead session the window asks again once somebody has signed in.
        if next == Next::GiveUp || reaction(&error) == Reaction::CheckSession {
            return Err(error);
        }
    }
}

/// Looks for a room by name and reports it.
pub(super) async fn find(link: Arc<SessionLink>, name: String, generation: Generation) {
    let client = link.last_client();
    let result = client.find_room(&name).await;
    match result.as_ref().map_err(reaction) {
        Ok(_) => link.monitor.reached(),
        Err(Reaction::Reconnect) => link.monitor.lost(),
        Err(Reaction::CheckSession) => {
            link.check_session(&client, None).await;
        }
        Err(Reaction::TryAgain | Reaction::WaitFor(_) | Reaction::GiveUp) => {}
    }
    let event = Event::RoomFound {
        generation,
        name,
        result,
    };
    link.events.send(event).await;
}
