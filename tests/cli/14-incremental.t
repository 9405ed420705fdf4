The second run takes what is new, and says so when nothing is.

    $ aorta run >/dev/null
    $ sqlite3 shop.db "insert into orders values (14, 2, 700); update orders set cents = 900 where id = 11; delete from orders where id = 10"
    $ aorta run
    ~ fresh     seeds.countries
    ~ published raw.orders                                  3 rows <seconds>
    ~ published raw.customers                               3 rows <seconds>
    ~ published staging.stg_orders                          - rows <seconds>
    ~ published marts.sales                                 3 rows <seconds>
    asset               kind               rows      time  checks
    raw.orders          source                3 <seconds>  1 ok
    seeds.countries     seed                  - <seconds>  fresh
    staging.stg_orders  model                 - <seconds>
    raw.customers       source                3 <seconds>  1 ok
    marts.sales         model                 3 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta query --json "select id, cents, _aorta_deleted_at is not null as is_deleted from raw.orders order by id, cents"
    {"id":10,"cents":1200,"is_deleted":false}
    {"id":10,"cents":null,"is_deleted":true}
    {"id":11,"cents":800,"is_deleted":false}
    {"id":11,"cents":900,"is_deleted":false}
    {"id":12,"cents":2500,"is_deleted":false}
    {"id":13,"cents":100,"is_deleted":false}
    {"id":14,"cents":700,"is_deleted":false}
    $ aorta run orders
    fresh     raw.orders
    asset       kind               rows      time  checks
    raw.orders  source                - <seconds>  fresh
    succeeded in <seconds>
    $ aorta run --force orders countries
    ~ fresh     raw.orders
    ~ published seeds.countries                             3 rows <seconds>
    asset            kind               rows      time  checks
    raw.orders       source                - <seconds>  fresh
    seeds.countries  seed                  3 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta query --json "select count(*) as changes from raw.orders"
    {"changes":7}

A full refresh begins the history again.

    $ aorta run --full-refresh orders
    assets/raw/orders.toml:1:1: raw.orders keeps changes that its source no longer has: leave it out of a full refresh, or say --discard-history
    [2]
    $ aorta query --json "select id, cents from raw.orders order by id"
    {"id":10,"cents":1200}
    {"id":10,"cents":null}
    {"id":11,"cents":800}
    {"id":11,"cents":900}
    {"id":12,"cents":2500}
    {"id":13,"cents":100}
    {"id":14,"cents":700}

Other values of variables make stale what reads them, and only that.

    $ aorta run >/dev/null
    $ aorta run --var least_cents=800 kind:model
    ~ published staging.stg_orders                          - rows <seconds>
    ~ published marts.sales                                 2 rows <seconds>
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>
    marts.sales         model                 2 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta query --json "select * from marts.sales order by country"
    {"country":"France","orders":1,"cents":2500}
    {"country":"United Kingdom","orders":3,"cents":2900}

What selection means and what is to be done, the plan shows.

    $ aorta plan +sales
    asset               kind    action   why
    raw.orders          source  read     a source is always asked: for what is new
    seeds.countries     seed    skip     fresh
    staging.stg_orders  model   view     its configuration or a variable changed
    raw.customers       source  replace  a source is always asked: it is read whole
    marts.sales         model   build    staging.stg_orders is published before
    3 to build, 1 to ask, 1 fresh
    $ aorta plan countries+
    asset            kind    action   why
    seeds.countries  seed    skip     fresh
    raw.customers    source  replace  a source is always asked: it is read whole
    marts.sales      model   build    raw.customers is published before
    2 to build, 1 fresh
    $ aorta plan group:raw
    asset          kind    action   why
    raw.orders     source  read     a source is always asked: for what is new
    raw.customers  source  replace  a source is always asked: it is read whole
    1 to build, 1 to ask
    $ aorta plan kind:model customers
    asset               kind    action   why
    staging.stg_orders  model   view     its configuration or a variable changed
    raw.customers       source  replace  a source is always asked: it is read whole
    marts.sales         model   build    staging.stg_orders is published before
    3 to build
    $ aorta plan raw.orders
    asset       kind    action  why
    raw.orders  source  read    a source is always asked: for what is new
    1 to ask

A program reads a run as JSON, an object an event.

    $ aorta run --json countries
    {"type":"accepted","run":"<any>","total":1}
    {"type":"step","run":"<any>","asset":"seeds.countries","kind":"seed","state":"ready","table_rows":-1}
    {"type":"step","run":"<any>","asset":"seeds.countries","kind":"seed","state":"running","table_rows":-1,"seconds":<any>}
    {"type":"step","run":"<any>","asset":"seeds.countries","kind":"seed","state":"fresh","why":"fresh","table_rows":3,"seconds":<any>}
    {"type":"ended","run":"<any>","state":"succeeded"}
