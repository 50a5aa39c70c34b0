//! XMP: RDF in a packet of XML. Only text is cut out or put in; the rest stays as it is written.

use std::fmt::Write as _;
use std::ops::Range;

use maud::html;
use roxmltree::{Document, Node};

use super::CopyError;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";

/// Ends every packet.
const TRAILER: &str = "<?xpacket end=";

/// Overwrites every property that is a position with spaces. Says whether there was any.
pub(super) fn remove_position(packet: &mut [u8]) -> Result<bool, CopyError> {
    if !may_hold_position(packet) {
        return Ok(false);
    }
    let unreadable = CopyError::Stuck("its XMP cannot be read");
    let ranges: Vec<Range<usize>> = {
        let document = parse(packet).ok_or(unreadable)?;
        let mut ranges = Vec::new();
        for node in document.descendants().filter(Node::is_element) {
            if is_position(node.tag_name().name()) {
                ranges.push(node.range());
            }
            let attributes = node.attributes().filter(|it| is_position(it.name()));
            ranges.extend(attributes.map(|attribute| attribute.range()));
        }
        ranges
    };
    for range in &ranges {
        if let Some(bytes) = packet.get_mut(range.clone()) {
            bytes.fill(b' ');
        }
    }
    if may_hold_position(packet) && parse(packet).is_none() {
        return Err(unreadable);
    }
    Ok(!ranges.is_empty())
}

/// Whether a name of a position can stand in it; never misses one that is written in ASCII,
/// with one byte a character or two.
pub(super) fn may_hold_position(packet: &[u8]) -> bool {
    let text: Vec<u8> = packet
        .iter()
        .filter(|byte| **byte != 0)
        .map(u8::to_ascii_lowercase)
        .collect();
    let names = ["gps", "latitude", "longitude", "longtitude"];
    // A prefix comes before most names; long texts in base 64 hold any three letters.
    let starts = [b':', b'<'];
    text.windows(2)
        .enumerate()
        .filter(|(_, pair)| pair.first().is_some_and(|byte| starts.contains(byte)))
        .any(|(at, _)| {
            let rest = text.get(at + 1..).unwrap_or_default();
            names.iter().any(|name| rest.starts_with(name.as_bytes()))
        })
}

/// `exif:GPS…`, and what drones write beside it (`Longtitude` is their spelling).
fn is_position(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("gps") || matches!(name.as_str(), "latitude" | "longitude" | "longtitude")
}

fn parse(packet: &[u8]) -> Option<Document<'_>> {
    let text = std::str::from_utf8(packet).ok()?;
    Document::parse(text.trim_end_matches('\0')).ok()
}

/// What is to be said of an image.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::saving) struct Extension<'a> {
    pub(in crate::saving) author: Option<&'a str>,
    /// RFC 3339.
    pub(in crate::saving) posted_at: Option<&'a str>,
    pub(in crate::saving) link: Option<&'a str>,
    /// Whether the time may also be given as when the image was made: it says nothing itself.
    pub(in crate::saving) is_made_then: bool,
}

/// What became of a packet.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::saving) enum Extended {
    Packet(String),
    /// It says all of that already, or something else.
    NothingToAdd,
    /// It asks not to be changed.
    ReadOnly,
    /// It cannot be read, or not be extended safely.
    Strange,
}

/// A packet that says this, for a file without one.
pub(in crate::saving) fn new_packet(extension: Extension<'_>) -> Option<String> {
    let description = description("", &extension)?;
    Some(format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{RDF}\">{description}\
         </rdf:RDF></x:xmpmeta>\n{TRAILER}\"w\"?>"
    ))
}

/// The packet with what it does not say yet.
pub(in crate::saving) fn extended(packet: &[u8], extension: Extension<'_>) -> Extended {
    let text = std::str::from_utf8(packet).unwrap_or_default();
    let text = text.trim_end_matches('\0');
    let Some(document) = parse(packet) else {
        return Extended::Strange;
    };
    if let Some((_, end)) = text.rsplit_once(TRAILER)
        && end.starts_with(['"', '\''])
        && end.get(1..2) == Some("r")
    {
        return Extended::ReadOnly;
    }
    let mut elements = document.descendants().filter(Node::is_element);
    let Some(rdf) = elements.find(|node| node.has_tag_name((RDF, "RDF"))) else {
        return Extended::Strange;
    };
    let about = rdf
        .children()
        .find_map(|node| node.attribute((RDF, "about")))
        .unwrap_or_default();
    let says = |namespace, name| {
        rdf.descendants().any(|node| {
            node.has_tag_name((namespace, name)) || node.has_attribute((namespace, name))
        })
    };
    let has_own_date =
        says(PHOTOSHOP, "DateCreated") || says(EXIF, "DateTimeOriginal") || says(XMP, "CreateDate");
    let missing = Extension {
        author: extension.author.filter(|_| !says(DC, "creator")),
        posted_at: extension.posted_at.filter(|_| !says(DC, "date")),
        link: extension.link.filter(|_| !says(DC, "source")),
        is_made_then: extension.is_made_then && !has_own_date,
    };
    let Some(added) = description(about, &missing) else {
        return Extended::NothingToAdd;
    };
    // `<rdf:RDF/>` has no end tag to put it before.
    let end = text
        .get(rdf.range())
        .and_then(|element| element.rfind("</"));
    let Some(split) = end.and_then(|at| text.split_at_checked(rdf.range().start + at)) else {
        return Extended::Strange;
    };
    let packet = format!(
        "{}{added}{}",
        split.0,
        without_padding(split.1, added.len())
    );
    // What was made must be what was meant.
    if parse(packet.as_bytes()).is_none() {
        return Extended::Strange;
    }
    Extended::Packet(packet)
}

/// Packets have spaces before their end to grow into: takes as many away as were added.
fn without_padding(tail: &str, n_added: usize) -> String {
    let Some((before, trailer)) = tail.rsplit_once(TRAILER) else {
        return tail.to_owned();
    };
    let padding = before.len() - before.trim_end_matches([' ', '\n', '\r', '\t']).len();
    let n_taken = n_added.min(padding.saturating_sub(1));
    let kept = before.get(..before.len() - n_taken).unwrap_or(before);
    format!("{kept}{TRAILER}{trailer}")
}

/// `None` when there is nothing to say.
fn description(about: &str, says: &Extension<'_>) -> Option<String> {
    let mut properties = String::new();
    let sequence = |name: &str, text: &str| {
        format!(
            "<dc:{name}><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:{name}>",
            escaped(text)
        )
    };
    if let Some(author) = says.author {
        properties += &sequence("creator", author);
    }
    if let Some(link) = says.link {
        write!(properties, "<dc:source>{}</dc:source>", escaped(link)).ok()?;
    }
    if let Some(time) = says.posted_at {
        properties += &sequence("date", time);
        if says.is_made_then {
            let time = escaped(time);
            write!(
                properties,
                "<photoshop:DateCreated>{time}</photoshop:DateCreated>"
            )
            .ok()?;
        }
    }
    (!properties.is_empty()).then(|| {
        format!(
            "<rdf:Description rdf:about=\"{}\" xmlns:rdf=\"{RDF}\" xmlns:dc=\"{DC}\" \
             xmlns:photoshop=\"{PHOTOSHOP}\">{properties}</rdf:Description>",
            escaped(about)
        )
    })
}

/// XML knows no control characters, escaped or not.
fn escaped(text: &str) -> String {
    let legal = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let text: String = text.chars().filter(legal).collect();
    html! { (text) }.into_string()
}
