-- Every change of an activity, typed. A delete has the key and deleted_at; the rest is null.
select
    cast(activity_id as integer) as activity_id,
    activity_name,
    cast(coalesce(last_update, _ab_cdc_updated_at) as timestamp) as last_update,
    cast(_ab_cdc_deleted_at as timestamp) as deleted_at,
    _airbyte_extracted_at as extracted_at,
    _ab_cdc_lsn as lsn
from {{ new_rows(ref('activities')) }} as activities
