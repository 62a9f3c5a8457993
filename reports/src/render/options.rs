/// How a page is to look. Formats for machines ignore all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether to use the terminal's colours.
    pub colour: bool,
    /// How many columns a line may have. Less than 40 counts as 40.
    pub width: usize,
    /// Whether to show in full what is otherwise abridged: every rule's sentence, every failure, every entry of a transcript.
    pub verbose: bool,
}

impl Default for RenderOptions {
    /// No colour, 100 columns, not verbose.
    fn default() -> Self {
        Self { colour: false, width: 100, verbose: false }
    }
}
