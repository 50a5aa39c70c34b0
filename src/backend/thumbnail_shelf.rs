//! Made thumbnails on this machine, for the tasks of an account: finds them without waiting
//! for anything that decodes whole files, and keeps new ones behind everybody's back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::{Mutex, mpsc, oneshot};

use super::decoders::{Decoders, Keepsake, Place};
use super::link::SessionLink;
use crate::domain::{ByteCount, PixelSize, Upload};
use crate::imaging::{self, DecodedImage, ShownFile};
use crate::storage::{Dirs, StorageError, StoredThumbnail, ThumbnailCache, ThumbnailKey};

/// Thumbnails that wait to be encoded: half a screen, 10 MB. When more are made than can be
/// kept, the surplus is made anew the next time.
const WAITING: usize = 32;

/// A thumbnail is made for the smallest of these that serves: few are kept of an image, and
/// zooming the grid a little makes nothing new. Larger ones are not kept. Steps are small: an
/// eighth of a photograph of 4,032 px serves for 384 px, for 512 px it takes four times as many
/// pixels. The largest is for images that are long and narrow.
const CLASSES_PX: [u32; 6] = [256, 320, 384, 512, 768, 1536];

/// The edge to make a thumbnail with, so that others can be made of it.
pub(super) fn class_of(edge_px: u32) -> Option<u32> {
    CLASSES_PX.into_iter().find(|class| *class >= edge_px)
}

pub(super) struct ThumbnailShelf {
    link: Arc<SessionLink>,
    dirs: Dirs,
    capacity: AtomicU64,
    is_closed: AtomicBool,
    cache: Mutex<Option<Arc<ThumbnailCache>>>,
    orders: mpsc::Sender<Order>,
}

/// A thumbnail to be kept, and what it shows.
pub(super) struct Kept {
    keepsake: Keepsake,
    original_size: PixelSize,
    format: &'static str,
    is_animated: bool,
}

/// What the shelf's own task does, one after another.
pub(super) enum Order {
    Keep(ThumbnailKey, Box<Kept>),
    Clear(oneshot::Sender<Result<ByteCount, StorageError>>),
}

impl ThumbnailShelf {
    /// A shelf, and the orders that its [`Self::run`] has to take.
    pub(super) fn new(
        link: Arc<SessionLink>,
        dirs: Dirs,
        capacity: ByteCount,
    ) -> (Self, mpsc::Receiver<Order>) {
        let (orders, waiting) = mpsc::channel(WAITING);
        let shelf = Self {
            link,
            dirs,
            capacity: AtomicU64::new(capacity.0),
            is_closed: AtomicBool::new(false),
            cache: Mutex::default(),
            orders,
        };
        (shelf, waiting)
    }

    /// The thumbnail of this upload, if it is on this machine in this size or a larger one.
    pub(super) async fn find(
        &self,
        decoders: &Decoders,
        upload: &Upload,
        edge_px: u32,
    ) -> Option<(Place, DecodedImage)> {
        let cache = self.cache().await?;
        let key = ThumbnailKey::of(upload);
        decoders
            .brief(move || {
                let stored = cache.read(&key, edge_px)?;
                let shown = ShownFile {
                    original_size: stored.original_size,
                    format: &stored.format,
                    is_animated: stored.is_animated,
                };
                let decoded = imaging::decode_thumbnail(&stored.bytes, &shown, edge_px);
                if let Err(error) = &decoded {
                    tracing::debug!(%error, "a kept thumbnail is damaged");
                    cache.forget(&key);
                }
                decoded.ok()
            })
            .await
    }

    /// Keeps a thumbnail that was made, unless others are made faster than they are kept.
    pub(super) fn keep(&self, upload: &Upload, shown: &DecodedImage, keepsake: Keepsake) {
        let key = ThumbnailKey::of(upload);
        let kept = Box::new(Kept {
            keepsake,
            original_size: shown.original_size,
            format: shown.format,
            is_animated: shown.is_animated,
        });
        if let Err(error) = self.orders.try_send(Order::Keep(key, kept)) {
            tracing::debug!(%error, "a thumbnail is not kept");
        }
    }

    /// Throws away what is kept, and tells how much that was.
    pub(super) async fn clear(&self) -> Result<ByteCount, StorageError> {
        let (done, cleared) = oneshot::channel();
        if self.orders.send(Order::Clear(done)).await.is_err() {
            return Ok(ByteCount(0));
        }
        cleared.await.unwrap_or(Ok(ByteCount(0)))
    }

    /// Changes how much may be kept, at once.
    pub(super) async fn set_capacity(&self, capacity: ByteCount) {
        self.capacity.store(capacity.0, Ordering::Release);
        if let Some(cache) = self.cache().await {
            blocking(move || cache.set_capacity(capacity)).await;
        }
    }

    /// Lets go of the file. From now on nothing is found or kept.
    pub(super) async fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        if let Some(cache) = self.cache.lock().await.take() {
            blocking(move || cache.close()).await;
        }
    }

    /// Takes orders until the link is cancelled. What was made by then is kept.
    pub(super) async fn run(self: Arc<Self>, mut orders: mpsc::Receiver<Order>) {
        // Opened before it is needed, so that the first tile need not wait for it.
        self.cache().await;
        let cancel = self.link.cancel.clone();
        while let Some(Some(order)) = cancel.run_until_cancelled(orders.recv()).await {
            self.follow(order).await;
        }
        orders.close();
        while let Some(order) = orders.recv().await {
            self.follow(order).await;
        }
        self.close().await;
    }

    async fn follow(&self, order: Order) {
        let Some(cache) = self.cache().await else {
            return;
        };
        match order {
            Order::Keep(key, kept) => blocking(move || keep(&cache, key, *kept)).await,
            Order::Clear(done) => {
                blocking(move || {
                    // Nobody waits any more when the program ends.
                    done.send(cache.clear()).ok();
                })
                .await;
            }
        }
    }

    async fn cache(&self) -> Option<Arc<ThumbnailCache>> {
        let mut cache = self.cache.lock().await;
        if self.is_closed.load(Ordering::Acquire) {
            return None;
        }
        if cache.is_none() {
            let (dirs, account) = (self.dirs.clone(), self.link.account.clone());
            let capacity = ByteCount(self.capacity.load(Ordering::Acquire));
            let open = move || Arc::new(ThumbnailCache::open(&dirs, &account, capacity));
            *cache = tokio::task::spawn_blocking(open).await.ok();
        }
        cache.clone()
    }
}

fn keep(cache: &ThumbnailCache, key: ThumbnailKey, kept: Kept) {
    let (bytes, edge_px) = match kept.keepsake {
        Keepsake::File { bytes, edge_px } => (bytes.into(), edge_px),
        Keepsake::Pixels(image) => match imaging::encode_thumbnail(&image) {
            Ok(bytes) => (bytes, image.size.longer_side()),
            Err(error) => {
                tracing::debug!(%error, "a thumbnail is not kept");
                return;
            }
        },
    };
    let stored = StoredThumbnail {
        bytes,
        edge_px,
        original_size: kept.original_size,
        format: kept.format.to_owned(),
        is_animated: kept.is_animated,
    };
    cache.keep(key, stored);
}

async fn blocking(work: impl FnOnce() + Send + 'static) {
    if let Err(error) = tokio::task::spawn_blocking(work).await {
        tracing::error!(%error, "work on the thumbnails panicked");
    }
}
