//! Which dialog of the window's own is open.

/// At most one at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Dialog {
    /// None.
    #[default]
    None,
    /// The list of keys.
    Help,
    /// Asks which date to go to.
    Date,
    /// Asks before signing out.
    SignOut,
}
