-- Version 1 of the ledger on PostgreSQL: the tables of schema_1.sql and schema_2.sql. `rowid` keeps the order of insertion,
-- which SQLite has by itself.
CREATE TABLE store (
  one BIGINT PRIMARY KEY CHECK (one = 1), store_id TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE retention_policy (                               -- versions are never edited
  policy_id TEXT NOT NULL, version BIGINT NOT NULL,
  grace_ms BIGINT NOT NULL CHECK (grace_ms >= 0),            -- after an operator's resolve
  max_age_ms BIGINT NOT NULL CHECK (max_age_ms > 0),         -- hard deadline even if never resolved
  backup_ms BIGINT NOT NULL CHECK (backup_ms >= 0),           -- until backups have expired
  PRIMARY KEY (policy_id, version));
CREATE TABLE issue (
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  issue_id TEXT PRIMARY KEY, name_enc BYTEA NOT NULL, name_hash BYTEA NOT NULL UNIQUE,
  policy_id TEXT NOT NULL, policy_version BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','resolved')),
  opened_at BIGINT NOT NULL, resolved_at BIGINT, reopen_count BIGINT NOT NULL DEFAULT 0,
  FOREIGN KEY (policy_id, policy_version) REFERENCES retention_policy,
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)));
CREATE TABLE issue_key (                                      -- metadata only
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  key_id TEXT PRIMARY KEY, issue_id TEXT NOT NULL REFERENCES issue,
  state TEXT NOT NULL CHECK (state IN ('live','destroy_intended','destroyed')),
  created_at BIGINT NOT NULL, destroyed_at BIGINT,
  CHECK ((state = 'destroyed') = (destroyed_at IS NOT NULL)));
CREATE TABLE run (                                            -- one process that registers artifacts; the lease
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  run_id TEXT PRIMARY KEY, host TEXT NOT NULL, boot TEXT NOT NULL, pid_space TEXT NOT NULL,
  pid BIGINT NOT NULL, started BIGINT NOT NULL, at BIGINT NOT NULL);
CREATE TABLE artifact (
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  artifact_id TEXT PRIMARY KEY, issue_id TEXT REFERENCES issue, run_id TEXT REFERENCES run,
  name_enc BYTEA, customer_enc BYTEA,
  registered_at BIGINT NOT NULL, hard_deadline BIGINT NOT NULL, due_at BIGINT NOT NULL,
  finished_at BIGINT, deleted_at BIGINT,
  state TEXT NOT NULL CHECK (state IN ('registered','active','failed','interrupted','deleted')),
  fail_code TEXT, withheld BIGINT NOT NULL DEFAULT 0 CHECK (withheld >= 0),
  CHECK (due_at <= hard_deadline), CHECK ((state = 'deleted') = (deleted_at IS NOT NULL)));
CREATE TABLE note (                                           -- free text: sealed, and erasable without the log
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  note_id TEXT PRIMARY KEY, text_enc BYTEA);
CREATE TABLE hold (                                           -- while it is not released, nothing in its scope is deleted
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  hold_id TEXT PRIMARY KEY, scope TEXT NOT NULL CHECK (scope IN ('issue','artifact')), scope_id TEXT NOT NULL,
  reason_note TEXT NOT NULL REFERENCES note, placed_by TEXT NOT NULL, placed_at BIGINT NOT NULL,
  review_at BIGINT NOT NULL, released_by TEXT, released_at BIGINT,
  CHECK ((released_at IS NULL) = (released_by IS NULL)));
CREATE TABLE location (                                       -- every physical copy; the row is written BEFORE the copy is
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  location_id TEXT PRIMARY KEY, artifact_id TEXT NOT NULL REFERENCES artifact,
  role TEXT NOT NULL CHECK (role IN ('input','output','temporary','copy','url')),
  custody TEXT NOT NULL CHECK (custody IN ('owned','observed')),
  path_enc BYTEA, path_hash BYTEA,
  fs_id BIGINT,                                              -- the file system that held it; NULL where it has no lasting name
  st_dev BIGINT, st_ino BIGINT, st_size BIGINT, st_mtime BIGINT,  -- what stood there at registration
  size BIGINT, digest BYTEA,                                  -- what is recorded: keyed over size and BLAKE3
  state TEXT NOT NULL CHECK (state IN ('write_intended','present','superseded','deleted','missing','gone','left',
                                       'attested','mismatch','shared','unreachable','blocked')),
  last_error TEXT, settled_at BIGINT,
  host TEXT,                                                  -- whose disk: a keyed hash; NULL for addresses and old rows
  CHECK ((settled_at IS NULL) = (state NOT IN ('deleted','missing','gone','left','attested'))),
  CHECK ((size IS NULL) = (digest IS NULL)));
CREATE TABLE finding_count (                                  -- counts only, never values or offsets
  artifact_id TEXT NOT NULL REFERENCES artifact, rule_id TEXT NOT NULL,
  n BIGINT NOT NULL CHECK (n >= 0), PRIMARY KEY (artifact_id, rule_id));
CREATE TABLE deletion (                                       -- one row per attempt: intent, then act, then confirm
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  deletion_id TEXT PRIMARY KEY, location_id TEXT NOT NULL REFERENCES location,
  cause TEXT NOT NULL CHECK (cause IN ('resolved','deadline','orphan','operator')),
  intended_at BIGINT NOT NULL, verified_at BIGINT, confirmed_at BIGINT,
  outcome TEXT, size BIGINT, sha256_enc BYTEA, assurance TEXT,
  by_note TEXT REFERENCES note, evidence_note TEXT REFERENCES note,  -- who attests it, and how he knows
  CHECK ((outcome IS NULL) = (confirmed_at IS NULL)),
  CHECK ((verified_at IS NULL) = (sha256_enc IS NULL)));
CREATE TABLE audit_event (
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  seq BIGINT PRIMARY KEY, body TEXT NOT NULL,                -- canonical JSON: ids, codes and counts
  prev_hash BYTEA NOT NULL UNIQUE, hash BYTEA NOT NULL);
CREATE TABLE chain_head (one BIGINT PRIMARY KEY CHECK (one = 1), seq BIGINT NOT NULL, hash BYTEA NOT NULL, frontier BYTEA);
CREATE UNIQUE INDEX issue_key_live ON issue_key(issue_id) WHERE state = 'live';
CREATE INDEX issue_key_issue ON issue_key(issue_id);
CREATE INDEX artifact_issue ON artifact(issue_id);
CREATE INDEX artifact_due ON artifact(due_at) WHERE issue_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX artifact_unfinished ON artifact(registered_at) WHERE state = 'registered';
CREATE INDEX location_artifact ON location(artifact_id);
CREATE INDEX location_path ON location(path_hash) WHERE path_hash IS NOT NULL;
CREATE INDEX location_temporary ON location(artifact_id) WHERE role = 'temporary' AND settled_at IS NULL;
CREATE UNIQUE INDEX deletion_open ON deletion(location_id) WHERE confirmed_at IS NULL;
CREATE UNIQUE INDEX deletion_once ON deletion(location_id)
  WHERE outcome IN ('deleted','deleted_with_other','attested');
CREATE INDEX deletion_location ON deletion(location_id);
CREATE INDEX hold_live ON hold(scope_id) WHERE released_at IS NULL;
INSERT INTO retention_policy VALUES ('default', 1, 0, 7776000000, 0);
INSERT INTO chain_head VALUES (1, 0, decode(repeat('00', 32), 'hex'), NULL);
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN RAISE EXCEPTION 'append-only'; END $body$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
