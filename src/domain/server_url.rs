//! From what people type to the base address of a server.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;
use url::{Host, Url};

/// Paths of the web client that people copy together with the address.
/// Source: route names of the web client; everything from such a segment on is cut.
const WEB_CLIENT_SEGMENTS: [&str; 16] = [
    "channel",
    "group",
    "direct",
    "live",
    "home",
    "login",
    "register",
    "account",
    "admin",
    "directory",
    "omnichannel",
    "marketplace",
    "audit",
    "thread",
    "meet",
    "setup-wizard",
];

/// Why a typed address cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("the address is empty")]
    Empty,
    /// A scheme other than http or https.
    #[error("unsupported scheme {0}")]
    Scheme(String),
    /// User name or password inside the address.
    #[error("credentials inside the address")]
    HoldsCredentials,
    /// Not an address at all.
    #[error("not an address")]
    Invalid,
}

/// The base address of a server: `https://chat.example.org/` or `https://x.org/chat/`.
///
/// Always http or https, always ends in `/`, never carries credentials, query or fragment.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerUrl(Url);

/// What a person typed, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedAddress {
    /// Where to look first.
    pub base: ServerUrl,
    /// The person wrote `http://` themselves, for a host that is not this machine. The
    /// password would cross the network in the clear, so they must agree first.
    pub is_insecure: bool,
}

impl ServerUrl {
    /// Understands an address as people type it: without scheme, with spaces, with a trailing
    /// path of the web client. A host on this machine without a scheme is taken as http.
    ///
    /// # Errors
    /// When the text cannot be an address; see [`AddressError`].
    pub fn parse_typed(typed: &str) -> Result<TypedAddress, AddressError> {
        let compact: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if compact.is_empty() {
            return Err(AddressError::Empty);
        }
        let with_scheme = if let Some((scheme, rest)) = compact.split_once("://") {
            match scheme.to_ascii_lowercase().as_str() {
                "http" | "https" if !rest.is_empty() => compact,
                "http" | "https" => return Err(AddressError::Empty),
                other => return Err(AddressError::Scheme(other.to_owned())),
            }
        } else {
            let trial = Url::parse(&format!("https://{compact}"));
            let is_local = trial.as_ref().is_ok_and(is_loopback);
            format!("{}://{compact}", if is_local { "http" } else { "https" })
        };
        let mut url = Url::parse(&with_scheme).map_err(|_invalid| AddressError::Invalid)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::HoldsCredentials);
        }
        if !is_plausible_host(&url) {
            return Err(AddressError::Invalid);
        }
        cut_web_client_path(&mut url);
        let is_insecure = url.scheme() == "http" && !is_loopback(&url);
        Ok(TypedAddress {
            base: Self::from_url(url)?,
            is_insecure,
        })
    }

    /// Takes an address that is already a base, such as one read back from the settings.
    ///
    /// # Errors
    /// When it is not an http or https address.
    pub fn parse_base(base: &str) -> Result<Self, AddressError> {
        Self::from_url(Url::parse(base).map_err(|_invalid| AddressError::Invalid)?)
    }

    /// Makes a base of an absolute address: drops query and fragment, ends it in `/`.
    ///
    /// # Errors
    /// When it is not an http or https address with a host.
    pub fn from_url(mut url: Url) -> Result<Self, AddressError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme(url.scheme().to_owned()));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(AddressError::Invalid);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::HoldsCredentials);
        }
        url.set_query(None);
        url.set_fragment(None);
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }

    /// The base as an address.
    pub const fn as_url(&self) -> &Url {
        &self.0
    }

    /// Host and port, for people and for the keyring: `chat.example.org`, `x.org/chat`.
    pub fn host_and_path(&self) -> String {
        let port = self
            .0
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let host = self.0.host_str().unwrap_or_default();
        format!("{host}{port}{}", self.0.path().trim_end_matches('/'))
    }

    /// Whether everything sent there is encrypted or stays on this machine.
    pub fn is_private(&self) -> bool {
        self.0.scheme() == "https" || is_loopback(&self.0)
    }

    /// Whether only this machine can go there.
    pub fn is_on_this_machine(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The base followed by `segments`, each percent-encoded as one path segment.
    pub fn join<'a, I: IntoIterator<Item = &'a str>>(&self, segments: I) -> Url {
        let mut url = self.0.clone();
        // A base always has a path, so there are segments to extend.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerUrl({})", self.0)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// Host names are letters, digits, dots and hyphens; the standard for web addresses lets more
/// through, which no server is called.
fn is_plausible_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

fn cut_web_client_path(url: &mut Url) {
    let Some(segments) = url.path_segments() else {
        return;
    };
    let kept: Vec<String> = segments
        .take_while(|segment| !WEB_CLIENT_SEGMENTS.contains(segment))
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect();
    let path = if kept.is_empty() {
        "/".to_owned()
    } else {
        format!("/{}/", kept.join("/"))
    };
    url.set_path(&path);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(typed: &str) -> String {
        ServerUrl::parse_typed(typed).unwrap().base.to_string()
    }

    #[test]
    fn addresses_are_understood_as_people_type_them() {
        assert_eq!(base("chat.example.org"), "https://chat.example.org/");
        assert_eq!(base("  Chat.Example.org/ "), "https://chat.example.org/");
        assert_eq!(base("https://x.org/chat/"), "https://x.org/chat/");
        assert_eq!(
            base("https://x.org/chat/channel/general?msg=1"),
            "https://x.org/chat/"
        );
        assert_eq!(base("x.org/home#top"), "https://x.org/");
        assert_eq!(
            base("chat.example.org:8443/direct/abc"),
            "https://chat.example.org:8443/"
        );
        assert_eq!(base("HTTPS://x.org"), "https://x.org/");
        assert_eq!(base("büro.example"), "https://xn--bro-hoa.example/");
    }

    #[test]
    fn http_is_only_taken_for_this_machine_or_with_consent() {
        assert_eq!(base("localhost:3000"), "http://localhost:3000/");
        assert_eq!(base("127.0.0.1:3000"), "http://127.0.0.1:3000/");
        assert!(
            !ServerUrl::parse_typed("http://[::1]:3000")
                .unwrap()
                .is_insecure
        );
        assert!(
            ServerUrl::parse_typed("http://chat.example.org")
                .unwrap()
                .is_insecure
        );
        assert!(
            !ServerUrl::parse_typed("chat.example.org")
                .unwrap()
                .is_insecure
        );
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        let refused = |typed: &str| ServerUrl::parse_typed(typed).unwrap_err();
        assert_eq!(refused("   "), AddressError::Empty);
        assert_eq!(refused("https://"), AddressError::Empty);
        assert_eq!(
            refused("ftp://x.org"),
            AddressError::Scheme("ftp".to_owned())
        );
        assert_eq!(
            refused("https://me:pw@x.org"),
            AddressError::HoldsCredentials
        );
        assert_eq!(refused("https://[not-an-address"), AddressError::Invalid);
        assert_eq!(refused("not a server!!"), AddressError::Invalid);
    }

    #[test]
    fn names_with_any_characters_stay_one_segment() {
        let server = ServerUrl::parse_base("https://x.org/chat").unwrap();
        let url = server.join(["file-upload", "id", "50% a/b?.png"]);
        assert_eq!(
            url.as_str(),
            "https://x.org/chat/file-upload/id/50%25%20a%2Fb%3F.png"
        );
    }
}
