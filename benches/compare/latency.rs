//! A line to a server on this machine on which everything takes longer, as through the world.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use crate::Outcome;

/// Read at once, at most.
const PIECE_BYTES: usize = 256 * 1024;

/// On their way at once in one direction: 16 MiB, more than 20 ms hold on a fast line.
const PIECES: usize = 64;

/// Ends with its value.
pub(crate) struct SlowLine {
    /// With a slash at the end.
    pub(crate) url: String,
    _runtime: Runtime,
}

impl SlowLine {
    /// To the server of this address; `latency` is what a question and its answer take longer.
    pub(crate) fn to(url: &str, latency: Duration) -> Outcome<Self> {
        let address = url
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("http://{}/", listener.local_addr()?);
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let address = address.clone();
                tokio::spawn(async move {
                    // A connection is made by a question and its answer, too.
                    sleep(latency).await;
                    let Ok(far) = TcpStream::connect(address).await else {
                        return;
                    };
                    near.set_nodelay(true).ok();
                    far.set_nodelay(true).ok();
                    let (near_in, near_out) = near.into_split();
                    let (far_in, far_out) = far.into_split();
                    carry(near_in, far_out, latency / 2);
                    carry(far_in, near_out, latency / 2);
                });
            }
        });
        Ok(Self {
            url,
            _runtime: runtime,
        })
    }
}

fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, takes: Duration) {
    let (sender, mut pieces) = mpsc::channel::<(Instant, Vec<u8>)>(PIECES);
    tokio::spawn(async move {
        loop {
            let mut piece = vec![0; PIECE_BYTES];
            let Ok(n_bytes @ 1..) = from.read(&mut piece).await else {
                return;
            };
            piece.truncate(n_bytes);
            if sender.send((Instant::now() + takes, piece)).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some((due, piece)) = pieces.recv().await {
            sleep_until(due).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        to.shutdown().await.ok();
    });
}
