//! From a request to a websocket.

use reqwest::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use reqwest::{Response, StatusCode, Upgraded};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::super::transport_error::client_error;
use super::super::{ClientError, Http};
use super::RealtimeEnd;
use crate::domain::ServerUrl;

/// The server sends no longer frame: it closes connections that 4 MiB wait for.
const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;

pub(super) type Socket = WebSocketStream<Upgraded>;

/// Asks for `<base>/websocket`. No credentials are in the request.
pub(super) async fn open(http: &Http, server: &ServerUrl) -> Result<Socket, RealtimeEnd> {
    let key = generate_key();
    let asked = http
        .upgradable()
        .map_err(RealtimeEnd::Unreachable)?
        .get(server.join(["websocket"]))
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, &key)
        .send()
        .await
        .map_err(unreachable)?;
    check(&asked, &key)?;
    let stream = asked.upgrade().await.map_err(unreachable)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_FRAME_BYTES))
        .max_frame_size(Some(MAX_FRAME_BYTES));
    Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
}

fn check(answer: &Response, key: &str) -> Result<(), RealtimeEnd> {
    let status = answer.status();
    let accepted = answer.headers().get(SEC_WEBSOCKET_ACCEPT);
    let expected = derive_accept_key(key.as_bytes());
    match status {
        StatusCode::SWITCHING_PROTOCOLS
            if accepted.map(HeaderValue::as_bytes) == Some(expected.as_bytes()) =>
        {
            Ok(())
        }
        // Passing: the server starts, or a proxy is asked too much.
        _ if is_passing(status) => Err(RealtimeEnd::Unreachable(ClientError::Unavailable {
            status: status.as_u16(),
        })),
        _ => Err(RealtimeEnd::NotOffered {
            cause: format!("status {}", status.as_u16()),
        }),
    }
}

fn is_passing(status: StatusCode) -> bool {
    let is_fault = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
    is_fault || matches!(status.as_u16(), 408 | 425 | 429)
}

fn unreachable(error: reqwest::Error) -> RealtimeEnd {
    RealtimeEnd::Unreachable(client_error(error))
}
