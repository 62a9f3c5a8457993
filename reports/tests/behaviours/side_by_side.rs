//! Implementations side by side.

use std::io;

use proptest::prelude::*;
use sinkcheck_reports::document::{Level, RuleVerdict};
use sinkcheck_reports::matrix::{self, Matrix, MatrixError};
use sinkcheck_reports::{Document, RenderOptions};

use crate::handmade::{self, document, rule};
use crate::snapshots::check;

type Renderer = fn(&Matrix, &RenderOptions, &mut dyn io::Write) -> io::Result<()>;

const FORMS: [(&str, Renderer); 3] = [("text", matrix::text), ("markdown", matrix::markdown), ("html", matrix::html)];

fn page(render: Renderer, matrix: &Matrix, width: usize) -> String {
    let mut page = Vec::new();
    let options = RenderOptions { width, ..RenderOptions::default() };
    render(matrix, &options, &mut page).expect("a vector takes every write");
    String::from_utf8(page).expect("UTF-8")
}

fn matrix_of(documents: &[Document]) -> Matrix {
    let mut matrix = Matrix::new();
    for document in documents {
        matrix.add(document).expect("it fits");
    }
    matrix
}

fn three() -> Matrix {
    let mut other = handmade::conforming();
    other.target.name = "other-sink 0.9".into();
    matrix_of(&[other, handmade::failing(), handmade::unreachable()])
}

#[test]
fn matrices_are_as_reviewed() {
    for (form, render) in FORMS {
        check(&format!("matrix_{form}"), &page(render, &three(), 100));
        check(&format!("matrix_{form}_hostile"), &page(render, &matrix_of(&[handmade::hostile()]), 100));
    }
    check("matrix_text_narrow", &page(matrix::text, &three(), 60));
}

#[test]
fn a_rule_that_only_some_documents_have_is_told() {
    let small = document(vec![rule("extra.one", Level::Should)], vec![], vec![]);
    let matrix = matrix_of(&[handmade::conforming(), small]);
    let rows: Vec<_> = matrix.sections.iter().flat_map(|section| &section.rows).collect();
    assert_eq!(matrix.rules(), 21);
    assert!(rows.iter().all(|row| row.cells.len() == 2));
    let extra = rows.iter().find(|row| row.id == "extra.one").expect("it has a row");
    assert_eq!(extra.cells, [None, Some(RuleVerdict::NotExercised)]);
}

#[test]
fn what_one_keeps_and_another_breaks_differs() {
    assert_eq!(three().differing(), 6);
    assert_eq!(matrix_of(&[handmade::failing(), handmade::failing()]).differing(), 0);
}

#[test]
fn a_client_is_not_put_beside_a_server() {
    let mut matrix = matrix_of(&[handmade::conforming()]);
    let error = matrix.add(&handmade::failing_client()).expect_err("it is of the other role");
    assert!(error.to_string().contains("it is about a client, and the first one is about a server"), "{error}");
}

#[test]
fn there_is_an_end_to_the_columns() {
    let mut matrix = matrix_of(&vec![handmade::zero_cases(); 64]);
    assert_eq!(matrix.add(&handmade::zero_cases()), Err(MatrixError::TooMany));
    assert_eq!(matrix.columns.len(), 64);
    page(matrix::html, &matrix, 100);
}

#[test]
fn the_page_fetches_nothing_and_runs_nothing() {
    let page = page(matrix::html, &three(), 100);
    for sign in ["src=", "href=", "@import", "url(", "<script", "http"] {
        assert!(!page.replace("http-equiv", "").contains(sign), "{sign}");
    }
    assert!(page.contains("default-src 'none'"));
}

proptest! {
    #[test]
    fn any_text_stays_text(text in r#"[<>&"'`|\\@#\x00-\x1f\u{202e}a-z ]{0,24}"#) {
        let mut document = document(vec![rule(&text, Level::Must)], vec![], vec![]);
        document.target.name = text.clone();
        document.rules[0].text = text.clone();
        document.rules[0].section_title = text.clone();
        let matrix = matrix_of(&[document]);
        let html = page(matrix::html, &matrix, 100);
        // A strict reader finds no more elements than a harmless text gives.
        let body = &html[html.find("<body>").expect("a body")..html.find("</html>").expect("its end")];
        let tree = roxmltree::Document::parse(body).expect(body);
        prop_assert_eq!(tree.descendants().filter(|node| node.has_tag_name("tr")).count(), 4);
        prop_assert!(tree.descendants().all(|node| !node.has_tag_name("b")));
        let markdown = page(matrix::markdown, &matrix, 100);
        let columns = |options| pulldown_cmark::Parser::new_ext(&markdown, options)
            .filter(|event| matches!(event, pulldown_cmark::Event::End(pulldown_cmark::TagEnd::TableCell)))
            .count();
        prop_assert_eq!(columns(pulldown_cmark::Options::ENABLE_TABLES), 2 * 6 + 2 * 3);
    }
}
