//! Real TLS with certificates made for each test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use salon::domain::ServerUrl;
use salon::rocketchat::{ClientError, Http, TlsProblem, probe};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::stub::{Reply, Stub};

const INFO: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 32\r\n\
                    Connection: close\r\n\r\n{\"version\":\"8.8\",\"success\":true}";

/// Somebody who signs certificates.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A server that would rather speak HTTP/2, as most do, with a certificate for `name`.
    pub(crate) async fn listen(&self, name: &str) -> (TcpListener, TlsAcceptor, ServerUrl) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let mut config = config(certificate.der().clone(), &key);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let base = format!("https://{name}:{port}/");
        let server = ServerUrl::parse_base(&base).unwrap();
        (listener, TlsAcceptor::from(Arc::new(config)), server)
    }

    /// Starts a server with a certificate for `name`, changed by `change`.
    async fn serve(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> ServerUrl {
        self.serve_answer(name, change, INFO.to_owned()).await
    }

    async fn serve_answer(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
        answer: String,
    ) -> ServerUrl {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        serve(certificate.der().clone(), &key, answer).await
    }
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// Answers every request with the same bytes.
async fn serve(certificate: CertificateDer<'static>, key: &KeyPair, answer: String) -> ServerUrl {
    let acceptor = TlsAcceptor::from(Arc::new(config(certificate, key)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                // A client that does not trust the certificate hangs up: not this side's concern.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut request = [0; 4096];
                    if stream.read(&mut request).await.is_ok() {
                        stream.write_all(answer.as_bytes()).await.ok();
                        stream.shutdown().await.ok();
                    }
                }
            });
        }
    });
    ServerUrl::parse_base(&format!("https://localhost:{port}/")).unwrap()
}

async fn problem(http: &Http, server: &ServerUrl) -> TlsProblem {
    match probe(http, server).await {
        Err(ClientError::Tls(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_of_a_trusted_issuer_is_fine() {
    let authority = Authority::new("Acme");
    let server = authority.serve("localhost", |_| {}).await;
    let http = Http::with_root_certificate(authority.pem.as_bytes()).unwrap();
    assert_eq!(probe(&http, &server).await.unwrap().version, "8.8");
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told() {
    let authority = Authority::new("Acme");
    let http = Http::with_root_certificate(authority.pem.as_bytes()).unwrap();

    let expired = authority
        .serve("localhost", |params| {
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        })
        .await;
    assert_eq!(problem(&http, &expired).await, TlsProblem::Expired);

    let early = authority
        .serve("localhost", |params| {
            params.not_before = rcgen::date_time_ymd(2100, 1, 1);
            params.not_after = rcgen::date_time_ymd(2101, 1, 1);
        })
        .await;
    assert_eq!(problem(&http, &early).await, TlsProblem::NotYetValid);

    let other_name = authority.serve("chat.example.org", |_| {}).await;
    assert_eq!(problem(&http, &other_name).await, TlsProblem::WrongName);

    // A stranger, and one who goes by the name of a trusted issuer.
    for name in ["Nobody", "Acme"] {
        let untrusted = Authority::new(name).serve("localhost", |_| {}).await;
        assert_eq!(problem(&http, &untrusted).await, TlsProblem::UnknownIssuer);
    }
}

#[tokio::test]
async fn a_self_signed_certificate_has_an_unknown_issuer() {
    // As `openssl req -x509` makes them: its own issuer, and marked as one.
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    let server = serve(certificate.der().clone(), &key, INFO.to_owned()).await;
    assert_eq!(
        problem(&Http::new().unwrap(), &server).await,
        TlsProblem::UnknownIssuer
    );
}

#[tokio::test]
async fn plain_http_behind_an_https_address_is_named_as_such() {
    let stub = Stub::start(|_| Reply::html(200)).await;
    let address = stub.url("/").replace("http://", "https://");
    let server = ServerUrl::parse_base(&address).unwrap();
    assert_eq!(
        problem(&Http::new().unwrap(), &server).await,
        TlsProblem::NotTls
    );
}

#[tokio::test]
async fn a_way_from_https_to_http_is_not_taken() {
    let authority = Authority::new("Acme");
    let http = Http::with_root_certificate(authority.pem.as_bytes()).unwrap();
    let plain = Stub::start(|_| Reply::html(200)).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        plain.url("/")
    );
    let server = authority.serve_answer("localhost", |_| {}, redirect).await;
    assert_eq!(
        probe(&http, &server).await,
        Err(ClientError::InsecureRedirect)
    );
    assert!(plain.asked().is_empty());
}

#[tokio::test]
async fn http_on_the_port_of_https_is_no_server() {
    let authority = Authority::new("Acme");
    let server = authority.serve("localhost", |_| {}).await;
    let plain = server.to_string().replace("https://", "http://");
    let plain = ServerUrl::parse_base(&plain).unwrap();
    let error = probe(&Http::new().unwrap(), &plain).await.unwrap_err();
    assert!(
        matches!(
            error,
            ClientError::Unreachable { .. } | ClientError::CutOff | ClientError::NotRocketChat(_)
        ),
        "{error:?}"
    );
}
