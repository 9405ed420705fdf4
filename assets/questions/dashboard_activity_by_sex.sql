-- Average heart rate by activity, for each sex
-- region is a region or a country as country_regions and country_codes name them, exercise an
-- activity. An activity that was renamed has its last name.
{%- set region = var('region', 'all') | replace("'", "''") %}
{%- set exercise = var('exercise', 'all') | replace("'", "''") %}
select
    arg_max(activities.activity_name, activities.start_date) as activity_name,
    round(avg(facts.heart_rate) filter (where users.sex = 'F'), 1) as women,
    round(avg(facts.heart_rate) filter (where users.sex = 'M'), 1) as men
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
group by activities.activity_id
order by activity_name
