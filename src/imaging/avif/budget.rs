//! What a file may cost. The boxes announce one size, but the coded pictures in them have sizes
//! of their own, and any number of frames each, all of which are decoded and held: a few
//! kilobytes can be a thousand pictures of 35 megapixels.

use oxideav_av1::Av1CodecConfig;
use oxideav_avif::Property;

use super::super::ImageError;
use super::coded::Headers;
use super::tracks::{Pictures, Sequence, sample};
use crate::domain::PixelSize;

/// Coded pixels for each that is shown: the picture and its alpha in two layers each, a
/// thumbnail, a gain map.
const MOST_CODED_FOR_SHOWN: u64 = 6;

/// What small pictures may have beside that: blocks and tiles are larger than they are.
const PIXELS_FOR_FREE: u64 = 4_000_000;

/// Bytes to read for each of the file: several pictures may be made of the same.
const MOST_READ_OF_FILE: u64 = 4;

/// What small files may be read beside that: a grid may have one tile in many places.
const BYTES_FOR_FREE: u64 = 1_000_000;

/// Pictures of which a file is made. Each is looked for among all others.
const MOST_ITEMS: usize = 10_000;

/// Refuses a file that has far more coded pixels than it announces.
pub(super) fn check(bytes: &[u8], announced: PixelSize, max_pixels: u64) -> Result<(), ImageError> {
    counted(bytes, announced, max_pixels).map(drop)
}

fn counted(bytes: &[u8], announced: PixelSize, max_pixels: u64) -> Result<Costs, ImageError> {
    let mut costs = Costs::new(bytes.len(), announced, max_pixels);
    costs.add_items(bytes)?;
    costs.add_samples(bytes)?;
    Ok(costs)
}

fn allow(coded: u64, announced: PixelSize) -> Result<(), ImageError> {
    let most = announced
        .area()
        .saturating_mul(MOST_CODED_FOR_SHOWN)
        .saturating_add(PIXELS_FOR_FREE);
    if coded > most {
        let text = format!("{coded} pixels for a picture of {announced}");
        return Err(ImageError::TooLarge(text));
    }
    Ok(())
}

/// What was counted so far, for one picture.
#[derive(Clone)]
pub(super) struct Costs {
    announced: PixelSize,
    pub(super) max_pixels: u64,
    most_bytes: u64,
    n_pixels: u64,
    n_read: u64,
}

impl Costs {
    pub(super) fn new(file_len: usize, announced: PixelSize, max_pixels: u64) -> Self {
        let most_bytes = (file_len as u64).saturating_mul(MOST_READ_OF_FILE);
        Self {
            announced,
            max_pixels,
            most_bytes: most_bytes.saturating_add(BYTES_FOR_FREE),
            n_pixels: 0,
            n_read: 0,
        }
    }

    /// A picture was shown: what comes is counted for the next one.
    pub(super) const fn restart(&mut self) {
        self.n_pixels = 0;
        self.n_read = 0;
    }

    fn add_items(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        let Ok(file) = oxideav_avif::parse_header(bytes) else {
            return Ok(());
        };
        let items = file.meta.items.iter();
        let coded = items.filter(|item| &item.item_type == b"av01");
        for (index, item) in coded.enumerate() {
            if index >= MOST_ITEMS {
                let text = format!("more than {MOST_ITEMS} pictures in one");
                return Err(ImageError::TooLarge(text));
            }
            let config = match file.meta.property_for(item.id, b"av1C") {
                Some(Property::Av1C(config)) => config_obus(config),
                _ => Vec::new(),
            };
            let mut headers = self.headers(&config)?;
            if let Ok(data) = file.item_data(item.id) {
                self.add(&mut headers, &data)?;
            }
        }
        Ok(())
    }

    /// Of a sequence all that is decoded before there is a picture.
    fn add_samples(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        let Ok(Sequence { colors, alpha, .. }) = Sequence::read(bytes) else {
            return Ok(());
        };
        let mut headers = self.headers_of(&colors)?;
        // The colours are shown without alpha that is damaged.
        let mut alpha = alpha.and_then(|it| Some((self.headers_of(&it).ok()?, it.samples)));
        for (index, place) in colors.samples.iter().enumerate() {
            if let Some((headers, samples)) = &mut alpha
                && let Some(data) = samples.get(index).and_then(|place| sample(bytes, place))
            {
                self.add(headers, data)?;
            }
            // Nothing is decoded that is not there, nor what comes after.
            let Some(data) = sample(bytes, place) else {
                break;
            };
            if self.add(&mut headers, data)? {
                break;
            }
        }
        Ok(())
    }

    fn headers_of(&mut self, pictures: &Pictures) -> Result<Headers, ImageError> {
        let config = pictures.config.as_ref();
        self.headers(config.map_or(&[], |config| &config.config_obus))
    }

    pub(super) fn headers(&mut self, config_obus: &[u8]) -> Result<Headers, ImageError> {
        self.read(config_obus.len())?;
        Headers::of_config(config_obus, self.max_pixels)
    }

    /// Whether this shows a picture.
    pub(super) fn add(&mut self, headers: &mut Headers, data: &[u8]) -> Result<bool, ImageError> {
        self.read(data.len())?;
        let coded = headers.read(data);
        self.n_pixels = self.n_pixels.saturating_add(coded.pixels);
        allow(self.n_pixels, self.announced)?;
        Ok(coded.is_shown)
    }

    fn read(&mut self, n_bytes: usize) -> Result<(), ImageError> {
        self.n_read = self.n_read.saturating_add(n_bytes as u64);
        if self.n_read > self.most_bytes {
            let text = format!("more than {} bytes to decode", self.most_bytes);
            return Err(ImageError::TooLarge(text));
        }
        Ok(())
    }
}

/// What the box for the decoder has beside numbers; the decoder refuses one that is none.
fn config_obus(config: &[u8]) -> Vec<u8> {
    Av1CodecConfig::parse(config).map_or_else(Vec::new, |config| config.config_obus)
}

#[cfg(test)]
mod tests {
    use oxideav_av1::ObuIter;

    use super::super::super::fixture;
    use super::super::tests::{coded, split};
    use super::*;

    const SIZE: PixelSize = PixelSize::new(48, 32);
    const MAX_PIXELS: u64 = 1_000_000;

    fn sized(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes()[..], &kind, content].concat()
    }

    /// A file of so many pictures of the same bytes, of which the first is shown, and what its
    /// decoder is told first.
    fn file(config_obus: &[u8], data: &[u8], n_items: u16) -> Vec<u8> {
        let example = fixture("chroma-420.avif");
        let header = oxideav_avif::parse_header(&example).unwrap();
        let id = header.meta.primary_item_id.unwrap();
        let Some(Property::Av1C(config)) = header.meta.property_for(id, b"av1C") else {
            panic!("no configuration");
        };
        let config = sized(*b"av1C", &[&config[..4], config_obus].concat());
        let sides = [48_u32, 32].map(u32::to_be_bytes).concat();
        let sides = sized(*b"ispe", &[&[0; 4][..], &sides].concat());
        let each = |of: &dyn Fn(u16) -> Vec<u8>| (1..=n_items).flat_map(of).collect::<Vec<u8>>();
        let count = n_items.to_be_bytes();
        let infos = each(&|id| {
            let [high, low] = id.to_be_bytes();
            let content = [2, 0, 0, 0, high, low, 0, 0, b'a', b'v', b'0', b'1', 0];
            sized(*b"infe", &content)
        });
        let links = each(&|id| {
            let [high, low] = id.to_be_bytes();
            vec![high, low, 2, 1, 0x82]
        });
        let properties = sized(*b"ipco", &[sides, config].concat());
        let links = [&[0; 6][..], &count, &links].concat();
        let links = sized(*b"ipma", &links);
        let brands = sized(*b"ftyp", b"avif\0\0\0\0avifmif1miaf");
        let meta = |start: usize| {
            let length = u32::try_from(data.len()).unwrap().to_be_bytes();
            let start = u32::try_from(start).unwrap().to_be_bytes();
            let places = each(&|id| {
                let head = [&id.to_be_bytes()[..], &[0, 0, 0, 1]].concat();
                [&head[..], &start, &length].concat()
            });
            let content = [
                vec![0; 4],
                sized(*b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
                sized(*b"pitm", &[0, 0, 0, 0, 0, 1]),
                sized(
                    *b"iloc",
                    &[&[0, 0, 0, 0, 0x44, 0][..], &count, &places].concat(),
                ),
                sized(*b"iinf", &[&[0; 4][..], &count, &infos].concat()),
                sized(*b"iprp", &[properties.clone(), links.clone()].concat()),
            ];
            sized(*b"meta", &content.concat())
        };
        let start = brands.len() + meta(0).len() + 8;
        [brands, meta(start), sized(*b"mdat", data)].concat()
    }

    fn refused(file: &[u8]) -> String {
        let refused = check(file, SIZE, MAX_PIXELS);
        let Err(ImageError::TooLarge(why)) = refused else {
            panic!("{refused:?}");
        };
        why
    }

    #[test]
    fn what_real_files_have_is_allowed() {
        for name in ["grid.avif", "rgba.avif", "animated.avif", "painting-6.avif"] {
            let file = fixture(name);
            let announced = oxideav_avif::info(&file).unwrap();
            let size = PixelSize::new(announced.width, announced.height);
            let coded = counted(&file, size, MAX_PIXELS).unwrap().n_pixels;
            assert!(coded >= size.area(), "{name}: {coded}");
        }
    }

    #[test]
    fn a_header_may_stand_before_the_picture_but_hides_no_frames() {
        let (head, frame) = split(&coded(&fixture("chroma-420.avif")));
        let whole = file(&head, &frame, 1);
        assert_eq!(
            counted(&whole, SIZE, MAX_PIXELS).unwrap().n_pixels,
            SIZE.area()
        );
        let shown = super::super::decode(&whole, "AVIF").unwrap().image;
        let usual = super::super::decode(&fixture("chroma-420.avif"), "AVIF").unwrap();
        assert_eq!(shown.as_bytes(), usual.image.as_bytes());

        let repeated = [0x1A, 0x01, 0x80].repeat(5000);
        for many in [frame.repeat(5000), [frame.clone(), repeated].concat()] {
            let why = refused(&file(&head, &many, 1));
            assert!(why.contains("pixels"), "{why}");
        }
        let hidden = file(&[head, frame.clone()].concat(), &frame, 1);
        let refused = check(&hidden, SIZE, MAX_PIXELS);
        assert!(
            matches!(refused, Err(ImageError::Corrupt(_))),
            "{refused:?}"
        );
    }

    #[test]
    fn pictures_of_the_same_bytes_are_read_only_so_often() {
        let padding = [0x7A, 0].repeat(500_000);
        let start = std::time::Instant::now();
        let why = refused(&file(&[], &padding, 9000));
        assert!(why.contains("bytes"), "{why}");
        let why = refused(&file(&[], &[], 20_000));
        assert!(why.contains("pictures"), "{why}");
        assert!(start.elapsed() < std::time::Duration::from_secs(20));
        // As a grid may have it.
        let small = file(&[], &coded(&fixture("chroma-420.avif")), 100);
        assert_eq!(check(&small, SIZE, MAX_PIXELS), Ok(()));
    }

    #[test]
    fn samples_count_until_one_is_shown() {
        /// Whether a frame is shown.
        const SHOW_FRAME: u8 = 0x10;
        let mut file = fixture("animated.avif");
        let n_pixels = |file: &[u8]| counted(file, SIZE, MAX_PIXELS).unwrap().n_pixels;
        let with_one = n_pixels(&file);
        let sequence = oxideav_avif::parse_avis(&file).unwrap();
        let sample = &sequence.samples[0];
        let data = oxideav_avif::sample_bytes(&file, sample).unwrap();
        let head = split(data).0.len();
        let frame = ObuIter::new(&data[head..]).next().unwrap().unwrap();
        let at = usize::try_from(sample.offset).unwrap() + head + frame.header_len;
        assert_eq!(file[at] & SHOW_FRAME, SHOW_FRAME);
        file[at] &= !SHOW_FRAME;
        assert_eq!(n_pixels(&file), with_one + SIZE.area());
    }
}
