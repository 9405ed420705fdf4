-- The four figures: measurements, users, countries, average
-- region is a region or a country as country_regions and country_codes name them, exercise an
-- activity. A reading of nobody known is a measurement, and no user or country.
{%- set region = var('region', 'all') | replace("'", "''") %}
{%- set exercise = var('exercise', 'all') | replace("'", "''") %}
select
    count(*) as measurements,
    count(distinct users.user_id) filter (where users.sex is not null) as users,
    count(distinct users.address_country) filter (where users.sex is not null) as countries,
    round(avg(facts.heart_rate), 1) as average
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
