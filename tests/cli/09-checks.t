A bad row against a blocking check: the old table stands, what is downstream is skipped with the
reason, the refused rows are kept.

    $ aorta run >/dev/null
    $ aorta query --json "select id, country from raw.customers order by id"
    {"id":1,"country":"GB"}
    {"id":2,"country":"FR"}
    {"id":3,"country":"DE"}
    $ sqlite3 shop.db "insert into customers values (4, 'Dana', 'XX'), (5, 'Emmy', 'DE')"
    $ sqlite3 shop.db "insert into orders values (14, 5, 700)"
    $ aorta run
    ~ fresh     seeds.countries
    ~ published raw.orders                                  1 rows <seconds>
    ~ check fail  raw.customers                    country_relationships: 1 rows without a match
    ~ rejected  raw.customers                     check country_relationships failed: 1 rows without a match
    ~ skipped   marts.sales                       raw.customers was not published: a blocking check failed
    ~ published staging.stg_orders                          - rows <seconds>
    asset               kind               rows      time  checks
    raw.orders          source                1 <seconds>  1 ok
    seeds.countries     seed                  - <seconds>  fresh
    staging.stg_orders  model                 - <seconds>
    raw.customers       source                - <seconds>  rejected, 1 failed
    marts.sales         model                 -         -  skipped
    failed in <seconds>
    [1]
    $ aorta query --json "select id, country from raw.customers order by id"
    {"id":1,"country":"GB"}
    {"id":2,"country":"FR"}
    {"id":3,"country":"DE"}
    $ aorta query --json "select id, country from raw._aorta_rejected__customers order by id"
    {"id":1,"country":"GB"}
    {"id":2,"country":"FR"}
    {"id":3,"country":"DE"}
    {"id":4,"country":"XX"}
    {"id":5,"country":"DE"}
    $ aorta query --json "select orders from marts.sales where country = 'Germany'"
    {"orders":1}

Cleaning keeps them, unless it is asked to drop them.

    $ aorta clean
    schema  name
    ------  ----
    (0 rows)
    $ aorta clean --rejected
    schema  name
    ------  --------------------------
    raw     _aorta_rejected__customers
    (1 row)
    $ aorta query "select count(*) from raw._aorta_rejected__customers"
    aorta: connection warehouse: Catalog Error: Table with name _aorta_rejected__customers does not exist! <any>(line 1: select count(*) from raw._aorta_rejected__customers)
    [1]

Nothing was lost: when the row is right all of it arrives, and once.

    $ sqlite3 shop.db "update customers set country = 'GB' where id = 4"
    $ aorta run
    ~ fresh     seeds.countries
    ~ fresh     raw.orders
    ~ fresh     staging.stg_orders
    ~ published raw.customers                               5 rows <seconds>
    ~ published marts.sales                                 3 rows <seconds>
    asset               kind               rows      time  checks
    raw.orders          source                - <seconds>  fresh
    seeds.countries     seed                  - <seconds>  fresh
    staging.stg_orders  model                 - <seconds>  fresh
    raw.customers       source                5 <seconds>  1 ok
    marts.sales         model                 3 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta query --json "select * from marts.sales order by country"
    {"country":"France","orders":1,"cents":2500}
    {"country":"Germany","orders":2,"cents":800}
    {"country":"United Kingdom","orders":2,"cents":2000}
    $ aorta run
    ~ fresh     seeds.countries
    ~ fresh     raw.orders
    ~ fresh     staging.stg_orders
    ~ published raw.customers                               5 rows <seconds>
    ~ published marts.sales                                 3 rows <seconds>
    asset               kind               rows      time  checks
    raw.orders          source                - <seconds>  fresh
    seeds.countries     seed                  - <seconds>  fresh
    staging.stg_orders  model                 - <seconds>  fresh
    raw.customers       source                5 <seconds>  1 ok
    marts.sales         model                 3 <seconds>  2 ok
    succeeded in <seconds>

The same against a warning: published and reported.

    $ sed -i 's/between = .1, 1000000. /between = [1, 1000000], severity = "warn" /' assets/raw/orders.toml
    $ sqlite3 shop.db "insert into orders values (16, 2, -7)"
    $ aorta run orders+
    ~ check warn  raw.orders                       cents_between: 1 rows
    ~ published raw.orders                                  1 rows <seconds>
    ~ published staging.stg_orders                          - rows <seconds>
    ~ published marts.sales                                 3 rows <seconds>
    asset               kind               rows      time  checks
    raw.orders          source                1 <seconds>  1 warned
    staging.stg_orders  model                 - <seconds>
    marts.sales         model                 3 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta query --json "select id, cents from raw.orders where id = 16"
    {"id":16,"cents":-7}

A model's blocking check works alike. Its old table is found by those who read it meanwhile.

    $ printf 'materialized = "table"\n[columns.cents]\nchecks = [{ between = [0, 2400] }]\n' >assets/marts/sales.toml
    $ echo "select * from {{ ref('sales') }}" >assets/marts/report.sql
    $ sqlite3 shop.db "insert into orders values (17, 2, 100)"
    $ aorta run orders+
    ~ published raw.orders                                  1 rows <seconds>
    ~ published staging.stg_orders                          - rows <seconds>
    ~ check fail  marts.sales                      cents_between: 1 rows
    ~ rejected  marts.sales                       check cents_between failed: 1 rows
    ~ skipped   marts.report                      marts.sales was not published: a blocking check failed
    asset               kind               rows      time  checks
    raw.orders          source                1 <seconds>  1 ok
    staging.stg_orders  model                 - <seconds>
    marts.sales         model                 - <seconds>  rejected, 1 failed
    marts.report        model                 -         -  skipped
    failed in <seconds>
    [1]
    $ aorta query --json "select country, cents from marts.sales order by country"
    {"country":"France","cents":2500}
    {"country":"Germany","cents":800}
    {"country":"United Kingdom","cents":2000}
    $ aorta query --json "select country, cents from marts._aorta_rejected__sales order by country"
    {"country":"France","cents":2600}
    {"country":"Germany","cents":800}
    {"country":"United Kingdom","cents":2000}
