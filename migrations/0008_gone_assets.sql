-- Assets of which automation or partitions are remembered, and that are in no file any more: since when that
-- was noticed. One that comes back finds what was remembered.
CREATE TABLE gone_assets (
    asset    TEXT PRIMARY KEY,
    since_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
