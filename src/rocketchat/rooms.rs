//! The rooms the person is in.

use serde::Deserialize as _;

use super::room_directory::{Changes, RoomDirectory};
use super::room_title::{Named, TitleRules};
use super::wire::{RoomWire, SubscriptionWire};
use super::{Client, ClientError};
use crate::domain::{Person, Room, RoomId, RoomKind, SubscriptionId};

impl Client {
    /// All rooms the person is in, in no order: `subscriptions.get` merged with `rooms.get`.
    /// The first time everything is read, then what changed since; `known` is what is kept
    /// in between, and stays as it is when the call fails.
    ///
    /// # Errors
    /// When the server could not be asked.
    pub async fn rooms(&self, known: &mut RoomDirectory) -> Result<Vec<Room>, ClientError> {
        let was_full = known.rooms_since().is_none();
        let (subscriptions, rooms, rules) = tokio::join!(
            self.changes("subscriptions.get", known.subscriptions_since()),
            self.changes("rooms.get", known.rooms_since()),
            self.rules(),
        );
        let mut next = known.clone();
        next.apply_subscriptions(subscriptions?);
        next.apply_rooms(rooms?);
        if !was_full && next.needs_full_reading() {
            next.forget_rooms_since();
            next.apply_rooms(self.changes("rooms.get", None).await?);
            next.accept_undescribed();
        } else if was_full {
            next.accept_undescribed();
        }
        *known = next;
        Ok(known.readable_rooms(&self.session().me, rules.titles))
    }

    /// The rooms as `known` has them, after [`RoomDirectory::apply`]. The server is asked only
    /// when something is missing that it did not tell.
    ///
    /// # Errors
    /// When it had to be asked and could not.
    pub async fn told_rooms(&self, known: &mut RoomDirectory) -> Result<Vec<Room>, ClientError> {
        if known.needs_full_reading() {
            return self.rooms(known).await;
        }
        let rules = self.rules().await;
        Ok(known.readable_rooms(&self.session().me, rules.titles))
    }

    /// A room by its exact name, joined or not: `rooms.info?roomName=`.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] or [`ClientError::Forbidden`] as the server says.
    pub async fn find_room(&self, name: &str) -> Result<Room, ClientError> {
        let name = name.trim().trim_start_matches('#');
        let (answer, rules) = tokio::join!(self.named_room(name), self.rules());
        let room = answer?;
        let subscription = self.subscription_in(&room.id).await?;
        merge(
            subscription.as_ref(),
            Some(&room),
            &self.session().me,
            rules.titles,
        )
        .ok_or(ClientError::NotFound)
    }

    async fn named_room(&self, name: &str) -> Result<RoomWire, ClientError> {
        let mut answer = self.api().get("rooms.info", &[("roomName", name)]).await?;
        answer
            .get_mut("room")
            .and_then(|room| RoomWire::deserialize(room.take()).ok())
            .ok_or_else(|| ClientError::Malformed {
                what: "rooms.info without a room".to_owned(),
            })
    }

    /// The membership in a room, if there is one: `subscriptions.getOne`, and where that is
    /// missing, all of them.
    async fn subscription_in(&self, rid: &str) -> Result<Option<SubscriptionWire>, ClientError> {
        let query = [("roomId", rid)];
        match self.api().get("subscriptions.getOne", &query).await {
            Ok(mut answer) => Ok(answer
                .get_mut("subscription")
                .and_then(|mine| SubscriptionWire::deserialize(mine.take()).ok())),
            Err(ClientError::NotFound) => {
                let mut all = RoomDirectory::default();
                all.apply_subscriptions(self.changes("subscriptions.get", None).await?);
                Ok(all.subscription_in(rid))
            }
            Err(ClientError::Forbidden | ClientError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn changes(
        &self,
        route: &'static str,
        since: Option<String>,
    ) -> Result<Changes, ClientError> {
        let query: Vec<(&str, &str)> = since
            .as_deref()
            .map(|since| ("updatedSince", since))
            .into_iter()
            .collect();
        Changes::read(self.api().get(route, &query).await?)
    }
}

/// One room from what both sides say; `None` when it is none that could be shown.
pub(super) fn merge(
    subscription: Option<&SubscriptionWire>,
    room: Option<&RoomWire>,
    me: &Person,
    rules: TitleRules,
) -> Option<Room> {
    let is_barred = subscription
        .and_then(|mine| mine.status.as_deref())
        .is_some_and(|status| matches!(status, "INVITED" | "BANNED"));
    if is_barred {
        return None;
    }
    let named = Named {
        room,
        subscription,
        me,
    };
    let kind = room
        .and_then(|room| room.t.as_deref())
        .or_else(|| subscription?.t.as_deref());
    let kind = match kind? {
        "c" => RoomKind::Channel,
        "p" => RoomKind::PrivateGroup,
        "d" if named.is_group() => RoomKind::GroupDirect,
        "d" => RoomKind::Direct,
        // "l" is a visitor's conversation; others are not known.
        _ => return None,
    };
    let id = room
        .map(|room| room.id.as_str())
        .or_else(|| Some(subscription?.rid.as_str()))?;
    Some(Room {
        id: RoomId::from(id),
        subscription: subscription.map(|mine| SubscriptionId::from(mine.id.as_str())),
        kind,
        is_team: room.is_some_and(|room| room.team_main)
            || subscription.is_some_and(|mine| mine.team_main),
        discussion_of: room
            .and_then(|room| room.prid.as_deref())
            .or_else(|| subscription?.prid.as_deref())
            .filter(|prid| !prid.is_empty())
            .map(RoomId::from),
        title: named.title(rules, kind).unwrap_or_else(|| id.to_owned()),
        slug: named.name().map(str::to_owned),
        other_username: (kind == RoomKind::Direct)
            .then(|| named.other_username())
            .flatten(),
        topic: room
            .and_then(|room| room.topic.clone())
            .filter(|topic| !topic.trim().is_empty()),
        avatar_etag: room.and_then(|room| room.avatar_etag.clone()),
        is_favorite: subscription.is_some_and(|mine| mine.f),
        is_archived: room.is_some_and(|room| room.archived)
            || subscription.is_some_and(|mine| mine.archived),
        is_encrypted: room.is_some_and(|room| room.encrypted),
        is_hidden: subscription.is_some_and(|mine| mine.open == Some(false)),
        unread_count: subscription
            .and_then(|mine| mine.unread)
            .map_or(0, |unread| u32::try_from(unread).unwrap_or(u32::MAX)),
        last_activity: last_activity(subscription, room),
    })
}

/// What the official clients sort by: `max(lr, lm or ts)`.
fn last_activity(
    subscription: Option<&SubscriptionWire>,
    room: Option<&RoomWire>,
) -> Option<jiff::Timestamp> {
    let reply = subscription.and_then(|mine| mine.lr);
    let message = room.and_then(|room| room.lm.or(room.ts));
    reply
        .max(message)
        .or_else(|| subscription.and_then(|mine| mine.ts))
}
