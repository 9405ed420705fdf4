-- Somebody was told that the run is canceled: it does not go on, though the daemon may die before all of
-- its steps have ended.
ALTER TABLE runs ADD COLUMN cancel_asked INTEGER NOT NULL DEFAULT 0;
