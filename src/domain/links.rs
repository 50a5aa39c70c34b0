//! Addresses for people: of rooms, messages and files. None of them ever holds a token.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

use super::{MessagePlace, Room, RoomKind, ServerUrl, Upload};

/// The room in the web client.
pub fn room_link(server: &ServerUrl, room: &Room) -> String {
    format!("{server}{}", room.web_path())
}

/// The message in the web client, inside its thread if it is in one.
pub fn message_link(server: &ServerUrl, room: &Room, place: &MessagePlace) -> String {
    let path = room.web_path();
    format!("{server}{path}{}", behind_room(place))
}

/// The file, for people who are signed in to the web client.
pub fn file_link(server: &ServerUrl, upload: &Upload) -> String {
    let link = server.join(["file-upload", upload.id.as_str(), upload.name.as_str()]);
    link.to_string()
}

/// The room, and a message in it, in the official app of this machine.
///
/// The app takes `path` only when it begins with a kind of room and letters that need no
/// escape; a room of another name is named by its id, which the server understands as well.
pub fn app_link(server: &ServerUrl, room: &Room, place: Option<&MessagePlace>) -> String {
    let kind = match room.kind {
        RoomKind::Channel => "channel",
        RoomKind::PrivateGroup => "group",
        RoomKind::Direct | RoomKind::GroupDirect => "direct",
    };
    let is_plain = |name: &&str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let name = match room.kind {
        RoomKind::Channel | RoomKind::PrivateGroup => room.slug.as_deref().filter(is_plain),
        RoomKind::Direct | RoomKind::GroupDirect => None,
    };
    let name = name.unwrap_or(room.id.as_str());
    let tail = place.map(behind_room).unwrap_or_default();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("host", &host(server))
        .append_pair("rid", room.id.as_str())
        .append_pair("path", &format!("{kind}/{name}{tail}"));
    if let Some(place) = place {
        // What the app of phones looks at.
        query.append_pair("messageId", place.message.as_str());
    }
    format!("rocketchat://room?{}", query.finish())
}

/// Without a scheme the app takes https.
fn host(server: &ServerUrl) -> String {
    let whole = server.to_string();
    let whole = whole.trim_end_matches('/');
    whole.strip_prefix("https://").unwrap_or(whole).to_owned()
}

fn behind_room(place: &MessagePlace) -> String {
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let thread = place.thread.as_ref();
    let thread = thread.map(|thread| format!("/thread/{}", escaped(thread.as_str())));
    let message = escaped(place.message.as_str());
    format!("{}?msg={message}", thread.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{MessageId, RoomId};

    fn room(kind: RoomKind, slug: Option<&str>) -> Room {
        Room {
            slug: slug.map(str::to_owned),
            ..Room::new(RoomId::from("rid9"), kind, "Café")
        }
    }

    fn server(base: &str) -> ServerUrl {
        ServerUrl::parse_base(base).unwrap()
    }

    fn place(thread: Option<&str>) -> MessagePlace {
        MessagePlace {
            message: MessageId::from("mS8d"),
            thread: thread.map(MessageId::from),
        }
    }

    #[test]
    fn a_message_is_linked_in_its_room_and_a_reply_in_its_thread() {
        let server = server("https://chat.example.org/team/");
        let room = room(RoomKind::Channel, Some("general"));
        assert_eq!(
            message_link(&server, &room, &place(None)),
            "https://chat.example.org/team/channel/general?msg=mS8d"
        );
        assert_eq!(
            message_link(&server, &room, &place(Some("head"))),
            "https://chat.example.org/team/channel/general/thread/head?msg=mS8d"
        );
        assert_eq!(
            room_link(&server, &room),
            "https://chat.example.org/team/channel/general"
        );
    }

    #[test]
    fn the_app_is_told_where_in_words_that_it_takes() {
        let https = server("https://chat.example.org/");
        let plain = room(RoomKind::PrivateGroup, Some("team-a_1.x"));
        assert_eq!(
            app_link(&https, &plain, Some(&place(None))),
            "rocketchat://room?host=chat.example.org&rid=rid9\
             &path=group%2Fteam-a_1.x%3Fmsg%3DmS8d&messageId=mS8d"
        );
        // The app refuses other letters, and a direct room has no name of its own.
        for other in [
            room(RoomKind::Channel, Some("café")),
            room(RoomKind::Channel, None),
        ] {
            let link = app_link(&https, &other, None);
            assert!(link.ends_with("&path=channel%2Frid9"), "{link}");
        }
        let direct = room(RoomKind::Direct, Some("ana"));
        let http = server("http://127.0.0.1:3000/chat/");
        assert_eq!(
            app_link(&http, &direct, None),
            "rocketchat://room?host=http%3A%2F%2F127.0.0.1%3A3000%2Fchat&rid=rid9\
             &path=direct%2Frid9"
        );
    }
}
