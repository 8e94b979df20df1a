-- Version 5: what costs each row of a run dear. Checks name the allowed words one by one, since SQLite makes a table of the
-- list behind IN for each row that it checks. Counts stand in one tree instead of two. That nobody forks the log is checked
-- against the entry before, where an index would grow everywhere. And the log holds fingerprints that versions before this
-- one do not know.
CREATE TABLE artifact_5 (
  artifact_id TEXT PRIMARY KEY, issue_id TEXT REFERENCES issue, run_id TEXT REFERENCES run,
  name_enc BLOB, customer_enc BLOB,
  registered_at INTEGER NOT NULL, hard_deadline INTEGER NOT NULL, due_at INTEGER NOT NULL,
  finished_at INTEGER, deleted_at INTEGER,
  state TEXT NOT NULL CHECK (state = 'active' OR state = 'registered' OR state = 'deleted' OR state = 'failed'
                             OR state = 'interrupted'),
  fail_code TEXT, withheld INTEGER NOT NULL DEFAULT 0 CHECK (withheld >= 0),
  recipe BLOB,                                                -- a keyed hash; NULL: not known
  lease TEXT,                                                 -- the purge that works on it, until then
  lease_until INTEGER,                                        -- by the database's clock
  CHECK (due_at <= hard_deadline), CHECK ((state = 'deleted') = (deleted_at IS NOT NULL))) STRICT;
INSERT INTO artifact_5 (rowid, artifact_id, issue_id, run_id, name_enc, customer_enc, registered_at, hard_deadline, due_at,
    finished_at, deleted_at, state, fail_code, withheld, recipe)
  SELECT rowid, artifact_id, issue_id, run_id, name_enc, customer_enc, registered_at, hard_deadline, due_at,
    finished_at, deleted_at, state, fail_code, withheld, recipe FROM artifact;
DROP TABLE artifact;
ALTER TABLE artifact_5 RENAME TO artifact;
CREATE INDEX artifact_issue ON artifact(issue_id);
CREATE INDEX artifact_due ON artifact(due_at) WHERE issue_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX artifact_unfinished ON artifact(registered_at) WHERE state = 'registered';
CREATE INDEX artifact_leased ON artifact(lease) WHERE lease IS NOT NULL;
CREATE TABLE location_5 (                                     -- every physical copy; the row is written BEFORE the copy is
  location_id TEXT PRIMARY KEY, artifact_id TEXT NOT NULL REFERENCES artifact,
  role TEXT NOT NULL CHECK (role = 'input' OR role = 'output' OR role = 'temporary' OR role = 'copy' OR role = 'url'),
  custody TEXT NOT NULL CHECK (custody = 'owned' OR custody = 'observed'),
  path_enc BLOB, path_hash BLOB,
  fs_id INTEGER,                                              -- the file system that held it; NULL where it has no lasting name
  st_dev INTEGER, st_ino INTEGER, st_size INTEGER, st_mtime INTEGER,  -- what stood there at registration
  size INTEGER, digest BLOB,                                  -- what is recorded: keyed over size and BLAKE3
  state TEXT NOT NULL CHECK (state = 'present' OR state = 'write_intended' OR state = 'deleted' OR state = 'superseded'
                             OR state = 'missing' OR state = 'gone' OR state = 'left' OR state = 'attested'
                             OR state = 'mismatch' OR state = 'shared' OR state = 'unreachable' OR state = 'blocked'),
  last_error TEXT, settled_at INTEGER,
  host TEXT,                                                  -- whose disk: a keyed hash; NULL for addresses and old rows
  CHECK ((settled_at IS NOT NULL) = (state = 'deleted' OR state = 'missing' OR state = 'gone' OR state = 'left'
                                     OR state = 'attested')),
  CHECK ((size IS NULL) = (digest IS NULL))) STRICT;
INSERT INTO location_5 (rowid, location_id, artifact_id, role, custody, path_enc, path_hash, fs_id, st_dev, st_ino,
    st_size, st_mtime, size, digest, state, last_error, settled_at, host)
  SELECT rowid, location_id, artifact_id, role, custody, path_enc, path_hash, fs_id, st_dev, st_ino,
    st_size, st_mtime, size, digest, state, last_error, settled_at, host FROM location;
DROP TABLE location;
ALTER TABLE location_5 RENAME TO location;
CREATE INDEX location_artifact ON location(artifact_id);
CREATE INDEX location_path ON location(path_hash) WHERE path_hash IS NOT NULL;
CREATE INDEX location_temporary ON location(artifact_id) WHERE role = 'temporary' AND settled_at IS NULL;
CREATE INDEX location_content ON location(digest) WHERE role = 'input' AND digest IS NOT NULL;
CREATE TABLE finding_count_5 (                                -- counts only, never values or offsets
  artifact_id TEXT NOT NULL REFERENCES artifact, rule_id TEXT NOT NULL,
  n INTEGER NOT NULL CHECK (n >= 0), PRIMARY KEY (artifact_id, rule_id)) STRICT, WITHOUT ROWID;
INSERT INTO finding_count_5 (artifact_id, rule_id, n) SELECT artifact_id, rule_id, n FROM finding_count;
DROP TABLE finding_count;
ALTER TABLE finding_count_5 RENAME TO finding_count;
CREATE TABLE deletion_5 (                                     -- one row per attempt: intent, then act, then confirm
  deletion_id TEXT PRIMARY KEY, location_id TEXT NOT NULL REFERENCES location,
  cause TEXT NOT NULL CHECK (cause = 'resolved' OR cause = 'deadline' OR cause = 'orphan' OR cause = 'operator'),
  intended_at INTEGER NOT NULL, verified_at INTEGER, confirmed_at INTEGER,
  outcome TEXT, size INTEGER, sha256_enc BLOB, assurance TEXT,
  by_note TEXT REFERENCES note, evidence_note TEXT REFERENCES note,  -- who attests it, and how he knows
  CHECK ((outcome IS NULL) = (confirmed_at IS NULL)),
  CHECK ((verified_at IS NULL) = (sha256_enc IS NULL))) STRICT;
INSERT INTO deletion_5 (rowid, deletion_id, location_id, cause, intended_at, verified_at, confirmed_at, outcome, size,
    sha256_enc, assurance, by_note, evidence_note)
  SELECT rowid, deletion_id, location_id, cause, intended_at, verified_at, confirmed_at, outcome, size,
    sha256_enc, assurance, by_note, evidence_note FROM deletion;
DROP TABLE deletion;
ALTER TABLE deletion_5 RENAME TO deletion;
CREATE UNIQUE INDEX deletion_open ON deletion(location_id) WHERE confirmed_at IS NULL;
CREATE UNIQUE INDEX deletion_once ON deletion(location_id)
  WHERE outcome = 'deleted' OR outcome = 'deleted_with_other' OR outcome = 'attested';
CREATE INDEX deletion_location ON deletion(location_id);
CREATE TABLE audit_event_5 (
  seq INTEGER PRIMARY KEY, body TEXT NOT NULL,                -- canonical JSON: ids, codes and counts
  prev_hash BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO audit_event_5 (seq, body, prev_hash, hash) SELECT seq, body, prev_hash, hash FROM audit_event ORDER BY seq;
DROP TABLE audit_event;
ALTER TABLE audit_event_5 RENAME TO audit_event;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER audit_no_fork BEFORE INSERT ON audit_event
  WHEN NEW.prev_hash IS NOT (SELECT hash FROM audit_event WHERE seq = NEW.seq - 1) AND NEW.seq > 1
  BEGIN SELECT RAISE(ABORT, 'an entry follows the one before it'); END;
