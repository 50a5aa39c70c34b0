//! Identifiers as types, so that a room's id is never passed where an upload's is meant.

use std::fmt;
use std::sync::Arc;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as the server spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(Arc::from(id))
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(Arc::from(id))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

id_type!(
    /// `rid`: a room of any type. Opaque.
    RoomId
);
id_type!(
    /// `_id` of a stored file: 24 hexadecimal digits or 17 characters. Opaque.
    UploadId
);
id_type!(
    /// `_id` of a user.
    UserId
);
id_type!(
    /// `_id` of a message.
    MessageId
);
id_type!(
    /// `_id` of a subscription: one person's membership in one room.
    SubscriptionId
);

/// One press of "save", counted by this program; means nothing to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SaveJobId(pub u64);
