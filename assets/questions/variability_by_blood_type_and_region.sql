-- How much heart rates at rest vary, by blood type and region
-- within_person is the standard deviation about each person's own average in an activity,
-- between_months that of the months' averages of those distances, which takes a year of readings,
-- between_persons that of the persons' own averages asleep.
with resting as (
    select
        users.user_id,
        users.blood_type,
        coalesce(regions.region, 'Unknown') as region,
        date_trunc('month', facts.event_date) as month,
        activities.activity_name,
        facts.heart_rate,
        avg(facts.heart_rate)
            over (partition by users.user_id, activities.activity_name) as usual
    from {{ ref('fct_heart_rates') }} as facts
    inner join {{ ref('dim_users') }} as users on users.user_key = facts.user_key
    inner join {{ ref('dim_activities') }} as activities
        on activities.activity_key = facts.activity_key
    left join {{ ref('country_codes') }} as countries on countries.name = users.address_country
    left join {{ ref('country_regions') }} as regions on regions.alpha2 = countries.alpha2
    where
        activities.activity_name in ('Sit', 'Sleep', 'Stand')
        and users.blood_type is not null
),

by_person as (
    select
        user_id,
        blood_type,
        region,
        month,
        count(*) as measurements,
        sum(heart_rate - usual) as distance,
        sum((heart_rate - usual) ** 2) as squares,
        any_value(usual) filter (where activity_name = 'Sleep') as usual_asleep
    from resting
    group by user_id, blood_type, region, month
),

by_month as (
    select
        coalesce(region, 'all') as region,
        coalesce(blood_type, 'all') as blood_type,
        month,
        sum(measurements) as measurements,
        sum(squares) as squares,
        sum(distance) / sum(measurements) as distance
    from by_person
    group by grouping sets (
        (region, blood_type, month), (region, month), (blood_type, month), (month)
    )
),

by_group as (
    select
        coalesce(region, 'all') as region,
        coalesce(blood_type, 'all') as blood_type,
        count(distinct user_id) as users,
        stddev_samp(usual_asleep) as between_persons
    from by_person
    group by cube (region, blood_type)
)

select
    region,
    blood_type,
    any_value(by_group.users) as users,
    cast(sum(by_month.measurements) as bigint) as measurements,
    round(sqrt(sum(by_month.squares) / sum(by_month.measurements)), 2) as within_person,
    round(stddev_samp(by_month.distance), 2) as between_months,
    round(any_value(by_group.between_persons), 1) as between_persons
from by_month
inner join by_group using (region, blood_type)
group by region, blood_type
order by region = 'all', region, blood_type = 'all', blood_type
