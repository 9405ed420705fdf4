-- What a sensor has found and has not asked a run for yet: its minimum gap is not over, or a run of it.
ALTER TABLE sensors ADD COLUMN pending TEXT;
