//! The second look at a YAML file: which octets each node stands at.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};

/// One step of the way from the top of a file to a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// The value under this key.
    Key(String),
    /// The item at this position, from 0.
    Index(usize),
}

/// The way from the top of a file to a node: `steps[2].send`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The top of the file.
    pub fn top() -> Self {
        Self::default()
    }

    /// The node under a key of this one.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Segment::Key(key.into()))
    }

    /// The item at a position of this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// The segments from the top.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    fn with(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if at == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A node with its place; only the shape is kept, the values come from `serde_yaml`.
#[derive(Debug, Clone)]
pub(super) struct Marked {
    /// Octets of the file that the node takes.
    pub(super) span: Range<usize>,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    Leaf,
    Sequence(Vec<Marked>),
    Mapping(Vec<(String, Range<usize>, Marked)>),
}

/// Why the marks could not be read: the message and the octet it is about.
pub(super) struct MarkError {
    pub(super) message: String,
    pub(super) at: usize,
}

/// Deeper nesting than any file of ours has; a bound on the stack.
const MAX_DEPTH: usize = 64;

impl Marked {
    pub(super) fn parse(text: &str) -> Result<Option<Self>, MarkError> {
        let offsets = Offsets::of(text);
        let mut reader = Reader { parser: Parser::new_from_str(text), offsets };
        loop {
            let (event, span) = reader.next()?;
            match event {
                Event::StreamEnd => return Ok(None),
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                event => return reader.node(event, span, 0).map(Some),
            }
        }
    }

    /// The place of the node at `path`, or of the deepest one on the way that there is. A key's place comes before its value's,
    /// since a mistake that is reported at a key (an unknown field) is about the key.
    pub(super) fn locate(&self, path: &Path, at_key: bool) -> Range<usize> {
        let mut node = self;
        let mut place = self.span.clone();
        for segment in path.segments() {
            let next = match (&node.shape, segment) {
                (Shape::Sequence(items), Segment::Index(index)) => {
                    items.get(*index).map(|item| (item, item.span.clone()))
                }
                (Shape::Mapping(entries), Segment::Key(key)) => entries
                    .iter()
                    .find(|(k, ..)| k == key)
                    .map(|(_, key_span, value)| (value, if at_key { key_span.clone() } else { value.span.clone() })),
                _ => None,
            };
            let Some((below, span)) = next else { break };
            node = below;
            place = span;
        }
        // A block that starts on a line of its own is best pointed at by its first key.
        if !at_key
            && let Shape::Mapping(entries) = &node.shape
            && let Some((_, key, _)) = entries.first()
        {
            place = key.clone();
        }
        place
    }

    /// Where a key of the mapping at `path` stands, for mistakes that name the key and not the way to it.
    pub(super) fn locate_key(&self, path: &Path, key: &str) -> Option<Range<usize>> {
        let mut node = self;
        for segment in path.segments() {
            node = match (&node.shape, segment) {
                (Shape::Sequence(items), Segment::Index(index)) => items.get(*index)?,
                (Shape::Mapping(entries), Segment::Key(name)) => &entries.iter().find(|(k, ..)| k == name)?.2,
                _ => return None,
            };
        }
        match &node.shape {
            Shape::Mapping(entries) => entries.iter().find(|(k, ..)| k == key).map(|(_, span, _)| span.clone()),
            _ => None,
        }
    }
}

/// Where each character of a text starts: the parser counts characters, slices want octets.
struct Offsets(Vec<usize>);

impl Offsets {
    fn of(text: &str) -> Self {
        Self(text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
    }

    fn octet(&self, character: usize) -> usize {
        self.0.get(character).or(self.0.last()).copied().unwrap_or(0)
    }
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    offsets: Offsets,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), MarkError> {
        match self.parser.next_event() {
            None => Ok((Event::StreamEnd, 0..0)),
            Some(Ok((event, span))) => Ok((event, self.octets(span))),
            Some(Err(error)) => {
                Err(MarkError { message: error.info().to_owned(), at: self.offsets.octet(error.marker().index()) })
            }
        }
    }

    fn octets(&self, span: Span) -> Range<usize> {
        self.offsets.octet(span.start.index())..self.offsets.octet(span.end.index())
    }

    fn node(&mut self, event: Event<'a>, span: Range<usize>, depth: usize) -> Result<Marked, MarkError> {
        if depth > MAX_DEPTH {
            return Err(MarkError { message: format!("nested deeper than {MAX_DEPTH} levels"), at: span.start });
        }
        match event {
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    let (event, item_span) = self.next()?;
                    if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                        return Ok(Marked {
                            span: span.start..item_span.end.max(span.end),
                            shape: Shape::Sequence(items),
                        });
                    }
                    items.push(self.node(event, item_span, depth + 1)?);
                }
            }
            Event::MappingStart(..) => {
                let mut entries: Vec<(String, Range<usize>, Marked)> = Vec::new();
                let mut known = HashSet::new();
                loop {
                    let (event, key_span) = self.next()?;
                    let key = match event {
                        Event::MappingEnd | Event::StreamEnd => {
                            return Ok(Marked {
                                span: span.start..key_span.end.max(span.end),
                                shape: Shape::Mapping(entries),
                            });
                        }
                        Event::Scalar(text, ..) => text.into_owned(),
                        _ => return Err(MarkError { message: "a key must be plain text".into(), at: key_span.start }),
                    };
                    if !known.insert(key.clone()) {
                        return Err(MarkError { message: format!("`{key}` is given twice"), at: key_span.start });
                    }
                    let (event, value_span) = self.next()?;
                    let value = self.node(event, value_span, depth + 1)?;
                    entries.push((key, key_span, value));
                }
            }
            // A few lines of them can stand for gigabytes, and what they stand for has no place of its own to point at.
            Event::Alias(..) => {
                Err(MarkError { message: "aliases are not read here: write the value out".into(), at: span.start })
            }
            _ => Ok(Marked { span, shape: Shape::Leaf }),
        }
    }
}
