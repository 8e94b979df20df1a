-- Version 4: whose an issue is, holds on a customer, how soon data subjects are answered and their open requests, and the
-- leases under which artifacts are deleted.
ALTER TABLE retention_policy ADD COLUMN answer_ms INTEGER NOT NULL DEFAULT 259200000 CHECK (answer_ms > 0);
ALTER TABLE issue ADD COLUMN customer TEXT;                   -- a keyed hash; NULL: nobody has said
CREATE INDEX issue_customer ON issue(customer) WHERE customer IS NOT NULL;
ALTER TABLE note ADD COLUMN customer TEXT;                    -- whose matter it is about
ALTER TABLE artifact ADD COLUMN lease TEXT;                   -- the purge that works on it, until then
ALTER TABLE artifact ADD COLUMN lease_until INTEGER;          -- by the database's clock
CREATE INDEX artifact_leased ON artifact(lease) WHERE lease IS NOT NULL;
CREATE TABLE hold_4 (                                         -- while it is not released, nothing in its scope is deleted
  hold_id TEXT PRIMARY KEY, scope TEXT NOT NULL CHECK (scope IN ('customer','issue','artifact')), scope_id TEXT NOT NULL,
  reason_note TEXT NOT NULL REFERENCES note, placed_by TEXT NOT NULL, placed_at INTEGER NOT NULL,
  review_at INTEGER NOT NULL, released_by TEXT, released_at INTEGER,
  CHECK ((released_at IS NULL) = (released_by IS NULL))) STRICT;
INSERT INTO hold_4 (rowid, hold_id, scope, scope_id, reason_note, placed_by, placed_at, review_at, released_by, released_at)
  SELECT rowid, hold_id, scope, scope_id, reason_note, placed_by, placed_at, review_at, released_by, released_at FROM hold;
DROP TABLE hold;
ALTER TABLE hold_4 RENAME TO hold;
CREATE INDEX hold_live ON hold(scope_id) WHERE released_at IS NULL;
CREATE TABLE subject_request (                                -- what a data subject asks for; who that is stands nowhere
  request_id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('access','rectification','erasure')),
  customer TEXT, about_note TEXT REFERENCES note, received_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','answered','refused')), done_at INTEGER,
  CHECK ((state = 'open') = (done_at IS NULL))) STRICT;
CREATE INDEX subject_request_open ON subject_request(due_at) WHERE state = 'open';
