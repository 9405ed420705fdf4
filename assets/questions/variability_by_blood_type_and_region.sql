-- How much heart rates at rest vary, by blood type and region
-- within_person is the standard deviation about each person's own average in an activity,
-- between_persons that of those averages. Seasons count as variation, so it takes a year of
-- readings to see them.
with resting as (
    select
        users.user_id,
        users.blood_type,
        coalesce(regions.region, 'Unknown') as region,
        activities.activity_name,
        facts.heart_rate,
        avg(facts.heart_rate)
            over (partition by users.user_id, activities.activity_name) as usual,
        row_number()
            over (partition by users.user_id, activities.activity_name order by facts.event_datetime)
            as turn
    from {{ ref('fct_heart_rates') }} as facts
    inner join {{ ref('dim_users') }} as users on users.user_key = facts.user_key
    inner join {{ ref('dim_activities') }} as activities
        on activities.activity_key = facts.activity_key
    left join {{ ref('country_codes') }} as countries on countries.name = users.address_country
    left join {{ ref('country_regions') }} as regions on regions.alpha2 = countries.alpha2
    where
        activities.activity_name in ('Sit', 'Sleep', 'Stand')
        and users.blood_type is not null
)

select
    coalesce(region, 'all') as region,
    coalesce(blood_type, 'all') as blood_type,
    count(distinct user_id) as users,
    count(*) as measurements,
    round(stddev_samp(heart_rate - usual), 2) as within_person,
    round(stddev_samp(usual) filter (where turn = 1 and activity_name = 'Sit'), 2)
        as between_persons
from resting
group by cube (region, blood_type)
order by region = 'all', region, blood_type = 'all', blood_type
