//! The photographs of free licence; `assets/photos/CREDITS.md` names authors and sources.

/// A photograph as it lies in the repository.
#[derive(Debug)]
pub(crate) struct Photo {
    pub(crate) name: &'static str,
    pub(crate) caption: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) file: &'static [u8],
}

macro_rules! photo {
    ($name:literal, $caption:literal, $width:literal, $height:literal) => {
        Photo {
            name: $name,
            caption: $caption,
            width: $width,
            height: $height,
            file: include_bytes!(concat!("../../../assets/photos/", $name)),
        }
    };
}

/// All of them.
pub(crate) const PHOTOS: [Photo; 10] = [
    photo!("astronaut.jpg", "Eileen Collins, NASA", 512, 512),
    photo!("camera.jpg", "A photographer", 512, 512),
    photo!("chelsea.jpg", "Chelsea", 451, 300),
    photo!("china.jpg", "Temple in China", 640, 427),
    photo!("coffee.jpg", "First coffee of the day", 600, 400),
    photo!("flower.jpg", "In the garden", 640, 427),
    photo!("grass.jpg", "Texture: grass", 512, 512),
    photo!("gravel.jpg", "Texture: gravel", 512, 512),
    photo!(
        "hubble_deep_field.jpg",
        "Hubble eXtreme Deep Field",
        1000,
        872
    ),
    photo!("rocket.jpg", "Falcon 9 with DSCOVR", 640, 427),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photograph_has_the_size_it_is_listed_with() {
        for photo in &PHOTOS {
            let decoded = image::load_from_memory(photo.file).unwrap();
            assert_eq!(
                (decoded.width(), decoded.height()),
                (photo.width, photo.height)
            );
        }
    }
}
