-- One row a reading, with the versions of its user and its activity that held at its second.
--
--   * A version holds from its start until just before its end; the first also before its start.
--     A reading that no version holds takes the unknown row, whose key is 32 zeros.
--   * A reading sent again (same user, same second) counts once: the first loaded, and of one load
--     the lowest in content.
--   * previous, max, min and avg are over the readings of one user version, activity, place and
--     date.
--
-- An incremental run rebuilds whole groups of one user and one date, and no others: those with new
-- readings, and those in which a changed version of the user or of an activity gives a reading
-- another key. The rows of unknown users of one date are one group, since they share a key.

{%- set unknown = "'00000000000000000000000000000000'" %}

{#- Asked for in every run: the first one, which reads all, also notes how far that was. #}
{%- set new_readings = new_rows(ref('stg_heart_rates')) %}
{%- set user_changes = changed_rows(ref('dim_users')) %}
{%- set activity_changes = changed_rows(ref('dim_activities')) %}

with readings as (
    select *, cast("timestamp" as date) as event_date
    from {{ ref('stg_heart_rates') }}
),

user_versions as (
    select
        user_key,
        user_id,
        -- the first version also holds what was before it
        case when lag(start_date) over of_user is null
            then timestamp '-infinity' else start_date end as valid_from,
        coalesce(end_date, timestamp 'infinity') as valid_until
    from {{ ref('dim_users') }}
    where user_key <> {{ unknown }}
    window of_user as (partition by user_id order by start_date)
),

activity_versions as (
    select
        activity_key,
        activity_id,
        case when lag(start_date) over of_activity is null
            then timestamp '-infinity' else start_date end as valid_from,
        coalesce(end_date, timestamp 'infinity') as valid_until
    from {{ ref('dim_activities') }}
    where activity_key <> {{ unknown }}
    window of_activity as (partition by activity_id order by start_date)
),
{%- if is_incremental() %}

changed_users as (
    select
        user_key,
        user_id,
        coalesce(changed_from, timestamp '-infinity') as changed_from,
        coalesce(changed_until, timestamp 'infinity') as changed_until
    from {{ user_changes }} as changes
),

changed_activities as (
    select
        activity_id,
        coalesce(changed_from, timestamp '-infinity') as changed_from,
        coalesce(changed_until, timestamp 'infinity') as changed_until
    from {{ activity_changes }} as changes
),

touched as (
    select user_id, cast("timestamp" as date) as event_date
    from {{ new_readings }} as readings_loaded
    union
    select readings.user_id, readings.event_date
    from readings
    inner join changed_users on
        readings.user_id = changed_users.user_id
        and readings."timestamp" >= changed_users.changed_from
        and readings."timestamp" < changed_users.changed_until
    union
    select readings.user_id, readings.event_date
    from readings
    inner join changed_activities on
        readings.activity_id = changed_activities.activity_id
        and readings."timestamp" >= changed_activities.changed_from
        and readings."timestamp" < changed_activities.changed_until
),

-- Dates on which a touched group has readings of the unknown user, or may have had some.
unknown_dates as (
    select event_date
    from readings
    semi join touched using (user_id, event_date)
    anti join user_versions on
        readings.user_id = user_versions.user_id
        and readings."timestamp" >= user_versions.valid_from
        and readings."timestamp" < user_versions.valid_until
    union
    select event_date
    from touched
    semi join changed_users using (user_id)
    where event_date in (select event_date from {{ this }} where user_key = {{ unknown }})
),
{%- endif %}

with_users as (
    select
        readings.*,
        coalesce(user_versions.user_key, {{ unknown }}) as user_key
    from readings
    left join user_versions on
        readings.user_id = user_versions.user_id
        and readings."timestamp" >= user_versions.valid_from
        and readings."timestamp" < user_versions.valid_until
    {%- if is_incremental() %}
    where
        (readings.user_id, readings.event_date) in (select (user_id, event_date) from touched)
        or (
            user_versions.user_key is null
            and readings.event_date in (select event_date from unknown_dates)
        )
    {%- endif %}
    qualify row_number() over (
        partition by readings.user_id, readings."timestamp"
        order by readings.extracted_at, heart_rate, activity_id, latitude, longitude
    ) = 1
),

facts as (
    select
        with_users.user_key,
        coalesce(activity_versions.activity_key, {{ unknown }}) as activity_key,
        with_users.event_date,
        cast(with_users."timestamp" as time) as event_time,
        with_users."timestamp" as event_datetime,
        with_users.heart_rate,
        -- two unknown users may have one second: the lower id is first
        lag(with_users.heart_rate) over (
            same_place order by with_users."timestamp", with_users.user_id
        ) as previous_heart_rate,
        max(with_users.heart_rate) over same_place as max_heart_rate,
        min(with_users.heart_rate) over same_place as min_heart_rate,
        cast(round(avg(with_users.heart_rate) over same_place, 2) as decimal(5, 2))
            as avg_heart_rate,
        with_users.latitude,
        with_users.longitude
    from with_users
    left join activity_versions on
        with_users.activity_id = activity_versions.activity_id
        and with_users."timestamp" >= activity_versions.valid_from
        and with_users."timestamp" < activity_versions.valid_until
    window same_place as (
        partition by
            with_users.user_key,
            with_users.activity_id,
            with_users.latitude,
            with_users.longitude,
            with_users.event_date
    )
)

select
    facts.*,
    false as is_removed
from facts
{%- if is_incremental() %}
-- A group may have lost all its rows to another key. Whichever key a reading had before, if it has
-- another now, that version is among the changed ones.
union all by name
select distinct
    changed_users.user_key,
    touched.event_date,
    true as is_removed
from touched
inner join changed_users on touched.user_id = changed_users.user_id
union all by name
select
    {{ unknown }} as user_key,
    event_date,
    true as is_removed
from unknown_dates
{%- endif %}
