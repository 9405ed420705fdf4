-- Heart rate by activity and sex
-- region is a region or a country as country_regions and country_codes name them, exercise an
-- activity. An activity that was renamed has its last name.
{%- set region = var('region', 'all') | replace("'", "''") %}
{%- set exercise = var('exercise', 'all') | replace("'", "''") %}
select
    arg_max(activities.activity_name, activities.start_date) as activity_name,
    users.sex,
    count(*) as measurements,
    round(avg(facts.heart_rate), 1) as average,
    round(stddev_samp(facts.heart_rate), 1) as deviation,
    min(facts.heart_rate) as lowest,
    max(facts.heart_rate) as highest
from {{ ref('fct_heart_rates') }} as facts
inner join {{ ref('dim_users') }} as users on users.user_key = facts.user_key
inner join {{ ref('dim_activities') }} as activities
    on activities.activity_key = facts.activity_key
left join {{ ref('country_codes') }} as countries on countries.name = users.address_country
left join {{ ref('country_regions') }} as regions on regions.alpha2 = countries.alpha2
where ('{{ region }}' = 'all' or '{{ region }}' in (regions.region, users.address_country))
    and (
        '{{ exercise }}' = 'all'
        or activities.activity_id in (
            select activity_id from {{ ref('dim_activities') }}
            where activity_name = '{{ exercise }}'
        )
    )
    and users.sex is not null
group by activities.activity_id, users.sex
order by activity_name, users.sex
