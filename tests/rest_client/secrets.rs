//! What must never be seen: tokens, passwords and signed links in logs and debug output.

use std::io::Write;
use std::sync::{Arc, Mutex};

use salon::domain::{Credentials, LogInRequest, UploadId};
use salon::rocketchat::{AvatarOf, Client, Http, log_in};
use secrecy::SecretString;
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use crate::stub::{Reply, Stub};
use crate::{TOKEN, USER};

const PASSWORD: &str = "hunter2-is-secret";
const SIGNATURE: &str = "signature-of-a-link";

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Takes everything that this thread logs, until the guard is dropped.
    pub(crate) fn record(&self) -> tracing::subscriber::DefaultGuard {
        let writer = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A server that lets everybody in, and keeps its files behind a signed link.
async fn server_with_storage() -> (Stub, Stub) {
    let storage = Stub::start(|_| Reply::bytes(200, "an image")).await;
    let link = storage.url(&format!("/up1?X-Amz-Signature={SIGNATURE}"));
    let server = Stub::start(move |asked| match asked.path.as_str() {
        "/api/v1/login" => Reply::json(
            200,
            &json!({ "status": "success", "data": { "userId": USER, "authToken": TOKEN,
                "me": { "_id": USER, "username": "ana" } } }),
        ),
        path if path.starts_with("/api/") => Reply::json(500, &json!({ "success": false })),
        _ => Reply::redirect(&link),
    })
    .await;
    (server, storage)
}

#[tokio::test]
async fn no_secret_is_in_any_log_or_debug_output() {
    let log = Log::default();
    let guard = log.record();

    let (server, _storage) = server_with_storage().await;
    let http = Http::new().unwrap();
    let request = LogInRequest {
        server: server.server(),
        credentials: Credentials::Password {
            user: "ana".to_owned(),
            password: SecretString::from(PASSWORD),
            code: None,
        },
    };
    let session = log_in(&http, &request).await.unwrap();
    let client = Client::new(http, session);
    let error = client.confirm_session().await.unwrap_err();
    let upload = UploadId::from("up1");
    let download = client.open_upload(&upload, "x.png", None).await.unwrap();
    let avatar = AvatarOf::User("ana".to_owned());
    client.open_avatar(&avatar).await.unwrap();
    drop(guard);

    let shown = format!("{client:?} {download:?} {request:?} {error:?} {error}");
    let logged = log.text();
    assert!(logged.contains("login"), "nothing was logged: {logged}");
    for secret in [TOKEN, PASSWORD, SIGNATURE] {
        assert!(!logged.contains(secret), "{logged}");
        assert!(!shown.contains(secret), "{shown}");
    }
}
