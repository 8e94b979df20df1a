-- Version 3: whose an issue is, holds on a customer, how soon data subjects are answered and their open requests, and the
-- leases under which artifacts are deleted.
ALTER TABLE retention_policy ADD COLUMN answer_ms BIGINT NOT NULL DEFAULT 259200000 CHECK (answer_ms > 0);
ALTER TABLE issue ADD COLUMN customer TEXT;                   -- a keyed hash; NULL: nobody has said
CREATE INDEX issue_customer ON issue(customer) WHERE customer IS NOT NULL;
ALTER TABLE note ADD COLUMN customer TEXT;                    -- whose matter it is about
ALTER TABLE artifact ADD COLUMN lease TEXT;                   -- the purge that works on it, until then
ALTER TABLE artifact ADD COLUMN lease_until BIGINT;           -- by the database's clock
CREATE INDEX artifact_leased ON artifact(lease) WHERE lease IS NOT NULL;
ALTER TABLE hold DROP CONSTRAINT hold_scope_check;
ALTER TABLE hold ADD CHECK (scope IN ('customer','issue','artifact'));
CREATE TABLE subject_request (                                -- what a data subject asks for; who that is stands nowhere
  rowid BIGINT GENERATED ALWAYS AS IDENTITY,
  request_id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('access','rectification','erasure')),
  customer TEXT, about_note TEXT REFERENCES note, received_at BIGINT NOT NULL, due_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','answered','refused')), done_at BIGINT,
  CHECK ((state = 'open') = (done_at IS NULL)));
CREATE INDEX subject_request_open ON subject_request(due_at) WHERE state = 'open';
-- Who owns these tables sees all of them. Every other role sees the rows of the customers that it was admitted to, and
-- nothing else; `scrubjay admit` makes the entries here, and grants what it needs.
CREATE TABLE admitted (role_name TEXT NOT NULL, customer TEXT NOT NULL, PRIMARY KEY (role_name, customer));
CREATE FUNCTION sees(customer TEXT) RETURNS BOOLEAN LANGUAGE sql STABLE AS $body$
  SELECT EXISTS (SELECT 1 FROM admitted WHERE role_name = current_user AND admitted.customer = $1) $body$;
ALTER TABLE admitted ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON admitted USING (role_name = current_user);
ALTER TABLE issue ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON issue USING (sees(customer));
ALTER TABLE issue_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON issue_key
  USING (EXISTS (SELECT 1 FROM issue WHERE issue.issue_id = issue_key.issue_id));
ALTER TABLE artifact ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON artifact
  USING (EXISTS (SELECT 1 FROM issue WHERE issue.issue_id = artifact.issue_id));
ALTER TABLE location ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON location
  USING (EXISTS (SELECT 1 FROM artifact WHERE artifact.artifact_id = location.artifact_id));
ALTER TABLE finding_count ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON finding_count
  USING (EXISTS (SELECT 1 FROM artifact WHERE artifact.artifact_id = finding_count.artifact_id));
ALTER TABLE deletion ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON deletion
  USING (EXISTS (SELECT 1 FROM location WHERE location.location_id = deletion.location_id));
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON note USING (sees(customer));
ALTER TABLE hold ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON hold USING (CASE scope
  WHEN 'customer' THEN sees(scope_id)
  WHEN 'issue' THEN EXISTS (SELECT 1 FROM issue WHERE issue.issue_id = hold.scope_id)
  ELSE EXISTS (SELECT 1 FROM artifact WHERE artifact.artifact_id = hold.scope_id) END);
ALTER TABLE subject_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_customer ON subject_request USING (sees(customer));
