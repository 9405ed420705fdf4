-- The newest step of each asset, without reading those of all runs.
CREATE INDEX steps_of_asset ON steps (asset, run_id);
