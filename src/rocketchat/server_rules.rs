//! The public settings that matter to everybody who is signed in, asked for together.

use serde_json::Value;

use super::request::Api;
use super::room_title::TitleRules;
use super::{ClientError, settings};
use crate::domain::ServerUrl;

const REAL_NAMES: &str = "UI_Use_Real_Name";
const SPECIAL_CHARACTERS: &str = "UI_Allow_room_names_with_special_chars";
const SITE_URL: &str = "Site_Url";

/// What the settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ServerRules {
    /// How rooms are called.
    pub(super) titles: TitleRules,
    /// Where the server says that people find it; see [`public_address`].
    pub(super) public_address: Option<ServerUrl>,
}

impl ServerRules {
    /// Asks the server.
    pub(super) async fn ask(api: Api<'_>) -> Result<Self, ClientError> {
        let settings = settings::ask(api, &[REAL_NAMES, SPECIAL_CHARACTERS, SITE_URL]).await?;
        let is_on = |name: &str| settings.get(name) == Some(&Value::Bool(true));
        let site_url = settings.get(SITE_URL).and_then(Value::as_str);
        Ok(Self {
            titles: TitleRules {
                uses_real_names: is_on(REAL_NAMES),
                allows_special_characters: is_on(SPECIAL_CHARACTERS),
            },
            public_address: site_url.and_then(|said| public_address(said, api.server)),
        })
    }
}

/// `Site_Url` where it is worth more to others than the address that was signed in with.
///
/// Until somebody sets it, it is `http://localhost:3000`, which leads nobody anywhere; and a
/// server that was reached encrypted is not handed on unencrypted.
fn public_address(said: &str, used: &ServerUrl) -> Option<ServerUrl> {
    let said = ServerUrl::parse_base(said.trim()).ok()?;
    let is_for_others = !said.is_on_this_machine() || used.is_on_this_machine();
    let is_as_private = said.is_private() || !used.is_private() || used.is_on_this_machine();
    (is_for_others && is_as_private && said != *used).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_leads_others_nowhere_is_not_handed_on() {
        let public = |said: &str, used: &str| {
            let used = ServerUrl::parse_base(used).unwrap();
            public_address(said, &used).map(|address| address.to_string())
        };
        let inside = "https://chat.internal/";
        assert_eq!(
            public("https://chat.example.org/team", inside).as_deref(),
            Some("https://chat.example.org/team/")
        );
        for useless in [
            "",
            "chat.example.org",
            "http://localhost:3000",
            "http://127.0.0.1:3000/",
            "http://chat.example.org",
            "ftp://chat.example.org",
            "javascript:alert(1)",
            "https://ana:secret@chat.example.org",
            inside,
        ] {
            assert_eq!(public(useless, inside), None, "{useless}");
        }
        assert_eq!(
            public("http://chat.example.org", "http://10.0.0.7:3000/").as_deref(),
            Some("http://chat.example.org/")
        );
        assert_eq!(
            public("http://chat.example.org", "http://localhost:3000/").as_deref(),
            Some("http://chat.example.org/")
        );
    }
}
