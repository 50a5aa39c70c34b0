//! One file of every format and oddity that rooms hold.

/// A strange file.
#[derive(Debug)]
pub(crate) struct OddFile {
    /// The name it was uploaded under.
    pub(crate) name: &'static str,
    /// The media type the uploader declared, which may be wrong.
    pub(crate) media_type: &'static str,
    /// The caption; empty for none.
    pub(crate) caption: &'static str,
    /// What the server found out: format, width, height. Orientations 2 to 4 are swapped
    /// wrongly, as on real servers.
    pub(crate) identify: Option<(&'static str, u32, u32)>,
    /// The bytes.
    pub(crate) file: &'static [u8],
}

macro_rules! odd_files {
    ($($name:literal, $media_type:literal, $caption:literal, $identify:expr, $file:expr;)*) => {
        /// All of them.
        pub(crate) const ODD_FILES: &[OddFile] = &[$(OddFile {
            name: $name,
            media_type: $media_type,
            caption: $caption,
            identify: $identify,
            file: $file,
        }),*];
    };
}

const BASELINE: &[u8] = include_bytes!("files/baseline.jpg");

const RANDOM: [u8; 4000] = random();

const fn random() -> [u8; 4000] {
    let mut bytes = [0; 4000];
    let mut state: u32 = 0x9e37_79b9;
    let mut rest: &mut [u8] = &mut bytes;
    while let Some((first, others)) = rest.split_first_mut() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *first = state.to_le_bytes()[1];
        rest = others;
    }
    bytes
}

const fn half(file: &'static [u8]) -> &'static [u8] {
    file.split_at(file.len() / 2).0
}

odd_files! {
    "baseline.jpg", "image/jpeg", "", Some(("jpeg", 360, 240)), BASELINE;
    "progressive.jpg", "image/jpeg", "", Some(("jpeg", 360, 240)), include_bytes!("files/progressive.jpg");
    "gray.jpg", "image/jpeg", "", Some(("jpeg", 360, 240)), include_bytes!("files/gray.jpg");
    "cmyk.jpg", "image/jpeg", "CMYK, as print shops send them", Some(("jpeg", 360, 240)), include_bytes!("files/cmyk.jpg");
    "ycck.jpg", "image/jpeg", "", Some(("jpeg", 360, 240)), include_bytes!("files/ycck.jpg");
    "orientation-1.jpg", "image/jpeg", "EXIF orientation 1", Some(("jpeg", 360, 240)), include_bytes!("files/orientation-1.jpg");
    "orientation-2.jpg", "image/jpeg", "EXIF orientation 2", Some(("jpeg", 240, 360)), include_bytes!("files/orientation-2.jpg");
    "orientation-3.jpg", "image/jpeg", "EXIF orientation 3", Some(("jpeg", 240, 360)), include_bytes!("files/orientation-3.jpg");
    "orientation-4.jpg", "image/jpeg", "EXIF orientation 4", Some(("jpeg", 240, 360)), include_bytes!("files/orientation-4.jpg");
    "orientation-5.jpg", "image/jpeg", "EXIF orientation 5", Some(("jpeg", 360, 240)), include_bytes!("files/orientation-5.jpg");
    "orientation-6.jpg", "image/jpeg", "EXIF orientation 6", Some(("jpeg", 360, 240)), include_bytes!("files/orientation-6.jpg");
    "orientation-7.jpg", "image/jpeg", "EXIF orientation 7", Some(("jpeg", 360, 240)), include_bytes!("files/orientation-7.jpg");
    "orientation-8.jpg", "image/jpeg", "EXIF orientation 8", Some(("jpeg", 360, 240)), include_bytes!("files/orientation-8.jpg");
    "gps.jpg", "image/jpeg", "with place and camera", Some(("jpeg", 600, 400)), include_bytes!("files/gps.jpg");
    "display-p3.jpg", "image/jpeg", "", Some(("jpeg", 360, 240)), include_bytes!("files/display-p3.jpg");
    "adobe-rgb.jpg", "image/jpeg", "", Some(("jpeg", 360, 240)), include_bytes!("files/adobe-rgb.jpg");
    "display-p3.png", "image/png", "", Some(("png", 360, 240)), include_bytes!("files/display-p3.png");
    "sixteen-bit.png", "image/png", "", Some(("png", 240, 160)), include_bytes!("files/sixteen-bit.png");
    "animated.png", "image/png", "APNG", Some(("png", 180, 120)), include_bytes!("files/animated.png");
    "palette.png", "image/png", "", Some(("png", 360, 240)), include_bytes!("files/palette.png");
    "transparent.png", "image/png", "", Some(("png", 300, 300)), include_bytes!("files/transparent.png");
    "still.gif", "image/gif", "", Some(("gif", 360, 240)), include_bytes!("files/still.gif");
    "animated.gif", "image/gif", "", Some(("gif", 180, 120)), include_bytes!("files/animated.gif");
    "lossy.webp", "image/webp", "", Some(("webp", 360, 240)), include_bytes!("files/lossy.webp");
    "lossless.webp", "image/webp", "", Some(("webp", 360, 240)), include_bytes!("files/lossless.webp");
    "animated.webp", "image/webp", "", Some(("webp", 180, 120)), include_bytes!("files/animated.webp");
    "bitmap.bmp", "image/bmp", "", Some(("bmp", 160, 107)), include_bytes!("files/bitmap.bmp");
    "icon.ico", "image/vnd.microsoft.icon", "", None, include_bytes!("files/icon.ico");
    "scan.tiff", "image/tiff", "", None, include_bytes!("files/scan.tiff");
    "picture.qoi", "image/qoi", "", None, include_bytes!("files/picture.qoi");
    "drawing.svg", "image/svg+xml", "", None, include_bytes!("files/drawing.svg");
    "photo.avif", "image/avif", "", None, include_bytes!("files/photo.avif");
    "IMG_4711.HEIC", "image/heic", "", None, include_bytes!("files/phone.heic");
    "new-format.jxl", "image/jxl", "", None, include_bytes!("files/new-format.jxl");
    "empty.jpg", "image/jpeg", "0 bytes", Some(("jpeg", 360, 240)), b"";
    "truncated.jpg", "image/jpeg", "cut off", Some(("jpeg", 360, 240)), half(BASELINE);
    "random.jpg", "image/jpeg", "random bytes", Some(("jpeg", 800, 600)), &RANDOM;
    "actually-a-png.jpg", "image/jpeg", "wrong extension", Some(("png", 360, 240)), include_bytes!("files/palette.png");
    "photo-of-phone.HEIC", "image/heic", "a JPEG inside", None, BASELINE;
    "bomb.png", "image/png", "30,000 x 30,000", Some(("png", 30000, 30000)), include_bytes!("files/bomb.png");
    "no-area.png", "image/png", "0 x 0", Some(("png", 0, 0)), include_bytes!("files/no-area.png");
    "panorama.jpg", "image/jpeg", "", Some(("jpeg", 7200, 480)), include_bytes!("files/panorama.jpg");
    "one-pixel.png", "image/png", "", Some(("png", 1, 1)), include_bytes!("files/one-pixel.png");
    "tall-screenshot.png", "image/png", "", Some(("png", 390, 6400)), include_bytes!("files/tall.png");
}
