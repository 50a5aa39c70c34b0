//! What a server answers, or does not.

use super::signing_in::log_in;
use super::{UserMessage, duration};
use crate::protocol::{ClientError, TlsProblem, WrongAnswer};

/// Anything that went wrong with the server.
pub fn client(error: &ClientError) -> UserMessage {
    match error {
        ClientError::NameNotFound { host } => UserMessage::new(
            format!("There is no server called {host}"),
            "Check the spelling and your network connection.",
        ),
        ClientError::Unreachable { .. } => UserMessage::new(
            "The server refuses the connection",
            "Check the address and port, and whether the server is running.",
        ),
        ClientError::TimedOut => UserMessage::new(
            "The server does not answer",
            "Check your network connection, then try again.",
        ),
        ClientError::Tls(problem) => tls(problem),
        ClientError::NotRocketChat(answer) => not_rocket_chat(answer),
        ClientError::Unavailable { status } => UserMessage::new(
            "The server is starting up or down for maintenance",
            format!("Try again in a minute (status {status})."),
        ),
        ClientError::ServerFault { status } => UserMessage::new(
            "The server has a problem of its own",
            format!("Try again later; if it stays, tell its administrator (status {status})."),
        ),
        ClientError::RateLimited { retry_after } => UserMessage::new(
            "The server asks for a pause",
            format!("Try again in {}.", duration(*retry_after)),
        ),
        ClientError::SessionExpired => {
            UserMessage::new("Your session is over", "Sign in again to go on.")
        }
        ClientError::Forbidden => UserMessage::new(
            "You have no access to this room",
            "Ask its owner to add you, or an administrator for the right to view it.",
        ),
        ClientError::NotFound => UserMessage::new(
            "The server does not know this",
            "It may have been deleted, or the server is too old for it.",
        ),
        ClientError::Refused { message, .. } => UserMessage::new(
            "The server refused",
            if message.is_empty() {
                "It gave no reason.".to_owned()
            } else {
                format!("It says: {message}")
            },
        ),
        ClientError::Malformed { .. } => UserMessage::new(
            "The server's answer makes no sense",
            "A proxy may have changed it, or the server's version is unknown. Try again later.",
        ),
        ClientError::CutOff => UserMessage::new(
            "The connection broke in the middle of the answer",
            "Try again; if it stays, look at the network in between.",
        ),
        ClientError::InsecureRedirect => UserMessage::new(
            "The server leads to an address without encryption",
            "Nothing was sent there. Tell the server's administrator.",
        ),
        ClientError::NoCertificates { .. } => UserMessage::new(
            "This computer has no certificates to check servers with",
            "Install the package ca-certificates, then start Salon again.",
        ),
        ClientError::LogIn(refusal) => log_in(refusal),
    }
}

fn tls(problem: &TlsProblem) -> UserMessage {
    let headline = "The connection is not trusted";
    let advice = match problem {
        TlsProblem::UnknownIssuer => {
            "Nobody this computer trusts has signed the server's certificate. If your \
             organisation has its own authority, install its certificate in the system."
        }
        TlsProblem::Expired => "The server's certificate has expired. Tell its administrator.",
        TlsProblem::NotYetValid => {
            "The server's certificate is not valid yet. Check this computer's date and time."
        }
        TlsProblem::WrongName => {
            "The server's certificate is for another name. Check the address for typing mistakes."
        }
        TlsProblem::Revoked => "The server's certificate was withdrawn. Tell its administrator.",
        TlsProblem::NotTls => {
            "The server does not encrypt. If you trust the network, type http:// before the address."
        }
        TlsProblem::Other(cause) => {
            return UserMessage::new(
                headline,
                format!("The encrypted connection failed: {cause}"),
            );
        }
    };
    UserMessage::new(headline, advice)
}

fn not_rocket_chat(answer: &WrongAnswer) -> UserMessage {
    match answer {
        WrongAnswer::Html | WrongAnswer::OtherContent | WrongAnswer::OtherJson => UserMessage::new(
            "Something answers there, but not Rocket.Chat",
            "Check the address. If the server lives below a path, type it too: example.org/chat.",
        ),
        WrongAnswer::Status(status) => UserMessage::new(
            "There is no Rocket.Chat server at this address",
            format!("Check the address and its path (status {status})."),
        ),
        WrongAnswer::ProxyAuthentication => UserMessage::new(
            "A proxy in front of the server wants a password of its own",
            "Salon cannot answer it. Ask the administrator for an address without it.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::protocol::LogInRefusal;

    #[test]
    fn every_failure_of_a_server_says_what_to_do_in_plain_words() {
        let errors = [
            ClientError::NameNotFound {
                host: "x".to_owned(),
            },
            ClientError::Unreachable {
                cause: String::new(),
            },
            ClientError::TimedOut,
            ClientError::Tls(TlsProblem::Expired),
            ClientError::NotRocketChat(WrongAnswer::Html),
            ClientError::Unavailable { status: 503 },
            ClientError::ServerFault { status: 500 },
            ClientError::RateLimited {
                retry_after: Duration::from_secs(42),
            },
            ClientError::SessionExpired,
            ClientError::Forbidden,
            ClientError::NotFound,
            ClientError::Refused {
                code: None,
                message: String::new(),
            },
            ClientError::Malformed {
                what: String::new(),
            },
            ClientError::CutOff,
            ClientError::InsecureRedirect,
            ClientError::NoCertificates {
                cause: String::new(),
            },
            ClientError::LogIn(LogInRefusal::WrongCredentials),
        ];
        for error in errors {
            let message = client(&error);
            assert!(!message.headline.ends_with('.'), "{message:?}");
            assert!(!message.advice.is_empty(), "{message:?}");
            let text = format!("{} {}", message.headline, message.advice).to_lowercase();
            for word in ["sorry", "please", "error occurred", "json", "exception"] {
                assert!(!text.contains(word), "{message:?}");
            }
        }
    }
}
