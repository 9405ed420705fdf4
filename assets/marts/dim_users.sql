-- The changes of which dim_users is the history: see dim_users.toml for what makes a version.
select
    user_id,
    first_name,
    last_name,
    date_of_birth,
    sex,
    height,
    weight,
    blood_type,
    race,
    origin_country_name as origin_country,
    address,
    address_country_name as address_country,
    coalesce(deleted_at, last_update) as changed_at,
    deleted_at,
    lsn
from {{ new_rows(ref('stg_users')) }} as changes
