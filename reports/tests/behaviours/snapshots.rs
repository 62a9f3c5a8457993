//! Comparing a page with the one that is kept in `reports/snapshots`.

use std::path::Path;

use sinkcheck_reports::{Document, Format, RenderOptions, render};

/// The page that the document gives in this format.
pub(crate) fn page(document: &Document, format: Format, options: &RenderOptions) -> String {
    let mut page = Vec::new();
    render(document, format, options, &mut page).expect("a vector takes every write");
    String::from_utf8(page).expect("every format is UTF-8")
}

/// Compares `page` with the snapshot of this name.
#[track_caller]
pub(crate) fn check(name: &str, page: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, page));
}
