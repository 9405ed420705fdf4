What the database says is said in its own words, after the asset and the file.

    $ aorta run >/dev/null
    $ echo "select id, cent from {{ ref('orders') }}" >assets/staging/stg_orders.sql
    $ aorta run stg_orders
    $ echo "select id, cents from {{ ref('orders') }} wear cents > 0" >assets/staging/stg_orders.sql
    $ aorta run stg_orders+
    $ echo "select 1 / {{ var('none') }}" >assets/staging/stg_orders.sql
    $ aorta run stg_orders
    $ echo "select cast(n.name as integer) as id from {{ ref('countries') }} as n" >assets/staging/stg_orders.sql
    $ echo 'materialized = "table"' >assets/staging/stg_orders.toml
    $ aorta run stg_orders

A query's mistake is the database's to name as well.

    $ aorta query "select * from marts.sails"
    $ aorta query "selec 1"
    $ aorta query "delete from marts.sales"
    $ aorta query --json "select count(*) as rows from marts.sales"

A check on a column that is not there.

    $ echo "select id, customer_id, cents from {{ ref('orders') }}" >assets/staging/stg_orders.sql
    $ printf '[columns.price]\nchecks = ["not_null"]\n' >assets/staging/stg_orders.toml
    $ aorta run stg_orders
    $ printf 'checks = [{ unique = ["id", "day"] }]\n' >assets/staging/stg_orders.toml
    $ aorta run stg_orders
    $ printf '[columns.customer_id]\nchecks = [{ relationships = "customers.number" }]\n' >assets/staging/stg_orders.toml
    $ aorta run stg_orders

A source of a table that is not there.

    $ sed -i 's/"orders"/"oders"/' assets/raw/orders.toml
    $ aorta run orders
