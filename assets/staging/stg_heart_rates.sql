-- Every reading, typed, replays included. Numbers in meta may be JSON numbers or strings.
select
    cast(user_id as integer) as user_id,
    make_timestamp(cast("timestamp" as bigint) * 1000000) as "timestamp",
    cast(heart_rate as integer) as heart_rate,
    cast(meta ->> '$.activity_id' as integer) as activity_id,
    cast(meta ->> '$.location.latitude' as double) as latitude,
    cast(meta ->> '$.location.longitude' as double) as longitude,
    _airbyte_extracted_at as extracted_at
from {{ new_rows(ref('heart_rate_stream')) }} as messages
