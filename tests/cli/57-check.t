What is wrong is said for people and for programs: file, line, column, and what may be meant.

    $ aorta check --json; echo $?
    0

Names and variables of a model that mean nothing are found before anything is run; what the model
defines or guards, and what is perhaps never rendered, is let pass.

    $ cp assets/staging/stg_orders.sql stg_orders.kept
    $ cat >assets/staging/stg_orders.sql <<'SQL'
    > {% set wanted = ['id'] %}{% macro twice(what) %}{{ what ~ what }}{% endmacro %}
    > {% if target.type == 'snowflake' %}{{ adapter.dispatch('x') }}{% endif %}
    > {% if day is defined %}{{ day }}{% endif %}{{ note | default('none') }}
    > {% for one in wanted %}{{ twice(one) }}{{ loop.index }}{{ wnted }}{% endfor %}
    > select * from {{ ref('orders') }} where cents > {{ var('leest_cents') }}
    > and {{ var('most_cents', 5) }} > {{ var('most_cents') }} and {{ var('entirely') }}
    > {% if is_incremental() %}and id > (select max(id) from {{ ths }}){% endif %}
    > SQL
    $ echo 'select {{ nothing }}, {{ this }}, {{ var("given when it is asked") }}' >assets/questions/odd.sql
    $ aorta check
    assets/questions/odd.sql:1:11: "nothing" is not defined
    assets/questions/odd.sql:1:26: "this" is not defined
    assets/staging/stg_orders.sql:4:59: "wnted" is not defined: did you mean "wanted"?
    assets/staging/stg_orders.sql:5:52: the pipeline has no variable "leest_cents": did you mean "least_cents"?
    assets/staging/stg_orders.sql:6:65: the pipeline has no variable "entirely": declare it under [vars] in pipeline.toml, or give it a default, var('name', 'value')
    assets/staging/stg_orders.sql:7:59: "ths" is not defined: did you mean "this"?
    [2]

So is an attribute that what every SQL is given has not, what fails whatever it is given, and a file
without SQL.

    $ cat >assets/staging/stg_orders.sql <<'SQL'
    > -- {{ this.schema }} {{ this.nmae }} {{ target.type }} {{ target.schema }} {{ config.get('a') }}
    > select {{ 1 / 0 }}, {{ 'a' + 1 }}, {{ {'a': 1}.b }} from {{ ref('orders') }}
    > {% if target.type == 'x' %}{{ target.threads }}{% endif %}{{ this.get('database') }}
    > SQL
    $ cp assets/marts/sales.sql sales.kept
    $ printf -- '-- nothing yet\n;\n' >assets/marts/sales.sql; : >assets/questions/odd.sql
    $ aorta check
    assets/marts/sales.sql:1:1: there is no SQL in it: write the SELECT whose rows are sales
    assets/questions/odd.sql:1:1: there is no SQL in it: write the SELECT that answers odd
    assets/staging/stg_orders.sql:1:25: "this.nmae" is not defined: did you mean "this.name"?
    assets/staging/stg_orders.sql:1:59: "target.schema" is not defined: target has name, type
    assets/staging/stg_orders.sql:2:13: division by zero
    assets/staging/stg_orders.sql:2:28: "+" does not go between a string and an int: "~" joins any values as text
    assets/staging/stg_orders.sql:2:39: "the value.b" is not defined
    [2]
    $ mv sales.kept assets/marts/sales.sql; mv stg_orders.kept assets/staging/stg_orders.sql; rm assets/questions/odd.sql
    $ aorta check
    shop: 5 assets, 6 checks, target dev: ok

And so is all the rest.

    $ sed -i 's/"duckdb"/"ducdb"/' pipeline.toml
    $ sed -i 's/"table"/"tabel"/; s/"unique"/"unqiue"/' assets/marts/sales.toml
    $ sed -i 's/"shop"/"shap"/; s/"full_refresh"/"full_refersh"/' assets/raw/customers.toml
    $ printf 'select *\nfrom {{ ref("stg_order") }}\nwhere {{ 1 + * 2 }}' >assets/staging/stg_orders.sql
    $ printf 'select *\n  from {{ ref("sale") }}' >assets/questions/top.sql
    $ printf 'kind = "seed"\n[columns.code]\ntype = "txet"\n  checks = ["not_null",\n "uniqe"]\n' >assets/seeds/countries.toml
    $ printf 'select \xff' >assets/questions/bytes.sql
    $ aorta check
    assets/marts/sales.toml:1:1: materialized must be one of view, table, incremental, not "tabel": did you mean "table"?
    assets/questions/bytes.sql:1: byte 0xff is no text: the file must be UTF-8
    assets/questions/top.sql:2:11: there is no asset "sale": did you mean "sales"?
    assets/raw/customers.toml:2:10: there is no connection "shap" in target dev: did you mean "shop"?
    assets/raw/customers.toml:2:52: mode must be one of full_refresh, append_all, incremental_append, cdc_append, not "full_refersh": did you mean "full_refresh"?
    assets/seeds/countries.toml:3:1: column code: no type "txet"; did you mean "text"?
    assets/seeds/countries.toml:5:2: there is no check "uniqe": did you mean "unique"?
    assets/staging/stg_orders.sql:3:14: an expression is expected here, not "*"
    pipeline.toml:16:1: there is no connector "ducdb": did you mean "duckdb"?
    [2]
    $ aorta check --json
    {"file":"assets/marts/sales.toml","line":1,"column":1,"message":"materialized must be one of view, table, incremental, not \"tabel\": did you mean \"table\"?"}
    {"file":"assets/questions/bytes.sql","line":1,"column":0,"message":"byte 0xff is no text: the file must be UTF-8"}
    {"file":"assets/questions/top.sql","line":2,"column":11,"message":"there is no asset \"sale\": did you mean \"sales\"?"}
    {"file":"assets/raw/customers.toml","line":2,"column":10,"message":"there is no connection \"shap\" in target dev: did you mean \"shop\"?"}
    {"file":"assets/raw/customers.toml","line":2,"column":52,"message":"mode must be one of full_refresh, append_all, incremental_append, cdc_append, not \"full_refersh\": did you mean \"full_refresh\"?"}
    {"file":"assets/seeds/countries.toml","line":3,"column":1,"message":"column code: no type \"txet\"; did you mean \"text\"?"}
    {"file":"assets/seeds/countries.toml","line":5,"column":2,"message":"there is no check \"uniqe\": did you mean \"unique\"?"}
    {"file":"assets/staging/stg_orders.sql","line":3,"column":14,"message":"an expression is expected here, not \"*\""}
    {"file":"pipeline.toml","line":16,"column":1,"message":"there is no connector \"ducdb\": did you mean \"duckdb\"?"}
    [2]
    $ aorta check --json | python3 -c 'import json, sys; print(*(sorted(json.loads(line)) for line in sys.stdin), sep="\n")' | sort -u
    ['column', 'file', 'line', 'message']
