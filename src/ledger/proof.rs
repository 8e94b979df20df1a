//! What can be checked far from the ledger, with its public key alone: a certificate, and an export of the log.

use super::checkpoint::PublicKey;
use super::codes::Op;
use super::merkle::{self, Frontier, Hash};
use super::{Time, audit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io;

/// The proof that an entry is in the audit log, and that the log's owner signed it.
#[derive(Clone, Debug, Serialize)]
pub struct LogProof {
    /// The entry: it names the digest of the certificate.
    pub entry: String,
    /// How many entries stand before it.
    pub index: u64,
    /// The hashes from its leaf to the root of the tree (RFC 6962), the lowest first, in base64.
    pub inclusion: Vec<String>,
    /// The signed note on the tree.
    pub checkpoint: String,
    /// The public key that signed it. Trust one that came another way.
    pub key: String,
}

/// The field that holds the proof.
const PROOF: &str = "proof";

/// The digest of a certificate: SHA-256, in hexadecimal, over its canonical JSON (sorted keys, no spaces) without proof.
pub(super) fn digest(certificate: &impl Serialize) -> Option<String> {
    let mut value = serde_json::to_value(certificate).ok()?;
    value.as_object_mut()?.remove(PROOF);
    Some(audit::hex(&Sha256::digest(value.to_string())))
}

/// Checks a certificate in JSON against the public key of its ledger. Gives the time of the signature; or what does not
/// hold, in words.
pub fn verify_certificate(certificate: &Value, key: &PublicKey) -> Result<Time, &'static str> {
    let proof = certificate.get(PROOF).ok_or("it carries no proof")?;
    let text = |name: &str| proof.get(name).and_then(Value::as_str).ok_or("its proof is not complete");
    let (entry, note) = (text("entry")?, text("checkpoint")?);
    let body: Value = serde_json::from_str(entry).map_err(|_| "its entry of the log cannot be read")?;
    let field = |name: &str| body.get(name).and_then(Value::as_str);
    if field("op") != Some(Op::CertificateIssued.word()) {
        return Err("its entry of the log is not about a certificate");
    }
    if field("certificate").map(String::from) != digest(certificate) {
        return Err("it was changed: the log tells of another text");
    }
    let checkpoint = key.open(note).map_err(|_| "its checkpoint is not signed by this key")?;
    let index = proof.get("index").and_then(Value::as_u64).ok_or("its proof is not complete")?;
    let hashes = proof.get("inclusion").and_then(Value::as_array).ok_or("its proof is not complete")?;
    let hash = |value: &Value| -> Option<Hash> { BASE64.decode(value.as_str()?).ok()?.try_into().ok() };
    let hashes: Vec<Hash> = hashes.iter().map(hash).collect::<Option<_>>().ok_or("its proof is not complete")?;
    if merkle::root_from(merkle::leaf(entry), index, checkpoint.size, &hashes) != Some(checkpoint.root) {
        return Err("its entry is not in the log that was signed");
    }
    Ok(checkpoint.at)
}

/// Checks an export of the log, an entry in each line, against a checkpoint. Gives the number of entries and the time of
/// the signature; or what does not hold, in words.
pub fn verify_export(
    entries: impl IntoIterator<Item = io::Result<String>>,
    checkpoint: &str,
    key: &PublicKey,
) -> Result<(u64, Time), String> {
    let checkpoint = key.open(checkpoint).map_err(|what| format!("the checkpoint does not hold: {what}"))?;
    let mut tree = Frontier::default();
    for entry in entries {
        let entry = entry.map_err(|error| format!("the entries cannot be read: {error}"))?;
        tree.push(merkle::leaf(&entry));
        let seq = serde_json::from_str::<Value>(&entry).ok().and_then(|body| body.get("seq")?.as_u64());
        if seq != Some(tree.size()) {
            return Err(format!("line {} is not entry {}", tree.size(), tree.size()));
        }
    }
    if tree.size() != checkpoint.size {
        return Err(format!("there are {} entries, and {} were signed", tree.size(), checkpoint.size));
    }
    if tree.root() != checkpoint.root {
        return Err("the entries are not those that were signed".into());
    }
    Ok((tree.size(), checkpoint.at))
}
