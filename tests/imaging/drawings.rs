//! SVG: drawn in the size that is needed, from the file alone, within a budget.

use std::time::Duration;

use cpu_time::ThreadTime;
use salon::domain::PixelSize;
use salon::imaging::{
    DecodedImage, ImageError, Target, decode, drawing_bytes, peek_size, read_metadata,
};

use super::FULL;

const SMALL: Target = Target::Thumbnail { edge_px: 256 };

/// A drawing of 100 × 100 with this in it.
fn drawing(content: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' \
         width='100' height='100'>{content}</svg>"
    )
}

fn draw(content: &str) -> DecodedImage {
    decode(drawing(content).as_bytes(), SMALL).unwrap_or_else(|error| panic!("{error}"))
}

fn pixel(image: &DecodedImage, x: u32, y: u32) -> [u8; 4] {
    let at = usize::try_from(4 * (y * image.size.width + x)).unwrap();
    image.pixels[at..at + 4].try_into().unwrap()
}

/// What a decode may take of a processor: other programs take their part of a clock's time.
const LONGEST: Duration = Duration::from_secs(5);

/// Both ways to look at it end soon, and with a picture or one of the errors that say why not.
#[track_caller]
fn ends_soon(svg: &str) -> [Result<DecodedImage, ImageError>; 2] {
    let ends = [SMALL, FULL].map(|target| {
        let start = ThreadTime::now();
        let end = decode(svg.as_bytes(), target);
        assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
        end
    });
    read_metadata(svg.as_bytes());
    for end in &ends {
        assert_ne!(end, &Err(ImageError::DecoderCrashed));
    }
    ends
}

#[track_caller]
fn assert_refused(svg: &str) {
    for end in ends_soon(svg) {
        assert!(matches!(end, Err(ImageError::TooLarge(_))), "{end:?}");
    }
}

#[test]
fn a_drawing_is_as_sharp_as_it_is_looked_at() {
    let svg = drawing("<circle cx='50' cy='50' r='40'/>");
    let small = decode(svg.as_bytes(), Target::Thumbnail { edge_px: 20 }).unwrap();
    assert_eq!(small.size, PixelSize::new(20, 20));
    assert_eq!(small.original_size, PixelSize::new(100, 100));
    let full = decode(svg.as_bytes(), FULL).unwrap();
    assert_eq!(full.size, PixelSize::new(2048, 2048));
    assert_eq!(full.original_size, PixelSize::new(100, 100));
    assert_eq!(pixel(&full, 1024, 1024), [0, 0, 0, 255]);
    assert_eq!(pixel(&full, 1, 1), [0; 4]);
    assert_eq!(peek_size(svg.as_bytes()), Some(PixelSize::new(100, 100)));
    let metadata = read_metadata(svg.as_bytes());
    assert_eq!(metadata.format, Some("SVG"));
    assert_eq!(metadata.dimensions, Some(PixelSize::new(100, 100)));
}

#[test]
fn a_drawing_of_any_size_is_drawn_within_the_limits() {
    for (size, shown) in [
        ("width='60000' height='30000'", PixelSize::new(256, 128)),
        ("viewBox='0 0 1e9 1e9'", PixelSize::new(256, 256)),
        ("viewBox='0 0 3 30000'", PixelSize::new(1, 256)),
    ] {
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' {size}><rect width='9' height='9'/></svg>"
        );
        assert_eq!(decode(svg.as_bytes(), SMALL).unwrap().size, shown, "{size}");
        let full = decode(svg.as_bytes(), FULL).unwrap().size;
        assert!(
            full.area() <= 1 << 24 && full.longer_side() <= 8192,
            "{full}"
        );
    }
    let nothing = "<svg xmlns='http://www.w3.org/2000/svg' width='0' height='10'/>";
    assert_eq!(decode(nothing.as_bytes(), FULL), Err(ImageError::NoPixels));
}

#[test]
fn nothing_outside_of_the_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.png");
    image::RgbImage::from_pixel(8, 8, image::Rgb([255, 0, 0]))
        .save(&secret)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let server = format!("http://{}/a.png", listener.local_addr().unwrap());
    let path = secret.to_str().unwrap();
    for href in [path, &format!("file://{path}"), &server] {
        for content in [
            format!("<image href='{href}' width='100' height='100'/>"),
            format!("<image xlink:href='{href}' width='100' height='100'/>"),
            format!("<use href='{href}#a'/>"),
            format!(
                "<filter id='f'><feImage href='{href}'/></filter><rect width='100' height='100' filter='url(#f)'/>"
            ),
            format!(
                "<style>@import url({href}); @font-face{{font-family:a;src:url({href})}}</style><text font-family='a' y='50'>a</text>"
            ),
            format!("<rect width='100' height='100' fill='url({href}#a)'/>"),
        ] {
            let image = draw(&content);
            assert_ne!(pixel(&image, 90, 90), [255, 0, 0, 255], "{content}");
        }
    }
    let entity = format!(
        "<!DOCTYPE svg [<!ENTITY a SYSTEM 'file://{path}'>]>{}",
        drawing("<text>&a;</text>")
    );
    assert_refused(&entity);
    assert!(listener.accept().is_err(), "something was fetched");
}

#[test]
fn a_picture_in_the_file_is_drawn_unless_it_is_a_bomb_or_a_drawing() {
    use base64::Engine as _;
    let data = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let red = super::fixture("rgb.png");
    let href = format!("data:image/png;base64,{}", data(&red));
    let image = draw(&format!("<image href='{href}' width='96' height='64'/>"));
    assert_eq!(pixel(&image, 8, 8)[0], 220);
    for (kind, bytes) in [
        ("png", super::fixture("bomb.png")),
        (
            "svg+xml",
            drawing("<rect width='100' height='100'/>").into_bytes(),
        ),
        ("png", b"nothing".to_vec()),
    ] {
        let href = format!("data:image/{kind};base64,{}", data(&bytes));
        let image = draw(&format!("<image href='{href}' width='100' height='100'/>"));
        assert_eq!(pixel(&image, 50, 50), [0; 4], "{kind}");
    }
}

#[test]
fn entities_are_not_resolved() {
    let laughs = (1..10)
        .map(|n| format!("<!ENTITY a{n} '{}'>", format!("&a{};", n - 1).repeat(10)))
        .collect::<Vec<_>>()
        .concat();
    let svg = drawing("<text y='50'>&a9;</text>");
    assert_refused(&format!("<!DOCTYPE svg [<!ENTITY a0 'ha'>{laughs}]>{svg}"));
}

#[test]
fn what_is_nested_ten_thousand_times_is_refused() {
    for (open, close) in [
        ("<g>", "</g>"),
        ("<g opacity='.9'>", "</g>"),
        ("<svg>", "</svg>"),
        ("<a>", "</a>"),
        ("<text>", "</text>"),
        ("<mask><g>", "</g></mask>"),
    ] {
        let nested = format!("{}{}", open.repeat(10_000), close.repeat(10_000));
        assert_refused(&drawing(&nested));
    }
    let unclosed = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{}",
        "<g>".repeat(100_000)
    );
    for end in ends_soon(&unclosed) {
        assert_eq!(end, Err(ImageError::Truncated));
    }
}

#[test]
fn references_that_multiply_are_refused() {
    let uses = (1..12)
        .map(|n| {
            format!(
                "<g id='a{n}'>{}</g>",
                format!("<use xlink:href='#a{}'/>", n - 1).repeat(10)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    assert_refused(&drawing(&format!(
        "<rect id='a0' width='9' height='9'/>{uses}"
    )));
    for (element, property) in [
        ("mask", "mask"),
        ("clipPath", "clip-path"),
        ("pattern", "fill"),
        ("marker", "marker-mid"),
    ] {
        let size = "x='0' y='0' width='1' height='1'";
        let shape = "<path d='M0 0h9v9h9v9z'";
        let levels = (1..9)
            .map(|n| {
                let inside = format!("{shape} {property}='url(#a{})'/>", n - 1).repeat(10);
                format!("<{element} id='a{n}' {size}>{inside}</{element}>")
            })
            .collect::<Vec<_>>()
            .concat();
        let first = format!("<{element} id='a0' {size}>{shape}/></{element}>");
        assert_refused(&drawing(&format!(
            "{first}{levels}{shape} {property}='url(#a8)'/>"
        )));
    }
}

#[test]
fn references_in_a_circle_are_refused_however_they_are_written() {
    for (element, property) in [
        ("mask", "mask"),
        ("clipPath", "clip-path"),
        ("pattern", "fill"),
        ("filter", "filter"),
    ] {
        let attribute = |n: u32| format!("{property}='url(#a{n})'");
        let quoted = |n: u32| format!("{property}=\"url( '#a{n}' )\"");
        let style = |n: u32| format!("style='opacity:1;{property}:url(#a{n})'");
        let class = |n: u32| format!("class='c{n}'");
        let ways: [&dyn Fn(u32) -> String; 4] = [&attribute, &quoted, &style, &class];
        for way in ways {
            let ring = (0..4)
                .map(|n| {
                    let next = way((n + 1) % 4);
                    let inside = format!("<rect width='9' height='9' {next}/>");
                    format!("<{element} id='a{n}' width='9' height='9'>{inside}</{element}>")
                })
                .collect::<Vec<_>>()
                .concat();
            let rules = (0..4)
                .map(|n| format!("g>.c{n},.d{{{property}:url(#a{n})}}"))
                .collect::<Vec<_>>()
                .concat();
            let user = way(0);
            assert_refused(&drawing(&format!(
                "<style>{rules}</style>{ring}<rect width='9' height='9' {user}/>"
            )));
        }
    }
    assert_refused(&drawing("<g id='a'><g><use href='#a'/></g></g>"));
    // People's drawings link to themselves, and color shapes in masks as those outside.
    draw("<g id='top'><a href='#top'><rect width='9' height='9'/></a></g>");
    draw(
        "<style>.c{clip-path:url(#a)} .d{clip-path:url(#b)} .e{fill:red}</style>\
         <clipPath id='a'><rect class='e' width='9' height='9'/></clipPath>\
         <clipPath id='b'><rect class='e' width='9' height='9'/></clipPath>\
         <rect class='c' width='9' height='9'/><rect class='d' width='9' height='9'/>",
    );
}

#[test]
fn what_takes_too_long_to_draw_is_drawn_smaller_or_not_at_all() {
    let all = "x='0' y='0' width='100' height='100'";
    let filter = |primitives: &str, n: usize| {
        let rect = format!("<rect {all} filter='url(#f)'/>").repeat(n);
        drawing(&format!(
            "<filter id='f' {all} filterUnits='userSpaceOnUse'>{primitives}</filter>{rect}"
        ))
    };
    let layer = format!("<g opacity='.5'><rect {all}/>");
    for svg in [
        filter("<feTurbulence baseFrequency='.1' numOctaves='1000000'/>", 1),
        filter("<feMorphology operator='dilate' radius='5000'/>", 1),
        filter(
            &"<feTurbulence baseFrequency='.1' numOctaves='9'/>".repeat(300),
            20,
        ),
        filter(&"<feGaussianBlur stdDeviation='9'/>".repeat(1000), 100),
        drawing(&format!("{}{}", layer.repeat(90), "</g>".repeat(90))),
        drawing(&"<path d='M0 0H100V100z' stroke='red' stroke-dasharray='.00001'/>".repeat(1000)),
        drawing(&format!("<g opacity='.5'><rect {all}/></g>").repeat(20_000)),
    ] {
        for end in ends_soon(&svg) {
            assert!(
                matches!(end, Ok(_) | Err(ImageError::TooLarge(_))),
                "{end:?}"
            );
        }
    }
}

#[test]
fn what_drawing_takes_is_known_before() {
    let megabytes = |svg: &str| drawing_bytes(svg.as_bytes()).unwrap() / 1_000_000;
    let shape = "<path d='M0 0h90v90z'/>";
    let layers = |n: usize, content: &str| {
        let open = "<g opacity='0.9'>".repeat(n);
        format!("{open}{content}{content}{}", "</g>".repeat(n))
    };
    // 2,048 pixels squared and a copy, then as much for each layer.
    let plain = megabytes(&drawing(shape));
    assert!((33..40).contains(&plain), "{plain}");
    let three = megabytes(&drawing(&layers(3, shape)));
    assert!((plain + 16..150).contains(&three), "{three}");
    // Sixteen million pixels, whatever it says.
    let large = shape_of(&drawing(shape), 50_000);
    assert!((130..140).contains(&megabytes(&large)));
    // Never more than may be drawn; what would take more is drawn smaller.
    let all = megabytes(&shape_of(&drawing(&layers(60, shape)), 50_000));
    assert!((268..275).contains(&all), "{all}");
    // What was read counts, too.
    let copies = megabytes(&drawing(&shape.repeat(40_000)));
    assert!((plain + 50..plain + 100).contains(&copies), "{copies}");
    for nothing in ["", "no drawing", &drawing("<g>")] {
        assert_eq!(drawing_bytes(nothing.as_bytes()), None, "{nothing}");
    }
}

/// The same drawing, so many units wide and high.
fn shape_of(svg: &str, side: u32) -> String {
    let sized = format!("width='{side}' height='{side}'");
    svg.replace("width='100' height='100'", &sized)
}
