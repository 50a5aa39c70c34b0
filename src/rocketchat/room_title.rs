//! What to call a room: the rules of the official clients.

use super::wire::{RoomWire, SubscriptionWire};
use crate::domain::{Person, RoomKind};

/// The two settings that decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TitleRules {
    /// `UI_Use_Real_Name`.
    pub(super) uses_real_names: bool,
    /// `UI_Allow_room_names_with_special_chars`.
    pub(super) allows_special_characters: bool,
}

/// A room with the names that both sides know.
pub(super) struct Named<'a> {
    pub(super) room: Option<&'a RoomWire>,
    pub(super) subscription: Option<&'a SubscriptionWire>,
    pub(super) me: &'a Person,
}

impl Named<'_> {
    /// `name`; a direct room has one only in its subscription.
    pub(super) fn name(&self) -> Option<&str> {
        self.either(|room| room.name.as_deref(), |mine| mine.name.as_deref())
    }

    fn fname(&self) -> Option<&str> {
        self.either(|room| room.fname.as_deref(), |mine| mine.fname.as_deref())
    }

    /// Of a direct message, the other one's user name; in a room with oneself, one's own.
    pub(super) fn other_username(&self) -> Option<String> {
        let named = self
            .subscription
            .and_then(|mine| filled(mine.name.as_deref()));
        let mine = self.me.username.as_deref();
        named
            .map(str::to_owned)
            .or_else(|| self.others().first().map(|name| (*name).to_owned()))
            .or_else(|| mine.map(str::to_owned))
    }

    /// Whether more than two people talk here directly.
    pub(super) fn is_group(&self) -> bool {
        self.room
            .is_some_and(|room| room.uids.len() > 2 || room.usernames.len() > 2)
    }

    /// The title. Source: `getRoomTitle` of the mobile client.
    pub(super) fn title(&self, rules: TitleRules, kind: RoomKind) -> Option<String> {
        let is_direct = matches!(kind, RoomKind::Direct | RoomKind::GroupDirect);
        let (name, fname) = (self.name(), self.fname());
        let is_discussion = self
            .either(|room| room.prid.as_deref(), |mine| mine.prid.as_deref())
            .is_some();
        if let Some(fname) = fname.filter(|_| self.room.is_some_and(|room| room.federated)) {
            return Some(fname.to_owned());
        }
        if kind == RoomKind::GroupDirect && name.is_none() {
            let others = self.others().join(", ");
            return filled(Some(&others)).or(fname).map(str::to_owned);
        }
        let prefers_fname = if is_direct {
            rules.uses_real_names
        } else {
            rules.allows_special_characters || is_discussion || rules.uses_real_names
        };
        let (first, second) = if prefers_fname {
            (fname, name)
        } else {
            (name, fname)
        };
        first
            .or(second)
            .map(str::to_owned)
            .or_else(|| self.other_username().filter(|_| is_direct))
    }

    fn others(&self) -> Vec<&str> {
        let usernames = self.room.map(|room| room.usernames.as_slice());
        let mut others: Vec<&str> = usernames
            .unwrap_or_default()
            .iter()
            .map(String::as_str)
            .filter(|name| Some(*name) != self.me.username.as_deref())
            .collect();
        others.sort_unstable();
        others
    }

    /// The subscription's word counts first: it is named for this person.
    fn either<'a>(
        &'a self,
        of_room: impl Fn(&'a RoomWire) -> Option<&'a str>,
        of_subscription: impl Fn(&'a SubscriptionWire) -> Option<&'a str>,
    ) -> Option<&'a str> {
        self.subscription
            .and_then(|mine| filled(of_subscription(mine)))
            .or_else(|| self.room.and_then(|room| filled(of_room(room))))
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::UserId;

    const PLAIN: TitleRules = TitleRules {
        uses_real_names: false,
        allows_special_characters: false,
    };
    const REAL_NAMES: TitleRules = TitleRules {
        uses_real_names: true,
        allows_special_characters: false,
    };
    const SPECIAL: TitleRules = TitleRules {
        uses_real_names: false,
        allows_special_characters: true,
    };

    fn title(room: Value, subscription: Value, rules: TitleRules) -> String {
        let room = RoomWire::deserialize(room).unwrap();
        let subscription = SubscriptionWire::deserialize(subscription).unwrap();
        let me = Person {
            id: UserId::from("me"),
            username: Some("ana".to_owned()),
            name: None,
        };
        crate::rocketchat::rooms::merge(Some(&subscription), Some(&room), &me, rules)
            .unwrap()
            .title
    }

    fn mine(name: &str, fname: &str) -> Value {
        json!({ "_id": "s", "rid": "r", "name": name, "fname": fname })
    }

    #[test]
    fn channels_are_named_by_the_servers_two_settings() {
        let room = json!({ "_id": "r", "t": "c" });
        let mine = mine("cafe-bar", "Café & Bar");
        assert_eq!(title(room.clone(), mine.clone(), PLAIN), "cafe-bar");
        assert_eq!(title(room.clone(), mine.clone(), SPECIAL), "Café & Bar");
        assert_eq!(title(room, mine, REAL_NAMES), "Café & Bar");
    }

    #[test]
    fn a_discussion_shows_its_title_and_not_its_random_name() {
        let room = json!({ "_id": "r", "t": "p", "prid": "GENERAL" });
        assert_eq!(
            title(room, mine("x8Kq2", "Where to eat"), PLAIN),
            "Where to eat"
        );
    }

    #[test]
    fn people_are_named_by_handle_or_real_name() {
        let room =
            json!({ "_id": "r", "t": "d", "uids": ["me", "u2"], "usernames": ["ana", "bo"] });
        let mine = mine("bo", "Bo Li");
        assert_eq!(title(room.clone(), mine.clone(), SPECIAL), "bo");
        assert_eq!(title(room, mine, REAL_NAMES), "Bo Li");
    }

    #[test]
    fn a_nameless_group_is_called_after_the_others() {
        let room = json!({
            "_id": "r", "t": "d", "usernames": ["zoe", "ana", "bo"], "uids": ["z", "me", "b"],
        });
        assert_eq!(title(room, mine("", ""), PLAIN), "bo, zoe");
    }

    #[test]
    fn a_federated_room_is_called_what_its_server_calls_it() {
        let room = json!({ "_id": "r", "t": "c", "federated": true });
        assert_eq!(title(room, mine("!abc:matrix.org", "Rust"), PLAIN), "Rust");
    }

    #[test]
    fn old_rooms_without_a_list_of_people_have_a_name_all_the_same() {
        let room = json!({ "_id": "meu2", "t": "d" });
        assert_eq!(title(room.clone(), mine("bo", "Bo Li"), PLAIN), "bo");
        let myself = json!({ "_id": "meme", "t": "d", "uids": ["me"], "usernames": ["ana"] });
        assert_eq!(title(myself, mine("", ""), PLAIN), "ana");
    }
}
