Runs that begin by themselves are declared in pipeline.toml, and aorta serve makes them.

    $ aorta schedules
    there is no schedule: declare one as [schedule.NAME] in pipeline.toml
    $ cat >> pipeline.toml <<'END'
    > [schedule.nightly]
    > cron = "30 2 * * *"
    > timezone = "Europe/London"
    > select = ["+sales", "tag:daily"]
    > [schedule.leap]
    > cron = "0 0 29 2 *"
    > timezone = "Europe/Londn"
    > paused = true
    > END
    $ aorta check
    pipeline.toml:21:1: schedule nightly: no asset is meant by "tag:daily": aorta ls shows what there is
    pipeline.toml:24:1: there is no time zone "Europe/Londn": did you mean "Europe/London"?
    [2]
    $ sed -i 's/, "tag:daily"//; s/Londn/London/' pipeline.toml
    $ aorta check
    shop: 5 assets, 6 checks, target dev: ok

Nobody serves yet: there are no ticks.

    $ aorta schedules
    schedule  cron        timezone       next                  last  state  run  selection
    nightly   30 2 * * *  Europe/London  <time>  -     -           +sales
    leap      0 0 29 2 *  Europe/London  paused                -     -           everything
    $ aorta schedules nightly
    schedule   nightly
    cron       30 2 * * *, Europe/London
    selection  +sales
    catch-up   last
    overlap    skip
    next       <time>
               <time>
               <time>
               <time>
               <time>
    $ aorta schedules nihgtly
    aorta: there is no schedule nihgtly: did you mean nightly?
    [2]
    $ aorta schedules leap --json
    {"schedule":"leap","cron":"0 0 29 2 *","timezone":"Europe/London","selection":"everything","catch_up":"last","overlap":"skip","jitter_ms":0,"priority":0,"paused":true,"next":["<time>","<time>","<time>","<time>","<time>"],"ticks":[]}

A person may pause what the file does not, and resume what it does.

    $ aorta pause schedule:nightly
    schedule:nightly is paused
    $ aorta resume schedule:leap
    schedule:leap is resumed
    $ aorta schedules
    schedule  cron        timezone       next                  last  state  run  selection
    nightly   30 2 * * *  Europe/London  paused                -     -           +sales
    leap      0 0 29 2 *  Europe/London  <time>  -     -           everything
    $ aorta pause nightly
    aorta: pause wants to know what "nightly" is: did you mean schedule:nightly?
    [2]
    $ aorta pause assets:nightly
    aorta: "assets:nightly" is nothing that can be told to pause: say schedule:NAME, sensor:NAME, stream:NAME or asset:NAME
    [2]
    $ aorta tick stream:sales
    aorta: "stream:sales" is nothing that can be told to tick: say schedule:NAME or sensor:NAME
    [2]
    $ aorta pause stream:sales
    aorta: there is no stream "sales"
    [1]
    $ aorta pause schedule:hourly
    aorta: there is no schedule "hourly"
    [1]
    $ aorta pause
    aorta: pause wants one thing, like schedule:NAME: see aorta schedules, aorta sensors
    [2]

A tick by hand is a run like any other; paused or not.

    $ aorta tick schedule:nightly
    ~ published seeds.countries                             3 rows <seconds>
    ~ published raw.customers                               3 rows <seconds>
    ~ published raw.orders                                  4 rows <seconds>
    ~ published staging.stg_orders                          - rows <seconds>
    ~ published marts.sales                                 3 rows <seconds>
    asset               kind               rows      time  checks
    raw.orders          source                4 <seconds>  1 ok
    seeds.countries     seed                  3 <seconds>  2 ok
    staging.stg_orders  model                 - <seconds>
    raw.customers       source                3 <seconds>  1 ok
    marts.sales         model                 3 <seconds>  2 ok
    succeeded in <seconds>
    $ aorta schedules nightly --limit 1 | tail -2
    tick                  state      run                         why
    <time>  succeeded  <any>  by hand
    $ aorta runs --json | grep -o '"by":"[^"]*","selection":"[^"]*"'
    "by":"schedule:nightly","selection":"+sales"
    $ aorta names schedules
    schedule:nightly
    schedule:leap
