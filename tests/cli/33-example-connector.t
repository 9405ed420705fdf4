The connector of connectors/README.md, built as it is printed there, beside the others.

    $ bin=$(dirname "$(command -v aorta)")
    $ mkdir modules && ln -s "$bin"/connectors/* "$bin"/example/numbers.* modules/
    $ export AORTA_CONNECTORS=$PWD/modules
    $ printf '[target.dev.connection.counter]\nconnector = "numbers"\n' >>pipeline.toml
    $ printf 'kind = "source"\nfrom = { connection = "counter", table = "numbers", mode = "incremental_append", cursor = "number" }\n' >assets/raw/numbers.toml
    $ aorta check
    pipeline.toml:18:24: connection counter: count is missing: How many numbers there are
    [2]

Each number comes once, over any number of runs.

    $ echo 'count = 2500' >>pipeline.toml
    $ aorta run numbers
    published raw.numbers                             2,500 rows <seconds>
    asset        kind               rows      time  checks
    raw.numbers  source            2,500 <seconds>
    succeeded in <seconds>
    $ aorta query --json "select count(*) as n, count(distinct number) as different, max(number) as last from raw.numbers"
    {"n":2500,"different":2500,"last":2500}
    $ sed -i 's/count = 2500/count = 2503/' pipeline.toml
    $ aorta run numbers
    published raw.numbers                                 3 rows <seconds>
    asset        kind               rows      time  checks
    raw.numbers  source                3 <seconds>
    succeeded in <seconds>
    $ aorta query --json "select count(*) as n, count(distinct number) as different, max(number) as last from raw.numbers"
    {"n":2503,"different":2503,"last":2503}
    $ aorta run numbers
    fresh     raw.numbers
    asset        kind               rows      time  checks
    raw.numbers  source                - <seconds>  fresh
    succeeded in <seconds>

What it cannot do it says.

    $ sed -i 's/incremental_append", cursor = "number"/cdc_append"/' assets/raw/numbers.toml
    $ aorta run --full-refresh --discard-history numbers
    failed    raw.numbers                       asset raw.numbers: connection counter: numbers: numbers never change: read them by a cursor
    asset        kind               rows      time  checks
    raw.numbers  source                - <seconds>  failed
    failed in <seconds>
    [1]
