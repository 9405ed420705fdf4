What a run may be told: what to leave out, how many steps at once, when to stop.

    $ aorta plan --exclude group:raw --exclude kind:seed | awk '/[.]/ { print $1 }'
    staging.stg_orders
    marts.sales
    $ aorta plan +sales --exclude "raw.* +staging.*" | awk '/[.]/ { print $1 }'
    seeds.countries
    marts.sales
    $ aorta plan path:assets/raw/c*.toml 1+sales,kind:source | awk '/[.]/ { print $1 }'
    raw.customers
    $ aorta plan @customers | awk '/[.]/ { print $1 }'
    raw.orders
    seeds.countries
    staging.stg_orders
    raw.customers
    marts.sales
    $ aorta plan "countries, sales"
    aorta: selection "countries, sales", column 11: a name is missing
    [2]
    $ aorta run raw,staging
    aorta: selection "raw,staging", column 1: no asset is meant by "raw": aorta ls shows what there is
    [2]
    $ aorta ls --exclude "*"
    aorta: nothing is left: exclude takes away all that is selected
    [2]
    $ aorta run --exclude sale
    aorta: exclude: no asset is meant by "sale": did you mean "sales"?
    [2]

With one thread the steps are in the order of the plan.

    $ aorta run --threads 1 | grep published
    published raw.orders                                  4 rows <seconds>
    published seeds.countries                             3 rows <seconds>
    published staging.stg_orders                          - rows <seconds>
    published raw.customers                               3 rows <seconds>
    published marts.sales                                 3 rows <seconds>
    $ aorta run --threads 1 --force --exclude raw.customers | grep published
    published seeds.countries                             3 rows <seconds>
    published staging.stg_orders                          - rows <seconds>
    published marts.sales                                 3 rows <seconds>
    $ aorta run --threads 0
    aorta: --threads wants a number from 1 to 64, not "0"
    [2]
    $ aorta run --threads 65
    aorta: --threads wants a number from 1 to 64, not "65"
    [2]
    $ aorta run --threads=2x
    aorta: --threads wants a number from 1 to 64, not "2x"
    [2]
    $ aorta run --threads
    aorta: --threads needs a value: N
    [2]

After the first failure nothing more is started, though it has nothing to do with it.

    $ echo 'select nothing' > assets/marts/antelope.sql
    $ echo 'select 1 as one' > assets/marts/zebra.sql
    $ aorta run antelope zebra --threads 1 | grep -v Binder
    published marts.zebra                                 - rows <seconds>
    asset           kind               rows      time  checks
    marts.antelope  model                 - <seconds>  failed
    marts.zebra     model                 - <seconds>
    failed in <seconds>
    $ aorta run antelope zebra --threads 1 --force --fail-fast | grep -v Binder
    skipped   marts.zebra                       marts.antelope failed, and the run stops at the first failure
    asset           kind               rows      time  checks
    marts.antelope  model                 - <seconds>  failed
    marts.zebra     model                 -         -  skipped
    failed in <seconds>
    $ aorta run antelope zebra --threads 1 --force --fail-fast --json | grep skipped
    {"type":"step","run":"<any>","asset":"marts.zebra","kind":"model","state":"skipped","message":"marts.antelope failed, and the run stops at the first failure","table_rows":-1}
