-- Of a partition that failed because of rows, as one of so many that were made together: some of them may
-- not be at fault. NULL: it failed by itself, or not because of rows.
ALTER TABLE partitions ADD COLUMN failed_among INTEGER;
