//! The system's clipboard, for what is no text.
//!
//! On X11 and Wayland what was copied is not handed over: whoever pastes it asks the program that
//! copied it. Therefore one thread owns it for as long as the program runs.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use fast_image_resize::images::Image;
use fast_image_resize::{MulDiv, PixelType};
use tokio::sync::oneshot;

#[cfg(target_os = "linux")]
use super::file_clipboard::FileClipboard;
use crate::imaging::DecodedImage;
use crate::protocol::CopyTrouble;

/// A person copies one thing at a time.
const ORDER_CAPACITY: usize = 4;

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct Clipboard {
    orders: Mutex<Option<SyncSender<Order>>>,
}

enum Order {
    Image(DecodedImage, oneshot::Sender<Result<(), CopyTrouble>>),
    Files(Vec<PathBuf>, oneshot::Sender<Result<(), CopyTrouble>>),
}

impl Clipboard {
    /// Puts pixels on it, and nothing else about the image.
    pub(super) async fn set_image(&self, image: DecodedImage) -> Result<(), CopyTrouble> {
        self.order(|done| Order::Image(image, done)).await
    }

    /// Puts files on it, to be copied by whoever pastes.
    pub(super) async fn set_files(&self, files: Vec<PathBuf>) -> Result<(), CopyTrouble> {
        self.order(|done| Order::Files(files, done)).await
    }

    async fn order(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<(), CopyTrouble>>) -> Order,
    ) -> Result<(), CopyTrouble> {
        let (done, end) = oneshot::channel();
        let sent = self.thread()?.try_send(order(done));
        sent.map_err(|error| trouble(&error))?;
        end.await.unwrap_or_else(|error| Err(trouble(&error)))
    }

    /// The thread is started with the first thing that is copied: it connects to the system.
    fn thread(&self) -> Result<SyncSender<Order>, CopyTrouble> {
        let mut known = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(orders) = &*known {
            return Ok(orders.clone());
        }
        let (orders, taken) = sync_channel(ORDER_CAPACITY);
        std::thread::Builder::new()
            .name("salon-clipboard".to_owned())
            .spawn(move || serve(&taken))
            .map_err(|error| trouble(&error))?;
        *known = Some(orders.clone());
        Ok(orders)
    }
}

/// Until the program ends.
fn serve(orders: &Receiver<Order>) {
    let mut owner = Owner::default();
    while let Ok(order) = orders.recv() {
        // Whoever gave the errand up does not wait for its end.
        match order {
            Order::Image(image, done) => done.send(owner.set_image(&image)).ok(),
            Order::Files(files, done) => done.send(owner.set_files(&files)).ok(),
        };
    }
}

#[derive(Default)]
struct Owner {
    system: Option<arboard::Clipboard>,
    #[cfg(target_os = "linux")]
    files: FileClipboard,
}

impl Owner {
    fn set_image(&mut self, image: &DecodedImage) -> Result<(), CopyTrouble> {
        let pixels = straight(image)?;
        let image = arboard::ImageData {
            width: image.size.width as usize,
            height: image.size.height as usize,
            bytes: pixels.into(),
        };
        let set = self.system()?.set_image(image);
        set.map_err(|error| trouble(&error))
    }

    #[cfg(target_os = "linux")]
    fn set_files(&mut self, files: &[PathBuf]) -> Result<(), CopyTrouble> {
        self.files.set(files).map_err(|error| trouble(&error))
    }

    #[cfg(not(target_os = "linux"))]
    fn set_files(&mut self, files: &[PathBuf]) -> Result<(), CopyTrouble> {
        let set = self.system()?.set().file_list(files);
        set.map_err(|error| trouble(&error))
    }

    fn system(&mut self) -> Result<&mut arboard::Clipboard, CopyTrouble> {
        if self.system.is_none() {
            let made = arboard::Clipboard::new();
            self.system = Some(made.map_err(|error| trouble(&error))?);
        }
        self.system.as_mut().ok_or_else(|| CopyTrouble::Clipboard {
            cause: "none".to_owned(),
        })
    }
}

/// Other programs expect colours that are not multiplied by alpha.
fn straight(image: &DecodedImage) -> Result<Vec<u8>, CopyTrouble> {
    let pixels = image.pixels.to_vec();
    let (width, height) = (image.size.width, image.size.height);
    let mut pixels = Image::from_vec_u8(width, height, pixels, PixelType::U8x4)
        .map_err(|error| trouble(&error))?;
    let divided = MulDiv::new().divide_alpha_inplace(&mut pixels);
    divided.map_err(|error| trouble(&error))?;
    Ok(pixels.into_vec())
}

fn trouble(cause: &dyn std::fmt::Display) -> CopyTrouble {
    tracing::warn!(%cause, "the clipboard does not work");
    CopyTrouble::Clipboard {
        cause: cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::PixelSize;

    #[test]
    fn colours_are_handed_over_as_the_file_has_them() {
        let size = PixelSize::new(2, 1);
        let image = DecodedImage {
            size,
            original_size: size,
            pixels: Arc::from([128, 64, 0, 128, 10, 20, 30, 255]),
            format: "PNG",
            is_animated: false,
        };
        let pixels = straight(&image).unwrap();
        assert_eq!(pixels[3..], [128, 10, 20, 30, 255]);
        assert!(
            pixels[0] >= 254 && pixels[1].abs_diff(128) <= 1,
            "{pixels:?}"
        );
    }
}
