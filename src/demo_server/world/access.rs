//! Who may read what: `canAccessRoom` and `requestCanAccessFiles`.

use super::super::quirks::Quirks;
use super::{Room, RoomKind, World};

impl World {
    /// `canAccessRoom`: membership, or a public channel, or a public team's channel, or a
    /// discussion whose parent can be read. Invited and banned people read nothing.
    pub(crate) fn can_access_room(&self, room: &Room, user: &str) -> bool {
        if self.is_member(&room.id, user) {
            return true;
        }
        if let Some(parent) = &room.parent {
            return self
                .room(parent)
                .is_some_and(|parent| self.can_access_room(parent, user));
        }
        if room.kind != RoomKind::Channel {
            return false;
        }
        let Some(team) = &room.team else {
            return true;
        };
        let main = self.rooms.iter().find(|candidate| {
            candidate
                .team
                .as_ref()
                .is_some_and(|other| other.is_main && other.id == team.id)
        });
        main.is_some_and(|main| main.kind == RoomKind::Channel || self.is_member(&main.id, user))
    }

    /// A subscription that is not an invitation.
    pub(crate) fn is_member(&self, room: &str, user: &str) -> bool {
        self.subscription(room, user)
            .is_some_and(|subscription| subscription.status.is_none())
    }

    /// Rules 1 and 5 of the file routes; both restrictions at once refuse everybody.
    pub(crate) fn can_read_file(&self, room: &str, user: Option<&str>, quirks: &Quirks) -> bool {
        if !quirks.protect_files.is_on() {
            return true;
        }
        let Some(user) = user else {
            return false;
        };
        match (
            quirks.restrict_to_members.is_on(),
            quirks.restrict_to_readers.is_on(),
        ) {
            (true, true) => false,
            (true, false) => self.is_member(room, user),
            (false, true) => self
                .room(room)
                .is_some_and(|room| self.can_access_room(room, user)),
            (false, false) => true,
        }
    }
}
