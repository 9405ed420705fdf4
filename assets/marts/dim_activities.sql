-- The changes of which dim_activities is the history: see dim_activities.toml for what makes a
-- version.
select
    activity_id,
    activity_name,
    coalesce(deleted_at, last_update) as changed_at,
    deleted_at,
    lsn
from {{ new_rows(ref('stg_activities')) }} as changes
