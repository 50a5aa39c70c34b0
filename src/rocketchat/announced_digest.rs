//! The SHA-256 that a server or a storage behind it gives with a file: Rocket.Chat itself gives
//! none, storages and proxies may.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// The digest of the whole file, as `Repr-Digest` (RFC 9530), `Digest` (RFC 3230) or S3's
/// `x-amz-checksum-sha256` say it. `None` for a body that is compressed on the way: it may be the
/// digest of either.
pub(super) fn announced_sha256(headers: &HeaderMap) -> Option<[u8; 32]> {
    if headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    let values = |name: &str| headers.get_all(name).iter();
    let texts = |name: &str| values(name).filter_map(|value| value.to_str().ok());
    let listed = ["repr-digest", "digest"].into_iter().flat_map(texts);
    let mut listed = listed
        .flat_map(|text| text.split(','))
        .filter_map(|item| item.trim().split_once('='))
        .filter(|(algorithm, _)| algorithm.eq_ignore_ascii_case("sha-256"))
        .map(|(_, digest)| digest);
    let digest = listed
        .next()
        .or_else(|| texts("x-amz-checksum-sha256").next())?;
    let decoded = STANDARD.decode(digest.trim().trim_matches(':')).ok()?;
    // S3's checksum of an upload in parts is longer, and another thing.
    decoded.try_into().ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn announced(name: &'static str, value: &'static str) -> Option<[u8; 32]> {
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        announced_sha256(&headers)
    }

    #[test]
    fn a_digest_is_read_however_it_is_said() {
        // Of nothing at all.
        let digest = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let wanted: [u8; 32] = STANDARD.decode(digest).unwrap().try_into().unwrap();
        for (name, value) in [
            (
                "repr-digest",
                "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
            ),
            (
                "digest",
                "MD5=abc, SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            ),
            (
                "x-amz-checksum-sha256",
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            ),
        ] {
            assert_eq!(announced(name, value), Some(wanted), "{name}");
        }
    }

    #[test]
    fn what_is_none_is_ignored() {
        for (name, value) in [
            ("digest", "sha-256"),
            ("digest", "sha-256=not base64!"),
            ("repr-digest", "sha-512=:AAAA:"),
            ("x-amz-checksum-sha256", "47DEQpj8HBSa-3"),
            ("etag", "\"d41d8cd98f00b204e9800998ecf8427e\""),
        ] {
            assert_eq!(announced(name, value), None, "{name}: {value}");
        }
    }
}
