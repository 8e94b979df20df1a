-- Version 1 of the ledger. Times are unix milliseconds UTC. *_enc columns are sealed under a key of the store that stands
-- in the keystore, and blanked (NULL) when a deletion is confirmed; *_hash columns are keyed hashes. No key bytes, no
-- matched value and no clear name or path stand anywhere in this file.
CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1), store_id TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE retention_policy (                               -- versions are never edited
  policy_id TEXT NOT NULL, version INTEGER NOT NULL,
  grace_ms INTEGER NOT NULL CHECK (grace_ms >= 0),            -- after an operator's resolve
  max_age_ms INTEGER NOT NULL CHECK (max_age_ms > 0),         -- hard deadline even if never resolved
  PRIMARY KEY (policy_id, version)) STRICT;
INSERT INTO retention_policy VALUES ('default', 1, 0, 7776000000);
CREATE TABLE issue (
  issue_id TEXT PRIMARY KEY, name_enc BLOB NOT NULL, name_hash BLOB NOT NULL UNIQUE,
  policy_id TEXT NOT NULL, policy_version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','resolved')),
  opened_at INTEGER NOT NULL, resolved_at INTEGER, reopen_count INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY (policy_id, policy_version) REFERENCES retention_policy,
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))) STRICT;
CREATE TABLE issue_key (                                      -- metadata only
  key_id TEXT PRIMARY KEY, issue_id TEXT NOT NULL REFERENCES issue,
  state TEXT NOT NULL CHECK (state IN ('live','destroy_intended','destroyed')),
  created_at INTEGER NOT NULL, destroyed_at INTEGER,
  CHECK ((state = 'destroyed') = (destroyed_at IS NOT NULL))) STRICT;
CREATE UNIQUE INDEX issue_key_live ON issue_key(issue_id) WHERE state = 'live';
CREATE INDEX issue_key_issue ON issue_key(issue_id);
CREATE TABLE run (                                            -- one process that registers artifacts; the lease
  run_id TEXT PRIMARY KEY, host TEXT NOT NULL, boot TEXT NOT NULL, pid_space TEXT NOT NULL,
  pid INTEGER NOT NULL, started INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE artifact (
  artifact_id TEXT PRIMARY KEY, issue_id TEXT REFERENCES issue, run_id TEXT REFERENCES run,
  name_enc BLOB, customer_enc BLOB,
  registered_at INTEGER NOT NULL, hard_deadline INTEGER NOT NULL, due_at INTEGER NOT NULL,
  finished_at INTEGER, deleted_at INTEGER,
  state TEXT NOT NULL CHECK (state IN ('registered','active','failed','interrupted','deleted')),
  fail_code TEXT, withheld INTEGER NOT NULL DEFAULT 0 CHECK (withheld >= 0),
  CHECK (due_at <= hard_deadline), CHECK ((state = 'deleted') = (deleted_at IS NOT NULL))) STRICT;
CREATE INDEX artifact_issue ON artifact(issue_id);
CREATE INDEX artifact_due ON artifact(due_at) WHERE issue_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX artifact_unfinished ON artifact(registered_at) WHERE state = 'registered';
CREATE TABLE location (                                       -- every physical copy; the row is written BEFORE the copy is
  location_id TEXT PRIMARY KEY, artifact_id TEXT NOT NULL REFERENCES artifact,
  role TEXT NOT NULL CHECK (role IN ('input','output','temporary','copy','url')),
  custody TEXT NOT NULL CHECK (custody IN ('owned','observed')),
  path_enc BLOB, path_hash BLOB,
  fs_id INTEGER,                                              -- the file system that held it; NULL where it has no lasting name
  st_dev INTEGER, st_ino INTEGER, st_size INTEGER, st_mtime INTEGER,  -- what stood there at registration
  size INTEGER, digest BLOB,                                  -- what is recorded: keyed over size and BLAKE3
  state TEXT NOT NULL CHECK (state IN ('write_intended','present','superseded','deleted','missing','gone','left',
                                       'mismatch','shared','unreachable','blocked')),
  last_error TEXT, settled_at INTEGER,
  CHECK ((settled_at IS NULL) = (state NOT IN ('deleted','missing','gone','left'))),
  CHECK ((size IS NULL) = (digest IS NULL))) STRICT;
CREATE INDEX location_artifact ON location(artifact_id);
CREATE INDEX location_path ON location(path_hash) WHERE path_hash IS NOT NULL;
CREATE INDEX location_temporary ON location(artifact_id) WHERE role = 'temporary' AND settled_at IS NULL;
CREATE TABLE finding_count (                                  -- counts only, never values or offsets
  artifact_id TEXT NOT NULL REFERENCES artifact, rule_id TEXT NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 0), PRIMARY KEY (artifact_id, rule_id)) STRICT;
CREATE TABLE deletion (                                       -- one row per attempt: intent, then act, then confirm
  deletion_id TEXT PRIMARY KEY, location_id TEXT NOT NULL REFERENCES location,
  cause TEXT NOT NULL CHECK (cause IN ('resolved','deadline','orphan')),
  intended_at INTEGER NOT NULL, verified_at INTEGER, confirmed_at INTEGER,
  outcome TEXT, size INTEGER, sha256_enc BLOB, assurance TEXT,
  CHECK ((outcome IS NULL) = (confirmed_at IS NULL)),
  CHECK ((verified_at IS NULL) = (sha256_enc IS NULL))) STRICT;
CREATE UNIQUE INDEX deletion_open ON deletion(location_id) WHERE confirmed_at IS NULL;
CREATE UNIQUE INDEX deletion_once ON deletion(location_id) WHERE outcome IN ('deleted','deleted_with_other');
CREATE INDEX deletion_location ON deletion(location_id);
CREATE TABLE audit_event (
  seq INTEGER PRIMARY KEY, body TEXT NOT NULL,                -- canonical JSON: ids, codes and counts
  prev_hash BLOB NOT NULL UNIQUE, hash BLOB NOT NULL) STRICT; -- UNIQUE: two writers cannot fork the chain
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE chain_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO chain_head VALUES (1, 0, zeroblob(32));
