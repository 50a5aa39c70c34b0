//! From an error of the HTTP library to what a person can do about it.

use std::error::Error;
use std::io;

use rustls::{CertificateError, InvalidMessage};

use super::{ClientError, TlsProblem, WrongAnswer};

/// Sorts an error that came instead of an answer, or in the middle of one.
pub(super) fn client_error(error: reqwest::Error) -> ClientError {
    if let Some(problem) = tls_problem(&error) {
        return ClientError::Tls(problem);
    }
    if error.is_dns() {
        let host = error.url().and_then(|url| url.host_str());
        return ClientError::NameNotFound {
            host: host.unwrap_or_default().to_owned(),
        };
    }
    if error.is_timeout() {
        return ClientError::TimedOut;
    }
    if !error.is_connect() && (error.is_decode() || error.is_body()) {
        return ClientError::CutOff;
    }
    match causes(&error).find_map(|cause| cause.downcast_ref::<hyper::Error>()) {
        Some(cause) if cause.is_incomplete_message() => return ClientError::CutOff,
        // Whatever listens there, it does not speak HTTP.
        Some(cause) if cause.is_parse() => {
            return ClientError::NotRocketChat(WrongAnswer::OtherContent);
        }
        _ => {}
    }
    // The address is taken out: its query could hold what belongs in no log.
    ClientError::Unreachable {
        cause: root_cause(&error.without_url()),
    }
}

/// Whether the request surely never reached the server.
pub(super) fn was_never_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}

fn tls_problem(error: &reqwest::Error) -> Option<TlsProblem> {
    causes(error).find_map(tls_error).map(sort_tls_error)
}

/// The TLS error that this is, or that it wraps: an `io::Error` hides what it wraps from
/// `source()`, and the connector wraps twice.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match cause.downcast_ref::<io::Error>() {
        Some(wrapper) => tls_error(wrapper.get_ref()?),
        None => cause.downcast_ref(),
    }
}

fn sort_tls_error(error: &rustls::Error) -> TlsProblem {
    match error {
        rustls::Error::InvalidCertificate(problem) => sort_certificate_error(problem),
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => TlsProblem::NotTls,
        other => TlsProblem::Other(other.to_string()),
    }
}

fn sort_certificate_error(problem: &CertificateError) -> TlsProblem {
    match problem {
        // A bad signature is that of somebody who bears a trusted issuer's name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            TlsProblem::UnknownIssuer
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsProblem::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsProblem::WrongName
        }
        CertificateError::Revoked => TlsProblem::Revoked,
        // What `openssl req -x509` makes: self-signed, and a CA at the same time.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            TlsProblem::UnknownIssuer
        }
        other => TlsProblem::Other(format!("{other:?}")),
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// The error's causes, outermost first, without the error itself.
fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
