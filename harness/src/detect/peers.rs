//! The peers that a plan is about.

use sinkcheck_simulator::client;
use sinkcheck_simulator::{Mutant, Variant, mutants, server, variants};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{Mutation, mutations};

use super::{Plan, What};
use crate::run::virtual_time::Peer;

/// A peer and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known {
    Reference,
    Mutant(&'static Mutant),
    Generated(Mutation),
    Variant(&'static Variant),
    Pair(&'static Variant, &'static Variant),
}

impl Known {
    /// All of one role that a plan is about, in the order of the matrix.
    pub(super) fn of(plan: &Plan, role: Role) -> Vec<Self> {
        let mut all = Vec::new();
        if plan.has(What::Reference) {
            all.push(Self::Reference);
        }
        if plan.has(What::Mutants) {
            all.extend(mutants(role).iter().filter(|mutant| plan.fits(mutant.name())).map(Self::Mutant));
        }
        if plan.has(What::Generated) {
            all.extend(mutations(role).into_iter().filter(|mutation| plan.fits(&name(mutation))).map(Self::Generated));
        }
        let chosen: Vec<&'static Variant> = variants(role).iter().filter(|variant| plan.fits(variant.name())).collect();
        if plan.has(What::Variants) {
            all.extend(chosen.iter().copied().map(Self::Variant));
        }
        if plan.has(What::Pairs) {
            let others = |at: usize, one: &'static Variant| {
                let others = chosen.iter().skip(at + 1).filter(|other| !one.excludes(other));
                others.map(move |other| Self::Pair(one, other))
            };
            let mut pairs: Vec<Self> = chosen.iter().enumerate().flat_map(|(at, one)| others(at, one)).collect();
            if let Some(sample) = plan.sample {
                fastrand::Rng::with_seed(plan.seed).shuffle(&mut pairs);
                pairs.truncate(sample);
            }
            all.extend(pairs);
        }
        all
    }

    /// The peer itself.
    pub(super) fn peer(self, role: Role) -> Peer {
        match role {
            Role::Server => {
                let reference = server::Behaviour::default();
                Peer::Server(match self {
                    Self::Reference => reference,
                    Self::Mutant(mutant) => reference.with_mutant(mutant),
                    Self::Generated(mutation) => server::Behaviour { table: mutation.table().into(), ..reference },
                    Self::Variant(variant) => reference.with_variant(variant),
                    Self::Pair(one, other) => reference.with_variant(one).with_variant(other),
                })
            }
            Role::Client => {
                let reference = client::Behaviour::default();
                Peer::Client(match self {
                    Self::Reference => reference,
                    Self::Mutant(mutant) => reference.with_mutant(mutant),
                    Self::Generated(mutation) => client::Behaviour { table: mutation.table().into(), ..reference },
                    Self::Variant(variant) => reference.with_variant(variant),
                    Self::Pair(one, other) => reference.with_variant(one).with_variant(other),
                })
            }
        }
    }

    /// Its name; both for a pair, none for the reference.
    pub(super) fn names(self) -> Vec<String> {
        match self {
            Self::Reference => Vec::new(),
            Self::Mutant(mutant) => vec![mutant.name().to_owned()],
            Self::Generated(mutation) => vec![name(&mutation)],
            Self::Variant(variant) => vec![variant.name().to_owned()],
            Self::Pair(one, other) => vec![one.name().to_owned(), other.name().to_owned()],
        }
    }
}

/// The name of a generated mutant.
pub(super) fn name(mutation: &Mutation) -> String {
    format!("table:{mutation}")
}
