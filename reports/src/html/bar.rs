use super::verdicts::Look;

/// A bar of 100 units, its parts side by side, and the same in words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub(super) parts: Vec<Part>,
    pub(super) words: String,
}

/// One part of a bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) class: &'static str,
    /// Where it begins and how wide it is.
    pub(super) at: String,
    pub(super) width: String,
}

impl Bar {
    /// Of so many of each kind. Kinds that don't occur have no part.
    pub(super) fn of(counts: &[(usize, Look)]) -> Self {
        let total: usize = counts.iter().map(|(count, _)| count).sum();
        let share = |count: usize| 100.0 * count as f64 / total.max(1) as f64;
        let mut before = 0;
        let mut parts = Vec::new();
        let mut words = Vec::new();
        for (count, look) in counts.iter().filter(|(count, _)| *count > 0) {
            let (at, width) = (format!("{:.2}", share(before)), format!("{:.2}", share(*count)));
            parts.push(Part { class: look.class, at, width });
            words.push(format!("{count} {}", look.word));
            before += count;
        }
        Self { parts, words: words.join(", ") }
    }
}
