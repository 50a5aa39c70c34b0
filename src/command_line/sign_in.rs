//! Who the command works for: a token from the environment, or an account of the keyring.

use std::sync::Arc;
use std::time::Duration;

use super::asking::ask;
use super::dirs_of;
use super::trouble::{Exit, Trouble};
use crate::cli::AccountArgs;
use crate::domain::{AuthToken, Credentials, LogInRequest, ServerUrl, Session, TokenKind, UserId};
use crate::rocketchat::{Client, Http, log_in, probe, resume};
use crate::state::user_message;
use crate::storage::{
    Dirs, KeyringStore, KeyringThread, KnownAccount, SessionStore, load_settings,
};

/// The token to use instead of the keyring.
const TOKEN: &str = "SALON_TOKEN";

/// The user id that it belongs to.
const USER_ID: &str = "SALON_USER_ID";

/// A keyring may ask for its password first.
const KEYRING_TIMEOUT: Duration = Duration::from_mins(1);

/// A session that the server accepted, and where this machine keeps what it knows.
pub(super) struct SignedIn {
    pub(super) client: Client,
    pub(super) dirs: Dirs,
}

/// Signs in. `told` hears how long the server wants to be left alone.
pub(super) async fn sign_in(
    args: &AccountArgs,
    told: impl FnMut(Duration),
) -> Result<SignedIn, Trouble> {
    let dirs = dirs_of(args)?;
    let (settings, trouble) = load_settings(&dirs);
    if let Some(trouble) = trouble {
        tracing::warn!(%trouble, "settings");
    }
    let http = Http::new().map_err(|error| Trouble::client(&error))?;
    let session = if let Some(token) = variable(TOKEN) {
        by_token(&http, args, &settings.accounts, token, told).await?
    } else {
        let account = choose(&settings.accounts, args)?;
        let store: Arc<dyn SessionStore> = Arc::new(KeyringStore::default());
        by_keyring(&http, account, store, args.patience, told).await?
    };
    let client = Client::new(http, session);
    Ok(SignedIn { client, dirs })
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

async fn by_token(
    http: &Http,
    args: &AccountArgs,
    accounts: &[KnownAccount],
    token: String,
    mut told: impl FnMut(Duration),
) -> Result<Session, Trouble> {
    let typed = match (&args.server, accounts) {
        (Some(typed), _) => typed.clone(),
        (None, [only]) => only.server.clone(),
        (None, _) => {
            return Err(Trouble::new(
                Exit::Usage,
                format!("{TOKEN} is set, and no server"),
                "Add --server with its address.",
            ));
        }
    };
    let address = ServerUrl::parse_typed(&typed).map_err(|error| {
        let message = user_message::address(&error);
        let exit = Exit::Usage;
        Trouble { exit, message }
    })?;
    let refuse_http = || {
        Trouble::new(
            Exit::Usage,
            "The token would be sent unencrypted",
            "Write the address with https, or add --allow-http.",
        )
    };
    if address.is_insecure && !args.allow_http {
        return Err(refuse_http());
    }
    let asked = ask(args.patience, &mut told, async || {
        probe(http, &address.base).await
    });
    let server = asked.await.map_err(|error| Trouble::client(&error))?.base;
    if !server.is_private() && !args.allow_http {
        return Err(refuse_http());
    }
    let token = AuthToken::new(token);
    let user = variable(USER_ID).map(UserId::from);
    let signed_in = ask(args.patience, told, async || {
        if let Some(user) = &user {
            let kind = TokenKind::PersonalAccess;
            return resume(http, &server, user, token.clone(), kind).await;
        }
        let request = LogInRequest {
            server: server.clone(),
            credentials: Credentials::PersonalAccessToken(token.clone()),
        };
        log_in(http, &request).await
    });
    let session = signed_in.await.map_err(|error| {
        let trouble = Trouble::client(&error);
        if trouble.exit != Exit::SignIn {
            return trouble;
        }
        Trouble::new(
            Exit::SignIn,
            "The server does not accept this token",
            format!(
                "Make a personal access token in the web client and set {TOKEN} and {USER_ID}; \
                 both are shown there."
            ),
        )
    })?;
    let name = session.me.username.as_deref().unwrap_or_default();
    match &args.user {
        Some(user) if user != name => Err(Trouble::new(
            Exit::Usage,
            format!("The token is of {name}, not of {user}"),
            format!("Leave out --user, or set {TOKEN} to a token of {user}."),
        )),
        _ => Ok(session),
    }
}

/// The account that these arguments mean.
fn choose<'a>(
    accounts: &'a [KnownAccount],
    args: &AccountArgs,
) -> Result<&'a KnownAccount, Trouble> {
    let typed = args.server.as_deref().map(ServerUrl::parse_typed);
    let server = typed.transpose().map_err(|error| {
        let message = user_message::address(&error);
        let exit = Exit::Usage;
        Trouble { exit, message }
    })?;
    let is_meant = |account: &&KnownAccount| {
        let is_server = server.as_ref().is_none_or(|typed| {
            let known = ServerUrl::parse_base(&account.server);
            known.is_ok_and(|known| {
                known == typed.base || known.host_and_path() == typed.base.host_and_path()
            })
        });
        let is_user = args
            .user
            .as_ref()
            .is_none_or(|user| account.username == *user || account.user_id == *user);
        is_server && is_user
    };
    let meant: Vec<_> = accounts.iter().filter(is_meant).collect();
    match meant[..] {
        [account] => Ok(account),
        [] => Err(Trouble::new(
            Exit::SignIn,
            "Nobody is signed in to this server here",
            format!("Sign in with Salon's window once, or set {TOKEN} and {USER_ID}."),
        )),
        _ => {
            let names = meant
                .iter()
                .map(|account| format!("{} on {}", account.username, account.server));
            Err(Trouble::new(
                Exit::Usage,
                "Several accounts are signed in here",
                format!(
                    "Choose one with --server and --user: {}.",
                    names.collect::<Vec<_>>().join(", ")
                ),
            ))
        }
    }
}

async fn by_keyring(
    http: &Http,
    account: &KnownAccount,
    store: Arc<dyn SessionStore>,
    patience: Duration,
    told: impl FnMut(Duration),
) -> Result<Session, Trouble> {
    let wanted = account.clone();
    let load = move || KeyringThread::start(store).load(&wanted, KEYRING_TIMEOUT);
    let loaded = tokio::task::spawn_blocking(load).await;
    let loaded = loaded.map_err(|error| Trouble::system(&error))?;
    let stored = loaded.map_err(|error| Trouble {
        exit: Exit::SignIn,
        message: user_message::keyring(&error),
    })?;
    let Some(stored) = stored else {
        return Err(Trouble::new(
            Exit::SignIn,
            format!("The keyring has no entry for {}", account.username),
            "Sign in with Salon's window once.",
        ));
    };
    let server = ServerUrl::parse_base(&account.server).map_err(|error| Trouble {
        exit: Exit::SignIn,
        message: user_message::address(&error),
    })?;
    let user = UserId::from(account.user_id.as_str());
    let resumed = ask(patience, told, async || {
        resume(http, &server, &user, stored.token.clone(), stored.kind).await
    });
    resumed.await.map_err(|error| Trouble::client(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(server: &str, username: &str) -> KnownAccount {
        KnownAccount {
            server: server.to_owned(),
            user_id: format!("id-{username}"),
            username: username.to_owned(),
            last_room: None,
        }
    }

    fn args(server: Option<&str>, user: Option<&str>) -> AccountArgs {
        AccountArgs {
            server: server.map(str::to_owned),
            user: user.map(str::to_owned),
            ..AccountArgs::default()
        }
    }

    #[test]
    fn the_only_account_is_meant_and_several_are_chosen_between() {
        let one = [account("https://a.example.org/", "ana")];
        assert_eq!(choose(&one, &args(None, None)), Ok(&one[0]));
        let two = [
            account("https://a.example.org/", "ana"),
            account("https://b.example.org/chat/", "ana"),
            account("https://b.example.org/chat/", "ben"),
        ];
        let by_user = args(Some("b.example.org/chat"), Some("ben"));
        assert_eq!(choose(&two, &by_user), Ok(&two[2]));
        let by_server = args(Some("https://a.example.org"), None);
        assert_eq!(choose(&two, &by_server), Ok(&two[0]));
        let several = choose(&two, &args(None, Some("ana"))).unwrap_err();
        assert_eq!(several.exit, Exit::Usage);
        assert!(
            several
                .text()
                .contains("ana on https://b.example.org/chat/")
        );
    }

    #[test]
    fn without_an_account_it_says_what_to_do() {
        let nobody = choose(&[], &args(None, None)).unwrap_err();
        assert_eq!(nobody.exit, Exit::SignIn);
        assert!(nobody.text().contains(TOKEN), "{}", nobody.text());
        let address = choose(&[], &args(Some("ftp://x"), None)).unwrap_err();
        assert_eq!(address.exit, Exit::Usage);
    }
}
