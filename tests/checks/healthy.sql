-- The raw schema of a small warehouse that no check has anything against. It has what the checks
-- are about: changed users and activities, one deleted and come back, a reading while it was gone.
create schema raw;

create table raw.users (
    _airbyte_raw_id uuid,
    _airbyte_extracted_at timestamp,
    _airbyte_meta json,
    _ab_cdc_lsn bigint,
    _ab_cdc_updated_at timestamp,
    _ab_cdc_deleted_at timestamp,
    user_id integer,
    first_name varchar,
    last_name varchar,
    date_of_birth integer,
    sex varchar,
    height integer,
    weight integer,
    blood_type varchar,
    race varchar,
    origin_country_code varchar,
    origin_country_name varchar,
    address varchar,
    address_country_code varchar,
    address_country_name varchar,
    last_update timestamp
);

insert into raw.users
select
    cast('00000000-0000-4000-8000-0000000000' || lpad(cast(lsn as varchar), 2, '0') as uuid),
    timestamp '2024-05-01 00:00:00',
    '{"errors":[]}',
    lsn,
    happened,
    case when is_delete then happened end,
    user_id,
    case when not is_delete then first_name end,
    case when not is_delete then 'Example' end,
    case when not is_delete then 19800229 end,
    case when not is_delete then 'F' end,
    case when not is_delete then 170 end,
    weight,
    case when not is_delete then 'AB-' end,
    case when not is_delete then 'H' end,
    case when not is_delete then 'GB' end,
    case when not is_delete then 'United Kingdom' end,
    case when not is_delete then '1 High Street' end,
    case when not is_delete then 'SE' end,
    case when not is_delete then 'Sweden' end,
    case when not is_delete then happened end
from (
    values
    (1, timestamp '2024-04-01 00:00:00', 10001, 'Ann', 60, false),
    (2, timestamp '2024-04-01 00:00:00', 10002, 'Bea', 70, false),
    (3, timestamp '2024-04-02 00:00:00', 10003, 'Cleo', 80, false),
    (4, timestamp '2024-04-05 00:00:00', 10003, 'Cleo', 81, false),
    (5, timestamp '2024-04-09 00:00:00', 10003, 'Cleo', 82, false),
    (6, timestamp '2024-04-10 00:00:00', 10001, 'Ann', 61, false),
    (7, timestamp '2024-04-12 00:00:00', 10002, null, null, true),
    (8, timestamp '2024-04-14 00:00:00', 10002, 'Bea', 70, false)
) as changes (lsn, happened, user_id, first_name, weight, is_delete);

create table raw.activities (
    _airbyte_raw_id uuid,
    _airbyte_extracted_at timestamp,
    _airbyte_meta json,
    _ab_cdc_lsn bigint,
    _ab_cdc_updated_at timestamp,
    _ab_cdc_deleted_at timestamp,
    activity_id integer,
    activity_name varchar,
    last_update timestamp
);

insert into raw.activities
select
    cast('00000000-0000-4000-8000-0000000001' || lpad(cast(lsn as varchar), 2, '0') as uuid),
    timestamp '2024-05-01 00:00:00',
    '{"errors":[]}',
    lsn,
    happened,
    null,
    activity_id,
    activity_name,
    happened
from (
    values
    (1, timestamp '2024-04-01 00:00:00', 20001, 'Walk'),
    (2, timestamp '2024-04-01 00:00:00', 20002, 'Sleep'),
    (3, timestamp '2024-04-02 00:00:00', 20003, 'Yoga'),
    (4, timestamp '2024-04-05 00:00:00', 20003, 'Hot Yoga'),
    (5, timestamp '2024-04-09 00:00:00', 20003, 'Bikram')
) as changes (lsn, happened, activity_id, activity_name);

create table raw.heart_rate_stream (
    _airbyte_raw_id uuid,
    _airbyte_extracted_at timestamp,
    _airbyte_meta json,
    _ab_source_file_url varchar,
    _ab_source_file_last_modified varchar,
    user_id bigint,
    heart_rate bigint,
    "timestamp" bigint,
    meta json
);

insert into raw.heart_rate_stream
select
    cast('00000000-0000-4000-8000-0000000002' || lpad(cast(number as varchar), 2, '0') as uuid),
    timestamp '2024-05-01 00:00:00',
    '{"errors":[]}',
    strftime(happened, 'topics/hr-data-topic/year=%Y/month=%m/day=%d/hour=%H/')
    || 'hr-data-topic+0+00000000' || lpad(cast(number as varchar), 2, '0') || '.json',
    '2024-05-01T00:00:00Z',
    user_id,
    60 + number,
    epoch(happened),
    '{"activity_id":' || activity_id || ',"location":{"latitude":51.5,"longitude":-0.1}}'
from (
    values
    (1, timestamp '2024-04-03 10:00:00', 10001, 20001),
    (2, timestamp '2024-04-03 10:00:30', 10001, 20001),
    (3, timestamp '2024-04-11 22:15:00', 10001, 20002),
    (4, timestamp '2024-04-11 22:15:00', 10002, 20002),
    (5, timestamp '2024-04-13 06:30:00', 10002, 20001),
    (6, timestamp '2024-04-18 12:00:00', 10002, 20001)
) as readings (number, happened, user_id, activity_id);
