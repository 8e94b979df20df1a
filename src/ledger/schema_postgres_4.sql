-- Version 4: the log holds fingerprints that versions before this one do not know.
SELECT 1;
