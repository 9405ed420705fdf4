Steps that die with their executor while others run there too are tried again alone, so that it
shows which of them it is; what kills its executor every time is given up.

    $ aorta run >/dev/null
    $ AORTA_FAULT=model.commit.before aorta run --force stg_orders countries 2>/dev/null
    ~ failed    seeds.countries                   the executor warehouse was ended by signal 9 (Killed)
    ~ failed    staging.stg_orders                the executor warehouse was ended by signal 9 (Killed)
    asset               kind               rows      time  checks
    seeds.countries     seed                  - <seconds>  failed
    staging.stg_orders  model                 - <seconds>  failed
    failed in <seconds>
    [1]
    $ aorta query --json "select count(*) as n from seeds.countries"
    {"n":3}

One death is no failure.

    $ AORTA_FAULT=model.commit.before AORTA_FAULT_ONCE=once aorta run --force countries 2>/dev/null
    published seeds.countries                             3 rows <seconds>
    asset            kind               rows      time  checks
    seeds.countries  seed                  3 <seconds>  2 ok
    succeeded in <seconds>
