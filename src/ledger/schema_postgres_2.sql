-- Version 2: what an artifact was scrubbed with, by which a run that was interrupted knows what is done; and content by its
-- digest, by which equal files are known.
ALTER TABLE artifact ADD COLUMN recipe BYTEA;                  -- a keyed hash; NULL: not known
CREATE INDEX location_content ON location(digest) WHERE role = 'input' AND digest IS NOT NULL;
