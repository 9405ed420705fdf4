-- One row a day, 1900-01-01 to 2099-12-31, with the days, weeks, months and quarters it belongs to.
--
--   * Week numbers are those of ISO 8601: week 1 has the year's first Thursday, and the first days
--     of January may lie in week 52 or 53. That holds for week_of_year as well: its name says
--     nothing else, and Snowflake (unless it is told otherwise), PostgreSQL and DuckDB mean the
--     same by the week of a date.
--   * Dates of weeks follow their names: iso_week_* run Monday to Sunday, week_* Sunday to Saturday.
--     So a Sunday begins a week in week_start_date and still has the number of the week before.
--   * The day a year before is the same date, 28 February for 29 February; months of the prior year
--     are that day's. Weeks of the prior year are those of the day 364 days before, which is the
--     same day of the week.
with days as (
    select
        cast(days_in_range.day as date) as date_day,
        cast(days_in_range.day - interval 1 year as date) as prior_year_date_day,
        cast(days_in_range.day - interval 364 days as date) as prior_year_over_year_date_day
    from range(
        timestamp '1900-01-01', timestamp '2100-01-01', interval 1 day
    ) as days_in_range (day)
),

-- isodow: Monday is 1, Sunday 7.
with_weeks as (
    select
        *,
        date_day - cast(isodow(date_day) % 7 as integer) as week_start_date,
        date_day - cast(isodow(date_day) - 1 as integer) as iso_week_start_date,
        cast(date_trunc('month', date_day) as date) as month_start_date,
        cast(date_trunc('quarter', date_day) as date) as quarter_start_date,
        cast(date_trunc('year', date_day) as date) as year_start_date,
        cast(date_trunc('month', prior_year_date_day) as date) as prior_year_month_start_date
    from days
)

select
    date_day,
    date_day - 1 as prior_date_day,
    date_day + 1 as next_date_day,
    prior_year_date_day,
    prior_year_over_year_date_day,

    cast(isodow(date_day) % 7 + 1 as integer) as day_of_week,
    cast(isodow(date_day) as integer) as day_of_week_iso,
    strftime(date_day, '%A') as day_of_week_name,
    strftime(date_day, '%a') as day_of_week_name_short,
    cast(day(date_day) as integer) as day_of_month,
    cast(dayofyear(date_day) as integer) as day_of_year,

    week_start_date,
    week_start_date + 6 as week_end_date,
    week_start_date - 364 as prior_year_week_start_date,
    week_start_date - 358 as prior_year_week_end_date,
    cast(weekofyear(date_day) as integer) as week_of_year,

    iso_week_start_date,
    iso_week_start_date + 6 as iso_week_end_date,
    iso_week_start_date - 364 as prior_year_iso_week_start_date,
    iso_week_start_date - 358 as prior_year_iso_week_end_date,
    cast(weekofyear(date_day) as integer) as iso_week_of_year,

    cast(weekofyear(prior_year_over_year_date_day) as integer) as prior_year_week_of_year,
    cast(weekofyear(prior_year_over_year_date_day) as integer) as prior_year_iso_week_of_year,

    cast(month(date_day) as integer) as month_of_year,
    strftime(date_day, '%B') as month_name,
    strftime(date_day, '%b') as month_name_short,
    month_start_date,
    last_day(date_day) as month_end_date,
    prior_year_month_start_date,
    last_day(prior_year_date_day) as prior_year_month_end_date,

    cast(quarter(date_day) as integer) as quarter_of_year,
    quarter_start_date,
    last_day(quarter_start_date + interval 2 months) as quarter_end_date,

    cast(year(date_day) as integer) as year_number,
    year_start_date,
    last_day(year_start_date + interval 11 months) as year_end_date
from with_weeks
order by date_day
