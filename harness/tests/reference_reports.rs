//! The reports on the reference server and the reference client, as snapshots: a change of behaviour is reviewed as a diff.

#[path = "../../reports/tests/published/mod.rs"]
#[allow(dead_code, reason = "nothing is compared here")]
mod published;

use std::sync::{Arc, Mutex, PoisonError};

use sinkcheck::run::{Options, Run, started};
use sinkcheck::target::builtin;
use sinkcheck_cases::suite;
use sinkcheck_reports::DocumentBuilder;
use sinkcheck_reports::document::Document;
use sinkcheck_reports::event::RunEvent;
use sinkcheck_reports::redact::without_times;
use sinkcheck_reports::render::{Format, RenderOptions, render};
use sinkcheck_spec::catalogue::Role;
use tokio::sync::{mpsc, watch};

use published::published;

fn document(role: Role) -> Document {
    /// Both at a time would make each of them wait.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let scenarios: Vec<_> = suite::built_in()
            .expect("no mistakes")
            .into_iter()
            .filter(|scenario| scenario.under_test == role)
            .map(Arc::new)
            .collect();
        let (server, target) = match role {
            Role::Server => {
                let (server, target) = builtin::reference_server().await.expect("a server");
                (Some(server), target)
            }
            Role::Client => (None, builtin::reference_client()),
        };
        let (events, mut come) = mpsc::unbounded_channel();
        let (_stop, stopped) = watch::channel(false);
        let mut builder = DocumentBuilder::new();
        builder.apply(&started(&target, &scenarios, scenarios.len()));
        let run = tokio::spawn(Run::new(target, scenarios, Options { jobs: 12 }, events, stopped).play());
        while let Some(event) = come.recv().await {
            builder.apply(&event);
        }
        let interrupted = run.await.expect("no panic");
        builder.apply(&RunEvent::RunFinished { interrupted });
        if let Some(server) = server {
            server.stop().await;
        }
        published(builder.finish())
    })
}

#[test]
fn the_report_on_the_reference_server_is_as_reviewed() {
    is_as_reviewed("reference_server", &document(Role::Server));
}

#[test]
fn the_report_on_the_reference_client_is_as_reviewed() {
    is_as_reviewed("reference_client", &document(Role::Client));
}

fn is_as_reviewed(name: &str, document: &Document) {
    let document = without_times(document);
    for format in [Format::Junit, Format::Tap, Format::Markdown, Format::Github] {
        let mut page = Vec::new();
        render(&document, format, &RenderOptions::default(), &mut page).expect("memory doesn't fail");
        check(&format!("{name}_{format}"), &String::from_utf8(page).expect("UTF-8"));
    }
    let written = |format| {
        let mut report = Vec::new();
        render(&document, format, &RenderOptions::default(), &mut report).expect("memory doesn't fail");
        String::from_utf8(report).expect("UTF-8")
    };
    check(&format!("{name}_badge"), &written(Format::Badge));
    // The rules and cases after it are many, and of the form that the pages of small documents have.
    let page = written(Format::Html);
    let (_, top) = page.split_once("</style>").expect("a style");
    let (top, rest) = top.split_once("<section id=\"rules\"").expect("rules");
    let rows = |row: &str| rest.matches(row).count();
    let counts = format!("…\n{} rules, {} cases\n", rows("<tr id=\"rule-"), rows("<li data-key="));
    check(&format!("{name}_html"), &format!("{top}{counts}"));
    let mut report = Vec::new();
    let options = RenderOptions { verbose: true, ..RenderOptions::default() };
    render(&document, Format::Text, &options, &mut report).expect("memory doesn't fail");
    let mut text = String::from_utf8(report).expect("UTF-8");
    // How a "nothing" was shown is not among it: whether a close or a window came first depends on the machine.
    text.push_str("\nCASES\n");
    for case in &document.cases {
        text.push_str(&format!("{} {:?}\n", case.id, case.verdict));
    }
    check(name, &text);
}

#[track_caller]
fn check(name: &str, page: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../reports/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, page));
}
