//! What the suite detects, as a snapshot: which rules have mutants, who kills each, and who survives is reviewed as a diff.

/// `.ci/detect` plays it, in a release build: in another it takes far too long.
#[test]
#[ignore = "`.ci/detect` plays the suite at all mutants, and hands the matrix over"]
fn the_matrix_is_as_reviewed() {
    let file = std::env::var_os("SINKCHECK_MATRIX").expect("SINKCHECK_MATRIX names the file that `.ci/detect` made");
    let page = std::fs::read_to_string(&file).expect("a page");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../reports/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("detection", page));
}

/// What the README claims is what the reviewed matrix says.
#[test]
fn the_figures_of_the_readme_are_those_of_the_matrix() {
    let at = |path: &str| {
        std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
            .expect("it is kept")
    };
    let (matrix, readme) = (at("reports/snapshots/detection.snap"), at("README.md"));
    let figures: Vec<&str> =
        matrix.lines().skip_while(|line| *line != "|---|---|").skip(1).take_while(|line| !line.is_empty()).collect();
    assert!(figures.len() >= 6, "{figures:?}");
    for figure in figures {
        assert!(readme.lines().any(|line| line == figure), "the README has another figure, or none, for {figure}");
    }
}
