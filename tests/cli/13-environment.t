What is missing around the program is named, with what to do about it.

    $ AORTA_LIBDUCKDB=/nonexistent aorta run countries
    failed    seeds.countries                   asset seeds.countries: connection warehouse: duckdb: libduckdb.so is not installed: run ./dev setup, or set AORTA_LIBDUCKDB (/nonexistent: cannot open shared object file: No such file or directory)
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ AORTA_LIBDUCKDB=/nonexistent aorta query "select 1"
    aorta: connection warehouse: duckdb: libduckdb.so is not installed: run ./dev setup, or set AORTA_LIBDUCKDB (/nonexistent: cannot open shared object file: No such file or directory)
    [1]
    $ AORTA_CONNECTORS=/nonexistent aorta check
    aorta: connectors /nonexistent: No such file or directory (set AORTA_CONNECTORS to their folder)
    [2]
    $ AORTA_CONNECTORS=/nonexistent aorta run
    aorta: connectors /nonexistent: No such file or directory (set AORTA_CONNECTORS to their folder)
    [2]

A secret is never text in the file; where it comes from must be there when it is needed.

    $ cat >>pipeline.toml <<'END'
    > [target.dev.connection.broker]
    > connector = "kafka"
    > brokers = "localhost:1"
    > sasl_password = "hunter2"
    > END
    $ aorta check
    pipeline.toml:21:1: sasl_password is a secret: give it as "env:NAME" or "file:PATH", never as text
    [2]
    $ sed -i 's/"hunter2"/"env:BROKER_PASSWORD"/' pipeline.toml
    $ printf 'kind = "stream"\nfrom = { connection = "broker", topic = "t" }\ninto = { connection = "lake", topic = "t" }\ntime = { unit = "log" }\n' >assets/raw/events.toml
    $ printf '[target.dev.connection.lake]\nconnector = "file"\npath = "lake"\n' >>pipeline.toml
    $ aorta check
    shop: 6 assets, 6 checks, target dev: ok
    $ aorta run events
    failed    raw.events                        asset raw.events: connection broker: sasl_password: the environment variable BROKER_PASSWORD is not set
    asset       kind               rows      time  checks
    raw.events  stream                - <seconds>  failed
    failed in <seconds>
    [1]
    $ sed -i 's/"env:BROKER_PASSWORD"/"file:password"/' pipeline.toml
    $ aorta run events
    failed    raw.events                        asset raw.events: connection broker: sasl_password: open <folder>/password: No such file or directory
    asset       kind               rows      time  checks
    raw.events  stream                - <seconds>  failed
    failed in <seconds>
    [1]
    $ rm assets/raw/events.toml

An option may come from outside as well.

    $ sed -i 's/"warehouse.duckdb"/"env:WAREHOUSE"/' pipeline.toml
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: connection warehouse: path: the environment variable WAREHOUSE is not set
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ WAREHOUSE=other.duckdb aorta run countries
    published seeds.countries                             3 rows <seconds>
    asset            kind               rows      time  checks
    seeds.countries  seed                  3 <seconds>  2 ok
    succeeded in <seconds>
    $ ls other.duckdb
    other.duckdb

A state folder that cannot be made, a warehouse whose folder is not there, a damaged file.

    $ sed -i 's,"env:WAREHOUSE","nowhere/warehouse.duckdb",' pipeline.toml
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: connection warehouse: duckdb: open "<folder>/nowhere/warehouse.duckdb": IO Error: Cannot open file "<folder>/nowhere/warehouse.duckdb": No such file or directory
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ sed -i 's,"nowhere/warehouse.duckdb","pipeline.toml",' pipeline.toml
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: connection warehouse: duckdb: open "<folder>/pipeline.toml": IO Error: The file "<folder>/pipeline.toml" exists, but it is not a valid DuckDB database file!
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ sed -i 's,name = "shop",name = "shop"\nstate = "shop.sql/state",' pipeline.toml
    $ aorta run countries
    aorta: state folder: create folder <folder>/shop.sql/state: Not a directory
    [1]
