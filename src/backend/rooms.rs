//! The rooms of an account: the directory is kept, so that later only changes are asked for.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::library::LibraryDesk;
use super::link::{Next, SessionLink};
use super::reaction::{Reaction, Tries, reaction};
use crate::domain::Room;
use crate::protocol::{Event, Generation};
use crate::rocketchat::{Client, ClientError, RoomChange, RoomDirectory};

/// Answers questions for the rooms, and reports what the server told of them, until the link
/// is cancelled.
pub(super) async fn run(
    link: Arc<SessionLink>,
    mut questions: mpsc::Receiver<Generation>,
    mut changes: mpsc::Receiver<RoomChange>,
    library: Arc<LibraryDesk>,
) {
    let mut directory = RoomDirectory::default();
    let mut report_at: Option<Instant> = None;
    let work = async {
        loop {
            tokio::select! {
                question = questions.recv() => {
                    let Some(mut generation) = question else { return };
                    // One answer serves all that asked meanwhile; older generations want none.
                    while let Ok(newer) = questions.try_recv() {
                        generation = newer;
                    }
                    report_at = None;
                    let result = load(&link, &mut directory).await;
                    report(&link, &library, generation, result).await;
                }
                Some(change) = changes.recv() => {
                    if directory.apply(change) {
                        let at = Instant::now() + link.timings.rooms_gather;
                        report_at.get_or_insert(at);
                    }
                }
                () = sleep_until(report_at.unwrap_or_else(Instant::now)), if report_at.is_some() => {
                    report_at = None;
                    let client = link.last_client();
                    match client.told_rooms(&mut directory).await {
                        Ok(rooms) => report(&link, &library, link.generation(), Ok(rooms)).await,
                        // The list that is shown stays; the next reading brings it.
                        Err(error) => tracing::debug!(%error, "a new room is not known"),
                    }
                }
            }
        }
    };
    link.cancel.run_until_cancelled(work).await;
}

async fn report(
    link: &SessionLink,
    library: &LibraryDesk,
    generation: Generation,
    result: Result<Vec<Room>, ClientError>,
) {
    tracing::debug!(rooms = ?result.as_ref().map(Vec::len), "rooms");
    if let Ok(rooms) = &result {
        library.keep_rooms(rooms.clone()).await;
    }
    let event = Event::RoomsLoaded { generation, result };
    link.events.send(event).await;
}

async fn load(link: &SessionLink, directory: &mut RoomDirectory) -> Result<Vec<Room>, ClientError> {
    let mut tries = Tries::new(&link.timings);
    loop {
        let client = link.last_client();
        let error = match client.rooms(directory).await {
            Ok(rooms) => {
                link.monitor.reached();
                tell_public_address(link, &client).await;
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

/// The settings are read with the rooms. Told each time: an event that repeats costs nothing.
async fn tell_public_address(link: &SessionLink, client: &Client) {
    if let Some(public) = client.public_address() {
        let server = client.session().server.clone();
        let event = Event::PublicAddressTold { server, public };
        link.events.send(event).await;
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
