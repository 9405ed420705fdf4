What the database says is said in its own words, after the asset and the file.

    $ aorta run stg_orders | head -1
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.sql: connection warehouse: Catalog Error: Table with name orders does not exist! <any>(line <number>: from "raw"."orders"): raw.orders has not been built yet: aorta run +staging.stg_orders
    $ aorta run >/dev/null
    $ echo "select id, cent from {{ ref('orders') }}" >assets/staging/stg_orders.sql
    $ aorta run stg_orders
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.sql: connection warehouse: Binder Error: Referenced column "cent" not found in FROM clause! <any>(line 1: select id, cent from "raw"."orders")
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  failed
    failed in <seconds>
    [1]
    $ echo "select id, cents from {{ ref('orders') }} wear cents > 0" >assets/staging/stg_orders.sql
    $ aorta run stg_orders+
    ~ failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.sql: connection warehouse: Parser Error: syntax error at or near "cents" (line 1: select id, cents from "raw"."orders" wear cents > 0)
    ~ skipped   marts.sales                       staging.stg_orders failed
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  failed
    marts.sales         model                 -         -  skipped
    failed in <seconds>
    [1]

The line is the file's, where the template writes as many lines as it has.

    $ printf '%s\n' '{% set least = 1 %}' 'select id,' "  cent" "from {{ ref('orders') }}" >assets/staging/stg_orders.sql
    $ aorta run stg_orders | head -1
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.sql: connection warehouse: Binder Error: Referenced column "cent" not found in FROM clause! <any>(line 3: cent)
    $ echo "select 1 / {{ var('no' ~ 'ne') }}" >assets/staging/stg_orders.sql
    $ aorta run stg_orders
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.sql:1:15: variable "none" is not set and has no default
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  failed
    failed in <seconds>
    [1]
    $ echo "select cast(n.name as integer) as id from {{ ref('countries') }} as n" >assets/staging/stg_orders.sql
    $ echo 'materialized = "table"' >assets/staging/stg_orders.toml
    $ aorta run stg_orders
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.sql: connection warehouse: Conversion Error: Could not convert string 'Germany' to INT32 when casting from source column name (line 1: select cast(n.name as integer) as id from "seeds"."countries" as n)
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  failed
    failed in <seconds>
    [1]

A query's mistake is the database's to name as well.

    $ aorta query "select * from marts.sails"
    aorta: connection warehouse: Catalog Error: Table with name sails does not exist! <any>(line 1: select * from marts.sails)
    [1]
    $ aorta query "selec 1"
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with selec
    [1]
    $ aorta query "select 1; select 2"
    aorta: connection warehouse: a query is one statement that reads: this is more than one, or something else than SELECT, SHOW, DESCRIBE, SUMMARIZE, EXPLAIN, or PIVOT … IN (…)
    [1]
    $ aorta query ""
    aorta: connection warehouse: the query has no statement
    [1]
    $ aorta query "commit"
    aorta: a query only reads: it begins with SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN, not with commit
    [1]

A check on a column that is not there.

    $ echo "select id, customer_id, cents from {{ ref('orders') }}" >assets/staging/stg_orders.sql
    $ printf '[columns.price]\nchecks = ["not_null"]\n' >assets/staging/stg_orders.toml
    $ aorta run stg_orders
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.toml: check price_not_null: no column "price": there are id, customer_id, cents
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf 'checks = [{ unique = ["id", "day"] }]\n' >assets/staging/stg_orders.toml
    $ aorta run stg_orders
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.toml: check unique: no column "day": there are id, customer_id, cents
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf '[columns.customer_id]\nchecks = [{ relationships = "customers.number" }]\n' >assets/staging/stg_orders.toml
    $ aorta run stg_orders
    failed    staging.stg_orders                asset staging.stg_orders: assets/staging/stg_orders.toml: check customer_id_relationships: raw.customers: no column "number": there are <any>, id, name, country
    asset               kind               rows      time  checks
    staging.stg_orders  model                 - <seconds>  failed
    failed in <seconds>
    [1]

A source of a table that is not there.

    $ printf 'kind = "source"\nfrom = { connection = "shop", table = "oders", mode = "cdc_append" }\n' > assets/raw/oders.toml
    $ aorta run oders
    failed    raw.oders                         asset raw.oders: connection shop: sqlite: no such table: oders
    asset      kind               rows      time  checks
    raw.oders  source                - <seconds>  failed
    failed in <seconds>
    [1]

A schema cannot have the name of the database's file.

    $ mkdir assets/warehouse; echo "select 1 as a" >assets/warehouse/x.sql
    $ aorta run warehouse.x
    failed    warehouse.x                       asset warehouse.x: <any>Ambiguous reference to catalog or schema "warehouse" <any>: the database's file and the schema have one name, rename one of them
    asset        kind               rows      time  checks
    warehouse.x  model                 - <seconds>  failed
    failed in <seconds>
    [1]
