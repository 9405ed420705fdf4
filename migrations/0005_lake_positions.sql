-- How far the chain of a stream's lake was read: the hours that it has up to there are among the
-- partitions of the stream.
CREATE TABLE lake_positions (
    asset    TEXT NOT NULL,
    target   TEXT NOT NULL,
    position TEXT NOT NULL,       -- as executor/sink_lake.h writes it
    PRIMARY KEY (asset, target)
) STRICT, WITHOUT ROWID;
