//! In which sizes thumbnails are asked for.

/// A thumbnail is asked for in one of few sizes, so that zooming the grid a little does not
/// fetch everything anew.
const SIZE_CLASSES_PX: [u16; 11] = [128, 160, 192, 224, 256, 288, 320, 384, 448, 512, 768];

/// Of images that are long and narrow, such as screenshots of whole pages, which have few pixels
/// for their longer side.
const LONG_PX: u16 = 1536;

/// From this shape on.
const LONG_ASPECT: f32 = 2.0;

/// The smallest size class that fills `edge_px`, or the largest, for an image whose longer side
/// is so many times the shorter one.
pub(super) fn size_class(edge_px: f32, aspect: f32) -> u16 {
    let fits = |class: &u16| f32::from(*class) >= edge_px - 0.5;
    let largest = if aspect > LONG_ASPECT { LONG_PX } else { 768 };
    SIZE_CLASSES_PX.into_iter().find(fits).unwrap_or(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_has_one_of_few_sizes() {
        assert_eq!(size_class(10.0, 1.0), 128);
        assert_eq!(size_class(168.0, 1.5), 192);
        assert_eq!(size_class(256.2, 1.0), 256);
        assert_eq!(size_class(4000.0, 2.0), 768);
        assert_eq!(size_class(4000.0, 8.0), 1536);
        assert_eq!(size_class(168.0, 8.0), 192);
    }
}
