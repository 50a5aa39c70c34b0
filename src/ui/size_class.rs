//! In which sizes thumbnails are asked for.

/// A thumbnail is asked for in one of few sizes, so that zooming the grid a little does not
/// fetch everything anew.
const SIZE_CLASSES_PX: [u16; 11] = [128, 160, 192, 224, 256, 288, 320, 384, 448, 512, 768];

/// The smallest size class that fills `edge_px`, or the largest.
pub(super) fn size_class(edge_px: f32) -> u16 {
    let fits = |class: &&u16| f32::from(**class) >= edge_px - 0.5;
    *SIZE_CLASSES_PX.iter().find(fits).unwrap_or(&768)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_has_one_of_few_sizes() {
        assert_eq!(size_class(10.0), 128);
        assert_eq!(size_class(168.0), 192);
        assert_eq!(size_class(256.2), 256);
        assert_eq!(size_class(4000.0), 768);
    }
}
