//! Who works here.

use serde_json::{Value, json};

use super::ids::{id, mixed};

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) second_factor: SecondFactor,
    pub(crate) roles: &'static [&'static str],
    pub(crate) is_active: bool,
    pub(crate) must_change_password: bool,
    pub(crate) avatar: Option<Avatar>,
    pub(crate) status: &'static str,
}

/// What is asked for after the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecondFactor {
    Nothing,
    Totp {
        secret: &'static str,
    },
    Email,
    /// The server always chooses TOTP then.
    Both {
        secret: &'static str,
    },
}

impl SecondFactor {
    /// The secret, base32.
    pub(crate) fn totp_secret(self) -> Option<&'static str> {
        match self {
            Self::Totp { secret } | Self::Both { secret } => Some(secret),
            Self::Nothing | Self::Email => None,
        }
    }
}

/// An uploaded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Avatar {
    pub(crate) seed: u64,
    pub(crate) etag: String,
}

/// Longer than the 16 bytes RFC 6238 wants.
const BEN_SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const DORA_SECRET: &str = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";

impl Person {
    /// `admin`, `bot` and `app` hold `api-bypass-rate-limit`.
    pub(crate) fn bypasses_limiter(&self) -> bool {
        self.roles
            .iter()
            .any(|role| matches!(*role, "admin" | "bot" | "app"))
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.roles.contains(&"admin")
    }

    pub(crate) fn email(&self) -> String {
        format!("{}@example.org", self.username)
    }

    /// `_id`, `username`, `name`, as it stands in many documents.
    pub(crate) fn brief(&self) -> Value {
        json!({"_id": self.id, "username": self.username, "name": self.name})
    }

    /// The flattened user of `me` and of a login.
    pub(crate) fn me(&self, base: &str) -> Value {
        let mut me = json!({
            "_id": self.id,
            "username": self.username,
            "name": self.name,
            "emails": [{"address": self.email(), "verified": true}],
            "roles": self.roles,
            "active": self.is_active,
            "status": self.status,
            "statusConnection": self.status,
            "utcOffset": 1,
            "language": "en",
            "settings": {"profile": {}, "preferences": {"autoImageLoad": true}, "calendar": {}},
            "email": self.email(),
            "avatarUrl": format!("{base}avatar/{}", self.username),
            "isOAuthUser": false,
            "services": {
                "password": {"exists": true},
                "totp": {"enabled": self.second_factor.totp_secret().is_some()},
            },
        });
        if let Some(fields) = me.as_object_mut() {
            if let Some(avatar) = &self.avatar {
                fields.insert("avatarETag".to_owned(), Value::from(avatar.etag.clone()));
            }
            if self.must_change_password {
                fields.insert("requirePasswordChange".to_owned(), Value::Bool(true));
                let reason = "Set by the administrator";
                fields.insert(
                    "requirePasswordChangeReason".to_owned(),
                    Value::from(reason),
                );
            }
        }
        me
    }
}

/// The accounts one can sign in with, and colleagues with names in several scripts.
pub(crate) fn people(seed: u64) -> Vec<Person> {
    let mut people: Vec<Person> = NAMES
        .iter()
        .zip(0..)
        .map(|((username, name), n)| Person {
            id: id(seed, "person", n),
            username: (*username).to_owned(),
            name: (*name).to_owned(),
            password: format!("{username}-demo"),
            second_factor: SecondFactor::Nothing,
            roles: &["user"],
            is_active: true,
            must_change_password: false,
            avatar: (n % 3 != 2).then(|| Avatar {
                seed: mixed(seed, "face", n),
                etag: id(seed, "etag", n),
            }),
            status: if n % 4 == 0 { "away" } else { "online" },
        })
        .collect();
    for person in &mut people {
        match person.username.as_str() {
            "ben" => person.second_factor = SecondFactor::Totp { secret: BEN_SECRET },
            "carla" => person.second_factor = SecondFactor::Email,
            "dora" => {
                person.second_factor = SecondFactor::Both {
                    secret: DORA_SECRET,
                }
            }
            "admin" => person.roles = &["admin"],
            "emil" => person.must_change_password = true,
            "frida" => person.is_active = false,
            _ => {}
        }
    }
    people
}

const NAMES: [(&str, &str); 19] = [
    ("ana", "Ana Prado"),
    ("ben", "Ben Okafor"),
    ("carla", "Carla Winter"),
    ("admin", "Site Admin"),
    ("dora", "Dora Lindqvist"),
    ("emil", "Emil Brandt"),
    ("frida", "Frida Gone"),
    ("mei.lin", "林美玲"),
    ("kenji", "田中 健二"),
    ("layla", "ليلى حداد"),
    ("noam", "נועם לוי"),
    ("priya", "प्रिया शर्मा"),
    ("olena", "Олена Ковальчук"),
    ("yorgos", "Γιώργος Παππάς"),
    ("min.jun", "김민준"),
    ("zoe", "Zoé 🌻 Martin"),
    ("thandi", "Thandiwe Nkosi"),
    ("somchai", "สมชาย ใจดี"),
    ("lars", "Lars Sørensen"),
];
