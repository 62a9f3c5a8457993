//! How long the whole server suite takes against the reference server over TCP, keepalive included. The goal is under 2 s.

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use sinkcheck::run::{Options, Run};
use sinkcheck::target::builtin;
use sinkcheck_cases::suite;
use tokio::sync::{mpsc, watch};

fn whole_suite(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let scenarios: Vec<_> = suite::built_in().expect("no mistakes").into_iter().map(Arc::new).collect();
    let mut group = criterion.benchmark_group("suite");
    group.sample_size(10);
    for (name, skip_slow) in [("server over tcp", false), ("server over tcp, keepalive left out", true)] {
        let cases: Vec<_> = scenarios.iter().filter(|case| !(skip_slow && case.is_slow())).cloned().collect();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    let (server, target) = builtin::reference_server().await.expect("a server");
                    let (events, mut come) = mpsc::unbounded_channel();
                    let (_stop, stopped) = watch::channel(false);
                    let options = Options { jobs: 24 };
                    Run::new(target, cases.clone(), options, events, stopped).play().await;
                    server.stop().await;
                    let mut finished = 0;
                    while come.try_recv().is_ok() {
                        finished += 1;
                    }
                    finished
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, whole_suite);
criterion_main!(benches);
