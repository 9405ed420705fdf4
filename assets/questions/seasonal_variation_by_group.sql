-- Seasonal variation of heart rates at rest, by demographic group
-- difference is the average distance from each person's own average in the activity: who is
-- measured more often in one month than in another makes none. Seasons are those of the hemisphere.
with resting as (
    select
        case when facts.latitude >= 0 then 'northern' else 'southern' end as hemisphere,
        users.sex,
        date_sub('year', users.date_of_birth, facts.event_date) as age,
        cast(date_part('month', facts.event_date) as integer) as month,
        facts.heart_rate,
        facts.heart_rate - avg(facts.heart_rate)
            over (partition by users.user_id, activities.activity_name) as difference
    from {{ ref('fct_heart_rates') }} as facts
    inner join {{ ref('dim_users') }} as users on users.user_key = facts.user_key
    inner join {{ ref('dim_activities') }} as activities
        on activities.activity_key = facts.activity_key
    where
        activities.activity_name in ('Sit', 'Sleep', 'Stand')
        and users.sex is not null
),

grouped as (
    select
        *,
        case
            when age < 30 then '18 to 29'
            when age < 45 then '30 to 44'
            when age < 60 then '45 to 59'
            when age < 75 then '60 to 74'
            else '75 and over'
        end as age_group
    from resting
)

select
    hemisphere,
    sex,
    age_group,
    month,
    count(*) as measurements,
    round(avg(heart_rate), 1) as average,
    round(avg(difference), 2) + 0 as difference -- not -0
from grouped
group by hemisphere, sex, age_group, month
order by hemisphere, sex, age_group, month
