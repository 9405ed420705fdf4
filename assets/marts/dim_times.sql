-- One row a second of a day.
with seconds as (
    select
        cast(of_day // 3600 as integer) as hour,
        cast(of_day // 60 % 60 as integer) as minute,
        cast(of_day % 60 as integer) as second
    from range(86400) as seconds_in_range (of_day)
)

select
    make_time(hour, minute, second) as hh_mm_ss,
    hour,
    minute,
    second,
    case
        when hour < 6 then 'Night'
        when hour < 12 then 'Morning'
        when hour < 18 then 'Afternoon'
        else 'Evening'
    end as time_of_day
from seconds
order by hh_mm_ss
