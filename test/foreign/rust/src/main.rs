//! Lets the crate `jmt` judge Clyra's map of stream heads.
//!
//! One JSON request a line on standard input, one JSON answer a line on standard output, in the same order. Keys,
//! values and roots are hexadecimal: a key of ours holds a line feed.

use std::io::{self, BufRead, Write};

use anyhow::{anyhow, Result};
use jmt::{mock::MockTreeStore, proof::SparseMerkleProof, KeyHash, RootHash, Sha256Jmt};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use sha2::Sha256;

/// A key and its value.
type Entry = (String, Option<String>);

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Request {
    /// The root after these updates, one version each (no value: taken out), and for each key a proof that it is there
    /// or is not.
    Prove {
        versions: Vec<Vec<Entry>>,
        keys: Vec<String>,
    },
    /// Whether jmt accepts a proof, in the form that jmt gives its own; no value: of absence.
    Verify {
        root: String,
        key: String,
        value: Option<String>,
        proof: Value,
    },
}

#[derive(Serialize)]
struct Proved {
    value: Option<String>,
    proof: SparseMerkleProof<Sha256>,
}

fn main() -> Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Request::Prove { versions, keys } => prove(&versions, &keys)?,
            Request::Verify {
                root,
                key,
                value,
                proof,
            } => match verify(&root, &key, value, proof) {
                Ok(()) => json!({ "verdict": "accepted", "reason": "" }),
                Err(error) => json!({ "verdict": "refused", "reason": error.to_string() }),
            },
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn prove(versions: &[Vec<Entry>], keys: &[String]) -> Result<Value> {
    let store = MockTreeStore::default();
    let tree = Sha256Jmt::new(&store);
    let mut root = None;
    for (version, entries) in versions.iter().enumerate() {
        let values = entries
            .iter()
            .map(|(key, value)| Ok((key_hash(key)?, value.as_ref().map(hex::decode).transpose()?)))
            .collect::<Result<Vec<_>>>()?;
        let (next, update) = tree.put_value_set(values, version as u64)?;
        store.write_tree_update_batch(update)?;
        root = Some(next);
    }
    let root = root.ok_or_else(|| anyhow!("no version"))?;
    let last = versions.len() as u64 - 1;
    let proofs = keys
        .iter()
        .map(|key| {
            let (value, proof) = tree.get_with_proof(key_hash(key)?, last)?;
            // What jmt gives, it must accept itself.
            proof.verify(root, key_hash(key)?, value.as_ref())?;
            Ok(Proved {
                value: value.map(hex::encode),
                proof,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(json!({ "root": hex::encode(root.0), "proofs": proofs }))
}

fn verify(root: &str, key: &str, value: Option<String>, proof: Value) -> Result<()> {
    let proof: SparseMerkleProof<Sha256> = serde_json::from_value(proof)?;
    let root: [u8; 32] = hex::decode(root)?
        .try_into()
        .map_err(|_| anyhow!("a root has 32 bytes"))?;
    let value = value.map(hex::decode).transpose()?;
    proof.verify(RootHash(root), key_hash(key)?, value)
}

fn key_hash(key: &str) -> Result<KeyHash> {
    Ok(KeyHash::with::<Sha256>(hex::decode(key)?))
}
