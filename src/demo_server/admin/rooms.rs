//! Rooms change, and people enter and leave them.

use serde_json::json;

use super::super::clock::now_millis;
use super::super::world::Removed;
use super::Admin;

impl Admin {
    /// The id of a room by its name; direct rooms by the user name of the other person.
    pub fn room_id(&self, name: &str) -> Option<String> {
        let world = self.demo.world();
        if let Some(room) = world.room_named(name) {
            return Some(room.id.clone());
        }
        let (ana, other) = (world.person_named("ana")?, world.person_named(name)?);
        let direct = world.rooms.iter().find(|room| {
            room.name.is_none()
                && room.members.len() == 2
                && room.members.contains(&ana.id)
                && room.members.contains(&other.id)
        });
        direct.map(|room| room.id.clone())
    }

    /// Adds a person to a room.
    pub fn add_member(&self, room: &str, username: &str) {
        let Some(user) = self.user_id(username) else {
            return;
        };
        let mut world = self.demo.world();
        world.subscribe(room, &user, now_millis());
        if let Some(room) = world
            .rooms
            .iter_mut()
            .find(|candidate| candidate.id == room)
        {
            room.members.push(user.clone());
            room.updated_at = now_millis();
        }
        let document = world
            .subscription(room, &user)
            .map(|own| world.subscription_document(own));
        drop(world);
        self.tell_user(
            &user,
            "subscriptions-changed",
            &json!(["inserted", document]),
        );
    }

    /// Removes a person from a room; the event may lack the room's id, as on real servers.
    pub fn remove_member(&self, room: &str, username: &str) {
        let Some(user) = self.user_id(username) else {
            return;
        };
        let mut world = self.demo.world();
        let Some(id) = world.subscription(room, &user).map(|own| own.id.clone()) else {
            return;
        };
        world
            .subscriptions
            .retain(|subscription| subscription.id != id);
        let removed = Removed {
            id: id.clone(),
            user: Some(user.clone()),
            at: now_millis(),
        };
        world.removed_subscriptions.push(removed);
        if let Some(room) = world
            .rooms
            .iter_mut()
            .find(|candidate| candidate.id == room)
        {
            room.members.retain(|member| *member != user);
            room.updated_at = now_millis();
        }
        drop(world);
        self.tell_user(
            &user,
            "subscriptions-changed",
            &json!(["removed", {"_id": id}]),
        );
    }

    /// Deletes a room with everything in it.
    pub fn delete_room(&self, room: &str) {
        let members = {
            let mut world = self.demo.world();
            let Some(index) = world
                .rooms
                .iter()
                .position(|candidate| candidate.id == room)
            else {
                return;
            };
            let removed = world.rooms.remove(index);
            world.removed_rooms.push(Removed {
                id: room.to_owned(),
                user: None,
                at: now_millis(),
            });
            removed.members
        };
        for member in members {
            let username = self
                .demo
                .world()
                .person(&member)
                .map(|person| person.username.clone());
            if let Some(username) = username {
                self.remove_member(room, &username);
            }
        }
    }

    /// Gives a room another name, and tells its members.
    pub fn rename_room(&self, room: &str, name: &str) {
        let mut world = self.demo.world();
        let now = now_millis();
        if let Some(room) = world
            .rooms
            .iter_mut()
            .find(|candidate| candidate.id == room)
        {
            room.name = Some(name.to_owned());
            room.fname = Some(name.to_owned());
            room.updated_at = now;
        }
        for subscription in world
            .subscriptions
            .iter_mut()
            .filter(|own| own.room == room)
        {
            subscription.updated_at = now;
        }
        let memberships: Vec<_> = world
            .subscriptions
            .iter()
            .filter(|own| own.room == room)
            .map(|own| (own.user.clone(), world.subscription_document(own)))
            .collect();
        drop(world);
        self.tell_members(room);
        for (user, document) in memberships {
            self.tell_user(
                &user,
                "subscriptions-changed",
                &json!(["updated", document]),
            );
        }
    }

    /// Tells the members of a room how it is now.
    fn tell_members(&self, room: &str) {
        let world = self.demo.world();
        let Some(changed) = world.room(room) else {
            return;
        };
        let (document, members) = (world.room_document(changed), changed.members.clone());
        drop(world);
        for member in members {
            self.tell_user(&member, "rooms-changed", &json!(["updated", document]));
        }
    }

    pub(super) fn touch_room(&self, room: &str, at: i64) {
        let mut world = self.demo.world();
        if let Some(room) = world
            .rooms
            .iter_mut()
            .find(|candidate| candidate.id == room)
        {
            room.last_message_at = room.last_message_at.max(Some(at));
            room.updated_at = now_millis();
        }
        drop(world);
        self.tell_members(room);
    }
}
