//! Replicas, spreading, disruption budgets, probes, rollouts.

mod pdb_blocks_drain;

pub(super) use pdb_blocks_drain::PdbBlocksDrain;
