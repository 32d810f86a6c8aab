// A server and a client of HTTPS by rustls, tokio and hyper, for tests of the agent.
//
//     rust-tls serve CERT KEY        prints its port
//     rust-tls ask URL COUNT WORKERS waits for a line on its input, then asks
//
// RUST_TLS_HTTP2 makes both speak HTTP/2.
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

type Failure = Box<dyn Error + Send + Sync>;

fn is_http2() -> bool {
    std::env::var_os("RUST_TLS_HTTP2").is_some()
}

async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(b"hello"))))
}

async fn serve_one(acceptor: TlsAcceptor, stream: TcpStream) -> Result<(), Failure> {
    let stream = TokioIo::new(acceptor.accept(stream).await?);
    if is_http2() {
        let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder.serve_connection(stream, service_fn(answer)).await?;
    } else {
        let builder = hyper::server::conn::http1::Builder::new();
        builder.serve_connection(stream, service_fn(answer)).await?;
    }
    Ok(())
}

async fn serve(cert: &str, key: &str) -> Result<(), Failure> {
    let certificates = vec![CertificateDer::from_pem_file(cert)?];
    let key = PrivateKeyDer::from_pem_file(key)?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    if is_http2() {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    loop {
        let (stream, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client that ended in the middle of something.
            let _ = serve_one(acceptor, stream).await;
        });
    }
}

/// The server's certificate is made by the test itself.
#[derive(Debug)]
struct AnyServer;

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn connector() -> TlsConnector {
    let mut config = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer))
        .with_no_client_auth();
    if is_http2() {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    TlsConnector::from(Arc::new(config))
}

/// So many requests one after the other on a connection of its own.
async fn work(connector: TlsConnector, uri: Uri, count: usize) -> Result<(), Failure> {
    let host = uri.host().unwrap_or("127.0.0.1").to_owned();
    let stream = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(443))).await?;
    let name = ServerName::try_from("localhost")?;
    let stream = TokioIo::new(connector.connect(name, stream).await?);
    let request = || {
        Request::get(uri.clone())
            .header("host", "localhost")
            .body(Empty::<Bytes>::new())
    };
    if is_http2() {
        let executor = TokioExecutor::new();
        let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, stream).await?;
        tokio::spawn(connection);
        for _ in 0..count {
            sender.send_request(request()?).await?.collect().await?;
        }
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
        tokio::spawn(connection);
        for _ in 0..count {
            sender.ready().await?;
            sender.send_request(request()?).await?.collect().await?;
        }
    }
    Ok(())
}

async fn ask(url: &str, count: usize, workers: usize) -> Result<(), Failure> {
    let uri: Uri = url.parse()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let connector = connector();
    let tasks: Vec<_> = (0..workers)
        .map(|_| tokio::spawn(work(connector.clone(), uri.clone(), count / workers)))
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // Only fails when there is one already.
    let _ = ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().collect();
    match arguments[1].as_str() {
        "serve" => serve(&arguments[2], &arguments[3]).await,
        _ => ask(&arguments[2], arguments[3].parse()?, arguments[4].parse()?).await,
    }
}
