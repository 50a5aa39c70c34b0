//! What a server says about itself before anybody signs in.

use crate::domain::ServerUrl;

/// What `/api/info` and the public settings say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerIdentity {
    /// The base after redirects.
    pub base: ServerUrl,
    /// `major.minor`, such as "8.8".
    pub version: String,
    /// `Site_Name`, if the server told.
    pub name: Option<String>,
    /// `Accounts_ShowFormLogin` is off: only single sign-on, so a personal access token is
    /// the way in.
    pub is_form_log_in_hidden: bool,
    /// What to write into the user field.
    pub user_hint: Option<String>,
}
