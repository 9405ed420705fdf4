-- How likely an activity is, by time of day and region
-- likelihood is the share, in percent, of an activity in the readings of a region at a time of day.
-- Time is that of the sun where the reading was taken, 240 seconds a degree of longitude from UTC.
with readings as (
    select
        coalesce(regions.region, 'Unknown') as region,
        times.time_of_day,
        activities.activity_id,
        activities.activity_name,
        activities.start_date
    from {{ ref('fct_heart_rates') }} as facts
    inner join {{ ref('dim_users') }} as users on users.user_key = facts.user_key
    inner join {{ ref('dim_activities') }} as activities
        on activities.activity_key = facts.activity_key
    left join {{ ref('country_codes') }} as countries on countries.name = users.address_country
    left join {{ ref('country_regions') }} as regions on regions.alpha2 = countries.alpha2
    inner join {{ ref('dim_times') }} as times
        on times.hh_mm_ss = cast(
            facts.event_datetime + to_seconds(cast(round(facts.longitude * 240) as bigint)) as time
        )
)

select
    region,
    time_of_day,
    arg_max(activity_name, start_date) as activity_name,
    count(*) as measurements,
    round(100.0 * count(*) / sum(count(*)) over (partition by region, time_of_day), 2) as likelihood
from readings
group by region, time_of_day, activity_id
order by
    region,
    list_position(['Night', 'Morning', 'Afternoon', 'Evening'], time_of_day),
    likelihood desc,
    activity_name
