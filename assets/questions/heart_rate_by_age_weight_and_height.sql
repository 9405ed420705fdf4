-- Heart rate against age, weight and height, by month
-- Each reading counts once by age, once by weight and once by height. Men are taller and heavier
-- and their hearts slower, so the sexes are kept apart. At rest is sitting, standing and asleep;
-- active is the rest.
with readings as (
    select
        date_trunc('month', facts.event_date) as month,
        users.sex,
        date_sub('year', users.date_of_birth, facts.event_date) as age,
        users.weight,
        users.height,
        facts.heart_rate,
        activities.activity_name in ('Sit', 'Sleep', 'Stand') as is_at_rest
    from {{ ref('fct_heart_rates') }} as facts
    inner join {{ ref('dim_users') }} as users on users.user_key = facts.user_key
    inner join {{ ref('dim_activities') }} as activities
        on activities.activity_key = facts.activity_key
    where users.sex is not null
),

banded as (
    select month, sex, heart_rate, is_at_rest, 'age' as of, age // 15 * 15 as band_from
    from readings
    union all
    select month, sex, heart_rate, is_at_rest, 'weight', weight // 10 * 10
    from readings
    union all
    select month, sex, heart_rate, is_at_rest, 'height', height // 10 * 10
    from readings
)

select
    cast(month as date) as month,
    sex,
    of,
    cast(band_from as integer) as band_from,
    count(*) as measurements,
    round(avg(heart_rate) filter (where is_at_rest), 1) as at_rest,
    round(avg(heart_rate) filter (where not is_at_rest), 1) as active
from banded
group by month, sex, of, band_from
order by month, sex, of, band_from
