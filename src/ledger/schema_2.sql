-- Version 2: holds, notes, copies that a person attests, the time that backups need, and the edge of the Merkle tree.
ALTER TABLE retention_policy ADD COLUMN backup_ms INTEGER NOT NULL DEFAULT 0 CHECK (backup_ms >= 0);
CREATE TABLE note (                                           -- free text: sealed, and erasable without the log
  note_id TEXT PRIMARY KEY, text_enc BLOB) STRICT;
CREATE TABLE hold (                                           -- while it is not released, nothing in its scope is deleted
  hold_id TEXT PRIMARY KEY, scope TEXT NOT NULL CHECK (scope IN ('issue','artifact')), scope_id TEXT NOT NULL,
  reason_note TEXT NOT NULL REFERENCES note, placed_by TEXT NOT NULL, placed_at INTEGER NOT NULL,
  review_at INTEGER NOT NULL, released_by TEXT, released_at INTEGER,
  CHECK ((released_at IS NULL) = (released_by IS NULL))) STRICT;
CREATE INDEX hold_live ON hold(scope_id) WHERE released_at IS NULL;
ALTER TABLE chain_head ADD COLUMN frontier BLOB;              -- NULL: not computed yet
CREATE TABLE location_2 (                                     -- every physical copy; the row is written BEFORE the copy is
  location_id TEXT PRIMARY KEY, artifact_id TEXT NOT NULL REFERENCES artifact,
  role TEXT NOT NULL CHECK (role IN ('input','output','temporary','copy','url')),
  custody TEXT NOT NULL CHECK (custody IN ('owned','observed')),
  path_enc BLOB, path_hash BLOB,
  fs_id INTEGER,                                              -- the file system that held it; NULL where it has no lasting name
  st_dev INTEGER, st_ino INTEGER, st_size INTEGER, st_mtime INTEGER,  -- what stood there at registration
  size INTEGER, digest BLOB,                                  -- what is recorded: keyed over size and BLAKE3
  state TEXT NOT NULL CHECK (state IN ('write_intended','present','superseded','deleted','missing','gone','left',
                                       'attested','mismatch','shared','unreachable','blocked')),
  last_error TEXT, settled_at INTEGER,
  host TEXT,                                                  -- whose disk: a keyed hash; NULL for addresses and old rows
  CHECK ((settled_at IS NULL) = (state NOT IN ('deleted','missing','gone','left','attested'))),
  CHECK ((size IS NULL) = (digest IS NULL))) STRICT;
INSERT INTO location_2 (rowid, location_id, artifact_id, role, custody, path_enc, path_hash, fs_id, st_dev, st_ino,
    st_size, st_mtime, size, digest, state, last_error, settled_at)
  SELECT rowid, location_id, artifact_id, role, custody, path_enc, path_hash, fs_id, st_dev, st_ino,
    st_size, st_mtime, size, digest, state, last_error, settled_at FROM location;
DROP TABLE location;
ALTER TABLE location_2 RENAME TO location;
CREATE INDEX location_artifact ON location(artifact_id);
CREATE INDEX location_path ON location(path_hash) WHERE path_hash IS NOT NULL;
CREATE INDEX location_temporary ON location(artifact_id) WHERE role = 'temporary' AND settled_at IS NULL;
CREATE TABLE deletion_2 (                                     -- one row per attempt: intent, then act, then confirm
  deletion_id TEXT PRIMARY KEY, location_id TEXT NOT NULL REFERENCES location,
  cause TEXT NOT NULL CHECK (cause IN ('resolved','deadline','orphan','operator')),
  intended_at INTEGER NOT NULL, verified_at INTEGER, confirmed_at INTEGER,
  outcome TEXT, size INTEGER, sha256_enc BLOB, assurance TEXT,
  by_note TEXT REFERENCES note, evidence_note TEXT REFERENCES note,  -- who attests it, and how he knows
  CHECK ((outcome IS NULL) = (confirmed_at IS NULL)),
  CHECK ((verified_at IS NULL) = (sha256_enc IS NULL))) STRICT;
INSERT INTO deletion_2 (rowid, deletion_id, location_id, cause, intended_at, verified_at, confirmed_at, outcome, size,
    sha256_enc, assurance)
  SELECT rowid, deletion_id, location_id, cause, intended_at, verified_at, confirmed_at, outcome, size,
    sha256_enc, assurance FROM deletion;
DROP TABLE deletion;
ALTER TABLE deletion_2 RENAME TO deletion;
CREATE UNIQUE INDEX deletion_open ON deletion(location_id) WHERE confirmed_at IS NULL;
CREATE UNIQUE INDEX deletion_once ON deletion(location_id)
  WHERE outcome IN ('deleted','deleted_with_other','attested');
CREATE INDEX deletion_location ON deletion(location_id);
