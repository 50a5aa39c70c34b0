//! XMP: RDF in a packet of XML, of which a few properties are read. `roxmltree` parses it, without
//! entities and with a limit of nodes; Adobe's own toolkit is C++.

use memchr::memmem;
use roxmltree::{Document, Node, ParsingOptions};

use super::captions::Captions;
use super::exif::clean;
use super::times;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Packets have a few kilobytes; those with a history of edits some hundred.
const MAX_PACKET_BYTES: usize = 1024 * 1024;

/// As many as the longest history of edits has, ten times.
const MAX_NODES: u32 = 50_000;

/// The parser goes as deep as the elements do, and each takes of the stack. Real packets have
/// ten; a text that holds more `<` than ends in a row is refused unread.
const MAX_DEPTH: usize = 100;

/// More words than anybody reads.
const MAX_WORDS: usize = 200;

const START: &[u8] = b"<x:xmpmeta";
const END: &[u8] = b"</x:xmpmeta>";

/// The packet in a file whose structure is not followed: what encloses it is made to be found.
pub(super) fn packet(bytes: &[u8]) -> Option<&[u8]> {
    let start = memmem::find(bytes, START)?;
    let rest = bytes.get(start..)?;
    let rest = rest.get(..MAX_PACKET_BYTES.min(rest.len()))?;
    let end = memmem::find(rest, END)?.checked_add(END.len())?;
    rest.get(..end)
}

/// What a packet says. One that cannot be read says nothing.
pub(super) fn read(packet: &[u8]) -> Captions {
    parsed(packet).unwrap_or_default()
}

fn parsed(packet: &[u8]) -> Option<Captions> {
    if packet.len() > MAX_PACKET_BYTES || depth(packet) > MAX_DEPTH {
        return None;
    }
    let text = std::str::from_utf8(packet).ok()?;
    let text = text.trim_matches(|c: char| c == '\0' || c == '\u{feff}' || c.is_whitespace());
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).ok()?;
    let rdf = document
        .descendants()
        .find(|node| node.has_tag_name((RDF, "RDF")))?;
    let descriptions: Vec<Node<'_, '_>> = rdf
        .children()
        .filter(|node| node.has_tag_name((RDF, "Description")))
        .collect();
    let property = |name: &str| {
        let mut elements = descriptions.iter().flat_map(Node::children);
        elements.find(|node| node.has_tag_name((DC, name)))
    };
    let words = |name: &str| property(name).map(items).unwrap_or_default();
    let creators = words("creator");
    Some(Captions {
        title: property("title").and_then(usual),
        description: property("description").and_then(usual),
        creator: (!creators.is_empty()).then(|| creators.join("; ")),
        copyright: property("rights").and_then(usual),
        keywords: words("subject"),
        rating: descriptions.iter().find_map(|node| rating(*node)),
        created: descriptions.iter().find_map(|node| {
            let text = of_xmp(*node, "CreateDate")?;
            times::of_xmp(text)
        }),
    })
}

/// How deep elements can stand in each other: no tag is an end before there was a start. Looks at
/// each byte once, whatever a stranger wrote.
fn depth(packet: &[u8]) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    let mut ends = memchr::memchr_iter(b'>', packet).peekable();
    for at in memchr::memchr_iter(b'<', packet) {
        while ends.next_if(|end| *end < at).is_some() {}
        match packet.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'?' | b'!') | None => {}
            Some(_) => {
                let before_end = ends.peek().and_then(|end| end.checked_sub(1));
                let is_empty = before_end.is_some_and(|at| packet.get(at) == Some(&b'/'));
                if !is_empty {
                    depth += 1;
                    most = most.max(depth);
                }
            }
        }
    }
    most
}

/// Stars. −1 stands for an image that was turned down.
fn rating(description: Node<'_, '_>) -> Option<u8> {
    let text = of_xmp(description, "Rating")?;
    let stars: f64 = text.trim().parse().ok()?;
    (0..=5).find(|whole| (f64::from(*whole) - stars).abs() < 0.5)
}

/// An attribute or an element with this name.
fn of_xmp<'a>(description: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let element = || {
        let mut children = description.children();
        let child = children.find(|node| node.has_tag_name((XMP, name)))?;
        child.text()
    };
    description.attribute((XMP, name)).or_else(element)
}

/// Of a text in several languages that without one, else the first.
fn usual(property: Node<'_, '_>) -> Option<String> {
    let mut of_items = property
        .descendants()
        .filter(|node| node.has_tag_name((RDF, "li")));
    let default = of_items
        .clone()
        .find(|node| node.attribute((XML, "lang")) == Some("x-default"));
    let chosen = default.or_else(|| of_items.next()).unwrap_or(property);
    clean(chosen.text()?.as_bytes())
}

/// The texts of a list; a property without one is a list of one.
fn items(property: Node<'_, '_>) -> Vec<String> {
    let of_list = property
        .descendants()
        .filter(|node| node.has_tag_name((RDF, "li")));
    let texts: Vec<String> = of_list
        .filter_map(|node| clean(node.text()?.as_bytes()))
        .take(MAX_WORDS)
        .collect();
    if texts.is_empty() {
        let alone = property.text().and_then(|text| clean(text.as_bytes()));
        return alone.into_iter().collect();
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet_with(attributes: &str, properties: &str) -> String {
        format!(
            "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\
             <x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{RDF}'>\
             <rdf:Description xmlns:dc='{DC}' xmlns:xmp='{XMP}' {attributes}>{properties}\
             </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
        )
    }

    #[test]
    fn tags_without_end_are_counted_in_one_pass() {
        let open = "<a<a</a".repeat(150_000);
        let began = std::time::Instant::now();
        assert!(depth(open.as_bytes()) > MAX_DEPTH);
        // A minute or more when each tag is looked for its own end.
        assert!(began.elapsed() < std::time::Duration::from_secs(5));
        assert_eq!(depth(b"<a><b/><c></c></a><d>"), 2);
    }

    #[test]
    fn a_rating_is_an_attribute_or_an_element_of_whole_stars() {
        for (text, stars) in [
            ("5", Some(5)),
            ("0", Some(0)),
            (" 3 ", Some(3)),
            ("4.0", Some(4)),
            ("-1", None),
            ("6", None),
            ("1e300", None),
            ("NaN", None),
            ("many", None),
        ] {
            let attribute = packet_with(&format!("xmp:Rating='{text}'"), "");
            assert_eq!(read(attribute.as_bytes()).rating, stars, "{text}");
            let element = packet_with("", &format!("<xmp:Rating>{text}</xmp:Rating>"));
            assert_eq!(read(element.as_bytes()).rating, stars, "{text}");
        }
    }

    #[test]
    fn the_text_without_a_language_is_the_usual_one() {
        let title = "<dc:title><rdf:Alt><rdf:li xml:lang='de'>Ecken</rdf:li>\
                     <rdf:li xml:lang='x-default'>Corners</rdf:li></rdf:Alt></dc:title>";
        let said = read(packet_with("", title).as_bytes());
        assert_eq!(said.title.as_deref(), Some("Corners"));
        let plain = read(packet_with("", "<dc:subject>one</dc:subject>").as_bytes());
        assert_eq!(plain.keywords, ["one"]);
    }

    #[test]
    fn hostile_packets_say_nothing() {
        let entity = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>";
        let deep = packet_with("", &"<a>".repeat(100_000));
        let closed = packet_with("", &["<a>".repeat(50_000), "</a>".repeat(50_000)].concat());
        let many = packet_with("", &"<a/>".repeat(100_000));
        let long = packet_with("", &"x".repeat(MAX_PACKET_BYTES));
        for packet in [entity, &deep, &closed, &many, &long, "", "<", "\0\0"] {
            assert_eq!(read(packet.as_bytes()), Captions::default());
        }
        assert_eq!(read(&[0xFF, 0xFE, 0, b'<']), Captions::default());
    }

    #[test]
    fn texts_and_lists_have_an_end() {
        let long = format!("<dc:title>{}</dc:title>", "x".repeat(100_000));
        let said = read(packet_with("", &long).as_bytes());
        assert!(said.title.is_some_and(|title| title.len() < 10_000));
        let many = "<rdf:li>word</rdf:li>".repeat(5000);
        let list = format!("<dc:subject><rdf:Bag>{many}</rdf:Bag></dc:subject>");
        assert_eq!(
            read(packet_with("", &list).as_bytes()).keywords.len(),
            MAX_WORDS
        );
    }
}
