//! `settings.public`: the few public settings that matter here.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::ClientError;
use super::request::{Api, read_whole};
use super::transport_error::client_error;

/// From this major version on, settings are named by `_id`; before, by `query`, which later
/// versions refuse.
const NAMED_BY_ID_SINCE: u32 = 7;

/// Nothing that settings decide is worth a longer wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// Public settings by name. Those that the server does not have are absent.
pub(super) type Settings = HashMap<String, Value>;

/// Reads public settings of a server whose version is not known.
pub(super) async fn ask(api: Api<'_>, names: &[&str]) -> Result<Settings, ClientError> {
    let asked = async { read(api, &version(api).await?, names).await };
    patiently(asked).await
}

/// Reads public settings.
pub(super) async fn public_settings(
    api: Api<'_>,
    version: &str,
    names: &[&str],
) -> Result<Settings, ClientError> {
    patiently(read(api, version, names)).await
}

async fn patiently(
    asked: impl Future<Output = Result<Settings, ClientError>>,
) -> Result<Settings, ClientError> {
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or(Err(ClientError::TimedOut))
}

async fn read(api: Api<'_>, version: &str, names: &[&str]) -> Result<Settings, ClientError> {
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    let answer = if major.unwrap_or(NAMED_BY_ID_SINCE) >= NAMED_BY_ID_SINCE {
        let names = names.join(",");
        api.get("settings.public", &[("_id", &names), ("count", "100")])
            .await?
    } else {
        let query = serde_json::json!({ "_id": { "$in": names } }).to_string();
        api.get("settings.public", &[("query", &query), ("count", "100")])
            .await?
    };
    let items = answer.get("settings").and_then(Value::as_array);
    Ok(items
        .into_iter()
        .flatten()
        .filter_map(|item| {
            let name = item.get("_id")?.as_str()?.to_owned();
            Some((name, item.get("value")?.clone()))
        })
        .collect())
}

/// The version in `/api/info` of a server that is known to be one.
async fn version(api: Api<'_>) -> Result<String, ClientError> {
    let url = api.server.join(["api", "info"]);
    let response = api.http.foreign().get(url).send().await;
    let body = read_whole(response.map_err(client_error)?).await?;
    let info: Value = serde_json::from_slice(&body).unwrap_or_default();
    version_in(&info).ok_or_else(|| ClientError::Malformed {
        what: "/api/info without a version".to_owned(),
    })
}

/// `version`, cut to `major.minor`. Very old servers have it only inside `info`.
pub(super) fn version_in(info: &Value) -> Option<String> {
    let version = info
        .get("version")
        .or_else(|| info.get("info")?.get("version"))?
        .as_str()?;
    let mut parts = version.trim().split('.');
    let number = |part: &str| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(digits)
    };
    let major = parts.next().and_then(number)?;
    let minor = parts.next().and_then(number)?;
    Some(format!("{major}.{minor}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_is_read_to_its_minor_part() {
        assert_eq!(version_in(&json!({"version": "8.8"})).unwrap(), "8.8");
        assert_eq!(
            version_in(&json!({"version": "7.13.9-rc.1"})).unwrap(),
            "7.13"
        );
        assert_eq!(
            version_in(&json!({"info": {"version": "3.18.2"}})).unwrap(),
            "3.18"
        );
        assert_eq!(version_in(&json!({"version": "latest"})), None);
        assert_eq!(version_in(&json!({"version": 8.8})), None);
    }
}
