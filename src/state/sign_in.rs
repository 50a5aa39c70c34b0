//! The sign-in form: server, user, password, code or token.

use secrecy::SecretString;

use crate::domain::{AddressError, Credentials, LogInRequest, ServerUrl};
use crate::protocol::{
    ClientError, Command, Generation, LogInRefusal, ServerIdentity, SessionInfo, TwoFactorChallenge,
};

/// What the form knows.
#[derive(Debug, Default)]
pub struct SignIn {
    /// The address as typed.
    pub server_text: String,
    /// What is known about that address.
    pub probe: Probe,
    /// Where the person is in the form.
    pub step: SignInStep,
    /// Why the last attempt failed.
    pub error: Option<ClientError>,
    /// What became of the last request for another code.
    pub resend: Resend,
    /// The server the person agreed to reach without encryption.
    agreed_to: Option<ServerUrl>,
    credentials: Option<(String, SecretString)>,
}

/// What is known about the typed address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Probe {
    /// Nothing was typed.
    #[default]
    Idle,
    /// The text is no address.
    Invalid(AddressError),
    /// An `http://` address of another machine: the person must agree first.
    NeedsConsent(ServerUrl),
    /// Asking.
    Asking(ServerUrl),
    /// The server, or why not.
    Answered(Result<ServerIdentity, ClientError>),
}

/// Where the person is in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SignInStep {
    /// User and password, or token.
    #[default]
    Form,
    /// The server is being asked.
    Submitting,
    /// A second factor is needed.
    Code {
        /// What the server said about it.
        challenge: TwoFactorChallenge,
        /// The last code was wrong.
        is_wrong: bool,
        /// The code is being checked.
        is_checking: bool,
    },
}

/// A request for another code by e-mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Resend {
    /// None was made.
    #[default]
    Idle,
    /// On its way.
    Asking,
    /// The server sent one.
    Sent,
    /// It could not be asked.
    Failed(ClientError),
}

impl SignIn {
    /// A form that offers this address.
    pub fn for_server(server: &str) -> (Self, Option<Command>) {
        let mut form = Self::default();
        let command = form.type_server(server.to_owned());
        (form, command)
    }

    /// A form for signing in again where a session has ended.
    pub fn for_session(session: &SessionInfo) -> Self {
        let base = session.account.server.clone();
        Self {
            server_text: base.to_string(),
            agreed_to: Some(base.clone()),
            probe: Probe::Answered(Ok(ServerIdentity {
                base,
                version: session.server_version.clone().unwrap_or_default(),
                name: session.server_name.clone(),
                is_form_log_in_hidden: false,
                user_hint: None,
            })),
            ..Self::default()
        }
    }

    /// The server that answered, if one did.
    pub const fn server(&self) -> Option<&ServerIdentity> {
        match &self.probe {
            Probe::Answered(Ok(identity)) => Some(identity),
            _ => None,
        }
    }

    /// Whether an answer is awaited.
    pub const fn is_busy(&self) -> bool {
        matches!(
            self.step,
            SignInStep::Submitting
                | SignInStep::Code {
                    is_checking: true,
                    ..
                }
        )
    }

    pub(super) fn type_server(&mut self, text: String) -> Option<Command> {
        self.server_text = text;
        self.error = None;
        match ServerUrl::parse_typed(&self.server_text) {
            Err(AddressError::Empty) => self.probe = Probe::Idle,
            Err(error) => self.probe = Probe::Invalid(error),
            Ok(typed) if typed.is_insecure && self.agreed_to.as_ref() != Some(&typed.base) => {
                self.probe = Probe::NeedsConsent(typed.base);
            }
            Ok(typed) => return Some(self.ask(typed.base)),
        }
        None
    }

    /// Asks the same server again, after it could not be reached.
    pub(super) fn probe_again(&mut self) -> Option<Command> {
        self.type_server(self.server_text.clone())
    }

    pub(super) fn agree_to_insecure(&mut self) -> Option<Command> {
        let Probe::NeedsConsent(server) = &self.probe else {
            return None;
        };
        let server = server.clone();
        self.agreed_to = Some(server.clone());
        Some(self.ask(server))
    }

    pub(super) fn probed(&mut self, typed: &str, result: Result<ServerIdentity, ClientError>) {
        if typed != self.server_text {
            return;
        }
        self.probe = match result {
            // A redirect may have led away from what the person agreed to.
            Ok(identity)
                if !identity.base.is_private()
                    && self.agreed_to.as_ref() != Some(&identity.base) =>
            {
                Probe::NeedsConsent(identity.base)
            }
            result => Probe::Answered(result),
        };
    }

    pub(super) fn submit_password(
        &mut self,
        user: String,
        password: SecretString,
        generation: Generation,
    ) -> Option<Command> {
        self.credentials = Some((user, password));
        self.resend = Resend::Idle;
        let command = self.log_in(None, generation)?;
        self.step = SignInStep::Submitting;
        Some(command)
    }

    pub(super) fn submit_code(&mut self, code: &str, generation: Generation) -> Option<Command> {
        let command = self.log_in(Some(code.trim().to_owned()), generation)?;
        if let SignInStep::Code { is_checking, .. } = &mut self.step {
            *is_checking = true;
        }
        Some(command)
    }

    pub(super) fn submit_token(
        &mut self,
        credentials: Credentials,
        generation: Generation,
    ) -> Option<Command> {
        let server = self.server()?.base.clone();
        self.error = None;
        self.step = SignInStep::Submitting;
        let request = LogInRequest {
            server,
            credentials,
        };
        Some(Command::LogIn {
            request,
            generation,
        })
    }

    pub(super) fn resend_code(&mut self) -> Option<Command> {
        let SignInStep::Code { challenge, .. } = &self.step else {
            return None;
        };
        let typed = self.credentials.as_ref().map(|(user, _)| user.clone());
        let email_or_username = challenge.email_or_username.clone().or(typed)?;
        let server = self.server()?.base.clone();
        self.resend = Resend::Asking;
        Some(Command::ResendCode {
            server,
            email_or_username,
        })
    }

    pub(super) fn code_resent(&mut self, result: Result<(), ClientError>) {
        self.resend = result.map_or_else(Resend::Failed, |()| Resend::Sent);
    }

    pub(super) fn leave_code_question(&mut self) {
        self.step = SignInStep::Form;
        self.error = None;
        self.credentials = None;
    }

    pub(super) fn failed(&mut self, error: ClientError) {
        let was_checking = matches!(self.step, SignInStep::Code { .. });
        match error {
            ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge)) => {
                self.error = None;
                self.step = SignInStep::Code {
                    challenge,
                    is_wrong: false,
                    is_checking: false,
                };
            }
            ClientError::LogIn(LogInRefusal::TwoFactorInvalid(challenge)) => {
                self.error = None;
                self.step = SignInStep::Code {
                    challenge,
                    is_wrong: true,
                    is_checking: false,
                };
            }
            // Nothing is lost: the code question stays when only the way to the server failed.
            error if was_checking && !matches!(error, ClientError::LogIn(_)) => {
                if let SignInStep::Code {
                    is_checking,
                    is_wrong,
                    ..
                } = &mut self.step
                {
                    (*is_checking, *is_wrong) = (false, false);
                }
                self.error = Some(error);
            }
            error => {
                self.step = SignInStep::Form;
                self.error = Some(error);
            }
        }
    }

    fn log_in(&mut self, code: Option<String>, generation: Generation) -> Option<Command> {
        let server = self.server()?.base.clone();
        let (user, password) = self.credentials.clone()?;
        self.error = None;
        let credentials = Credentials::Password {
            user,
            password,
            code: code.map(SecretString::from),
        };
        Some(Command::LogIn {
            request: LogInRequest {
                server,
                credentials,
            },
            generation,
        })
    }

    fn ask(&mut self, server: ServerUrl) -> Command {
        self.probe = Probe::Asking(server.clone());
        Command::ProbeServer {
            server,
            typed: self.server_text.clone(),
        }
    }
}
