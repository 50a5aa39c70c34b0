//! Which room a name means.

use std::time::Duration;

use super::asking::ask;
use super::trouble::{Exit, Trouble};
use crate::domain::Room;
use crate::rocketchat::{Client, ClientError, RoomDirectory};

/// All rooms of the account, by title.
pub(super) async fn all_rooms(
    client: &Client,
    patience: Duration,
    told: impl FnMut(Duration),
) -> Result<Vec<Room>, Trouble> {
    let asked = ask(patience, told, async || {
        client.rooms(&mut RoomDirectory::default()).await
    });
    let mut rooms = asked.await.map_err(|error| Trouble::client(&error))?;
    rooms.sort_by_cached_key(|room| (room.title.to_lowercase(), room.id.clone()));
    Ok(rooms)
}

/// The room of this name: one of the account's, else any that the server knows.
pub(super) async fn find_room(
    client: &Client,
    name: &str,
    patience: Duration,
    mut told: impl FnMut(Duration),
) -> Result<Room, Trouble> {
    let rooms = all_rooms(client, patience, &mut told).await?;
    if let Some(room) = choose(&rooms, name)? {
        return Ok(room.clone());
    }
    let asked = ask(patience, told, async || client.find_room(name).await);
    asked.await.map_err(|error| match error {
        ClientError::NotFound | ClientError::Forbidden | ClientError::Refused { .. } => {
            no_room(name)
        }
        error => Trouble::client(&error),
    })
}

fn no_room(name: &str) -> Trouble {
    Trouble::new(
        Exit::Room,
        format!("There is no room {name:?} that this account can read"),
        "`salon rooms` lists those it is in.",
    )
}

/// Whether a room is meant.
type Reading<'a> = dyn Fn(&Room) -> bool + 'a;

/// The first way of reading the name that leads to a room decides.
fn choose<'a>(rooms: &'a [Room], name: &str) -> Result<Option<&'a Room>, Trouble> {
    let bare = name.trim().trim_start_matches(['#', '@']);
    let folded = bare.to_lowercase();
    let readings: [&Reading<'_>; 5] = [
        &|room| room.id.as_str() == bare,
        &|room| room.slug.as_deref() == Some(bare),
        &|room| room.other_username.as_deref() == Some(bare),
        &|room| room.title == bare,
        &|room| room.title.to_lowercase() == folded,
    ];
    for is_meant in readings {
        let meant: Vec<&Room> = rooms.iter().filter(|room| is_meant(room)).collect();
        match meant[..] {
            [] => {}
            [room] => return Ok(Some(room)),
            _ => {
                let ids: Vec<_> = meant.iter().map(|room| room.id.as_str()).collect();
                return Err(Trouble::new(
                    Exit::Room,
                    format!("Several rooms are called {name:?}"),
                    format!("Take the id of one of them: {}.", ids.join(", ")),
                ));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RoomId, RoomKind};

    fn room(id: &str, title: &str, slug: Option<&str>) -> Room {
        Room {
            slug: slug.map(str::to_owned),
            ..Room::new(RoomId::from(id), RoomKind::Channel, title)
        }
    }

    #[test]
    fn a_name_is_read_as_id_slug_title_and_without_case() {
        let rooms = vec![
            room("r1", "General talk", Some("general")),
            room("r2", "Fotos", Some("fotos-2026")),
            room("r3", "fotos", None),
            room("r4", "Twice", Some("x")),
            room("r5", "Twice", Some("y")),
        ];
        let chosen = |name| choose(&rooms, name).map(|room| room.map(|it| it.id.clone()));
        let id = |id| Ok(Some(RoomId::from(id)));
        assert_eq!(chosen("#general"), id("r1"));
        assert_eq!(chosen("GENERAL TALK"), id("r1"));
        assert_eq!(chosen("Fotos"), id("r2"));
        assert_eq!(chosen("r3"), id("r3"));
        assert_eq!(chosen("nowhere"), Ok(None));
        let several = chosen("Twice").unwrap_err();
        assert_eq!(several.exit, Exit::Room);
        assert!(several.text().contains("r4, r5"));
    }
}
