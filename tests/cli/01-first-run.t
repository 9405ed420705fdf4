A person comes to the shop's pipeline and brings it up to date by hand.

    $ aorta check
    shop: 5 assets, 6 checks, target dev: ok
    $ aorta plan
    asset               kind    action   why
    raw.orders          source  read     first load
    seeds.countries     seed    build    first build
    staging.stg_orders  model   view     first build
    raw.customers       source  replace  first load
    marts.sales         model   build    first build
    5 to build
    $ aorta run
    ~ published seeds.countries                             3 rows <seconds>
    ~ published raw.orders                                  4 rows <seconds>
    ~ published raw.customers                               3 rows <seconds>
    ~ published staging.stg_orders                          - rows <seconds>
    ~ published marts.sales                                 3 rows <seconds>
    asset               kind               rows      time  checks
    raw.orders          source                4 <seconds>  1 ok
    seeds.countries     seed                  3 <seconds>  2 ok
    staging.stg_orders  model                 - <seconds>
    raw.customers       source                3 <seconds>  1 ok
    marts.sales         model                 3 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta query "select * from marts.sales order by country"
    country         orders  cents
    --------------  ------  -----
    France               1   2500
    Germany              1    100
    United Kingdom       2   2000
    (3 rows)
    $ aorta query --json "select * from marts.sales order by country"
    {"country":"France","orders":1,"cents":2500}
    {"country":"Germany","orders":1,"cents":100}
    {"country":"United Kingdom","orders":2,"cents":2000}
    $ aorta query --csv "select country, cents from marts.sales order by country"
    country,cents
    France,2500
    Germany,100
    United Kingdom,2000
    $ aorta ls
    asset               kind    group    rows  state  last       when                   took
    raw.orders          source  raw         4  fresh  published  <time> <seconds>
    seeds.countries     seed    seeds       3  fresh  published  <time> <seconds>
    staging.stg_orders  model   staging     -  fresh  published  <time> <seconds>
    raw.customers       source  raw         3  fresh  published  <time> <seconds>
    marts.sales         model   marts       3  fresh  published  <time> <seconds>
