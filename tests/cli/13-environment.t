What is missing around the program is named, with what to do about it.

    $ AORTA_LIBDUCKDB=/nonexistent aorta run countries
    $ AORTA_LIBDUCKDB=/nonexistent aorta query "select 1"
    $ AORTA_CONNECTORS=/nonexistent aorta check
    $ AORTA_CONNECTORS=/nonexistent aorta run

A secret is never text in the file; where it comes from must be there when it is needed.

    $ cat >>pipeline.toml <<'END'
    > [target.dev.connection.broker]
    > connector = "kafka"
    > brokers = "localhost:1"
    > sasl_password = "hunter2"
    > END
    $ aorta check
    $ sed -i 's/"hunter2"/"env:BROKER_PASSWORD"/' pipeline.toml
    $ printf 'kind = "stream"\nfrom = { connection = "broker", topic = "t" }\ninto = { connection = "lake", topic = "t" }\ntime = { unit = "log" }\n' >assets/raw/events.toml
    $ printf '[target.dev.connection.lake]\nconnector = "file"\npath = "lake"\n' >>pipeline.toml
    $ aorta check
    $ aorta run events
    $ sed -i 's/"env:BROKER_PASSWORD"/"file:password"/' pipeline.toml
    $ aorta run events
    $ rm assets/raw/events.toml

An option may come from outside as well.

    $ sed -i 's/"warehouse.duckdb"/"env:WAREHOUSE"/' pipeline.toml
    $ aorta run countries
    $ WAREHOUSE=other.duckdb aorta run countries
    $ ls other.duckdb

A state folder that cannot be made, a warehouse whose folder is not there, a damaged file.

    $ sed -i 's,"env:WAREHOUSE","nowhere/warehouse.duckdb",' pipeline.toml
    $ aorta run countries
    $ sed -i 's,"nowhere/warehouse.duckdb","pipeline.toml",' pipeline.toml
    $ aorta run countries
    $ sed -i 's,name = "shop",name = "shop"\nstate = "shop.sql/state",' pipeline.toml
    $ aorta run countries
