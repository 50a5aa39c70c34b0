//! What the server says to strangers: version, public settings, login services.

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::answers::{Answer, json_answer, success};
use super::super::demo::Demo;
use super::super::quirks::{PasswordCheck, Quirks, Storage};
use super::{Call, logged_in};

/// `GET /api/info`: not under the limiter. Only `view-statistics` sees more than
/// `major.minor`.
pub(in super::super) fn info(demo: &Demo, headers: &HeaderMap) -> Answer {
    let quirks = demo.quirks();
    let is_admin = logged_in(demo, headers).is_some_and(|(person, _)| person.is_admin());
    let short: Vec<&str> = quirks.version.splitn(3, '.').take(2).collect();
    let version = if is_admin {
        quirks.version.clone()
    } else {
        short.join(".")
    };
    let mut body = json!({
        "version": version,
        "workspaceUrl": demo.base.trim_end_matches('/'),
        "minimumClientVersions": {"desktop": "3.9.6", "mobile": "4.39.0"},
        "supportedVersions": {"signed": "eyJhbGciOiJFUzI1NiJ9.eyJ2IjpbXX0.c2lnbmF0dXJl"},
        "success": true,
    });
    if let Some(fields) = body.as_object_mut().filter(|_| is_admin) {
        let details = json!({"version": quirks.version, "build": {}, "commit": {}});
        fields.insert("info".to_owned(), details);
    }
    json_answer(StatusCode::OK, &body)
}

/// `settings.public`: `_id` lists from 7.0 on, a Mongo `query` before.
pub(super) fn settings_public(call: &Call<'_>) -> Answer {
    let wanted = wanted_ids(call);
    let settings: Vec<Value> = settings(call.demo, call.quirks)
        .into_iter()
        .filter(|(id, _)| {
            wanted
                .as_ref()
                .is_none_or(|ids| ids.iter().any(|wanted| wanted == id))
        })
        .map(|(id, value)| json!({"_id": id, "value": value}))
        .collect();
    let offset = call.query.number("offset").unwrap_or(0);
    let count = call
        .query
        .number("count")
        .unwrap_or(50)
        .min(call.quirks.page_limit);
    let total = settings.len();
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(count).unwrap_or(usize::MAX);
    let page: Vec<Value> = settings.into_iter().skip(skip).take(take).collect();
    let n_page = page.len();
    success(json!({"settings": page, "count": n_page, "offset": offset, "total": total}))
}

fn wanted_ids(call: &Call<'_>) -> Option<Vec<String>> {
    let major = call
        .quirks
        .version
        .split('.')
        .next()
        .and_then(|text| text.parse().ok());
    if major.unwrap_or(8_u32) >= 7 {
        // `query` is ignored from 7.0 on, and everything comes.
        let ids = call.query.get("_id")?;
        return Some(ids.split(',').map(|id| id.trim().to_owned()).collect());
    }
    let query: Value = serde_json::from_str(call.query.get("query")?).ok()?;
    let ids = query.get("_id")?.get("$in")?.as_array()?;
    Some(
        ids.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    )
}

/// Sorted by id.
fn settings(demo: &Demo, quirks: &Quirks) -> Vec<(&'static str, Value)> {
    let storage = match quirks.storage {
        Storage::GridFs | Storage::Unavailable => "GridFS",
        Storage::FileSystem => "FileSystem",
        Storage::S3 { .. } => "AmazonS3",
        Storage::Webdav => "Webdav",
    };
    let two_factor = "Accounts_TwoFactorAuthentication_Enabled";
    let site_url = quirks.site_url.as_deref().unwrap_or(&demo.base);
    vec![
        ("Accounts_AllowAnonymousRead", false.into()),
        (
            "Accounts_AvatarBlockUnauthenticatedAccess",
            quirks.avatar_blocking.is_on().into(),
        ),
        ("Accounts_EmailOrUsernamePlaceholder", "".into()),
        ("Accounts_LoginExpiration", 90.into()),
        ("Accounts_ShowFormLogin", true.into()),
        (
            "Accounts_TwoFactorAuthentication_By_Email_Enabled",
            true.into(),
        ),
        (
            "Accounts_TwoFactorAuthentication_By_TOTP_Enabled",
            true.into(),
        ),
        (two_factor, true.into()),
        ("Accounts_iframe_enabled", false.into()),
        ("API_User_Limit", 500.into()),
        (
            "Assets_favicon_512",
            json!({"defaultUrl": "images/logo/android-chrome-512x512.png"}),
        ),
        ("CAS_enabled", false.into()),
        ("CAS_login_url", "".into()),
        ("CDN_PREFIX", "".into()),
        (
            "CROWD_Enable",
            (quirks.password_check == PasswordCheck::Crowd).into(),
        ),
        ("DeepLink_Url", "https://go.rocket.chat".into()),
        ("E2E_Enable", true.into()),
        ("E2E_Enable_Encrypt_Files", true.into()),
        ("FileUpload_Enabled", true.into()),
        ("FileUpload_MaxFileSize", 104_857_600.into()),
        ("FileUpload_MediaTypeBlackList", "image/svg+xml".into()),
        (
            "FileUpload_ProtectFiles",
            quirks.protect_files.is_on().into(),
        ),
        ("FileUpload_Storage_Type", storage.into()),
        ("Force_SSL", false.into()),
        (
            "LDAP_Enable",
            (quirks.password_check == PasswordCheck::Ldap).into(),
        ),
        (
            "Presence_broadcast_disabled",
            (!quirks.presence.is_on()).into(),
        ),
        ("Site_Name", "Salon demo".into()),
        ("Site_Url", site_url.trim_end_matches('/').into()),
        ("UI_Allow_room_names_with_special_chars", true.into()),
        ("UI_Use_Real_Name", true.into()),
    ]
}

/// `settings.oauth`.
pub(super) fn settings_oauth(_call: &Call<'_>) -> Answer {
    success(json!({"services": []}))
}
