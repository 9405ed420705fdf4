-- Every change of a user, typed. A delete has the key and deleted_at; the rest is null.
select
    cast(user_id as integer) as user_id,
    first_name,
    last_name,
    -- YYYYMMDD; what is no date becomes null, which dim_users refuses
    cast(try_strptime(cast(date_of_birth as varchar), '%Y%m%d') as date) as date_of_birth,
    sex,
    cast(height as smallint) as height,
    cast(weight as smallint) as weight,
    blood_type,
    race,
    origin_country_code,
    origin_country_name,
    address,
    address_country_code,
    address_country_name,
    cast(coalesce(last_update, _ab_cdc_updated_at) as timestamp) as last_update,
    cast(_ab_cdc_deleted_at as timestamp) as deleted_at,
    _airbyte_extracted_at as extracted_at,
    _ab_cdc_lsn as lsn
from {{ new_rows(ref('users')) }} as users
