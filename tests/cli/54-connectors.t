What can be connected to, and all that can be set of it; no pipeline is needed.

    $ mkdir elsewhere; cd elsewhere; rm ../pipeline.toml
    $ aorta connectors
    connector  is a                          summary
    duckdb     warehouse                     DuckDB, an embedded warehouse in one file
    file       object store                  A local folder as an object store
    kafka      message log, embedded server  Topics of a Kafka cluster, or of a small broker for development
    sqlite     source, warehouse             SQLite database files: a warehouse, and a source with change capture by triggers
    wearables  source                        Synthetic data of smart watches: users, activities and their heart rates
    $ aorta names connectors
    duckdb
    file
    kafka
    sqlite
    wearables
    $ aorta connectors duckdb
    duckdb: DuckDB, an embedded warehouse in one file
    is a   warehouse
    file   <any>/connectors/duckdb.so
    note   one process at a time can open its file
    Options of a connection, [target.NAME.connection.NAME] connector = "duckdb":
      path (path, required)
          The database file, made if it is not there; ":memory:" for one that ends with the process
      memory_limit (size, default 1GiB)
          How much memory DuckDB may use before it spills to temp_directory
      threads (integer)
          How many threads run a query; by default 2, or 1 with less memory than 250MiB
      temp_directory (path)
          Where queries spill to; by default beside the database file, for ":memory:" nowhere
      folders (paths)
          Folders whose files SQL may read, under absolute paths; by default none
    $ aorta connectors kafka
    kafka: Topics of a Kafka cluster, or of a small broker for development
    is a   message log, embedded server
    file   <any>/connectors/kafka.so
    note   embedded = true in the connection starts one for development
    Options of a connection, [target.NAME.connection.NAME] connector = "kafka":
      brokers (text)
          Brokers to ask first, as host:port,host:port; needed unless embedded
      security_protocol (text, default plaintext)
          plaintext, ssl, sasl_plaintext or sasl_ssl
      sasl_mechanism (text)
          PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
      sasl_username (text)
          User name for SASL
      sasl_password (text, a secret: env:NAME or file:PATH)
          Password for SASL
      ssl_ca (path)
          File of the certificates that brokers are verified with
      ssl_certificate (path)
          File of our own certificate, where brokers ask for one
      ssl_key (path)
          File of the key of ssl_certificate
      compression (text, default lz4)
          How records are compressed: none, lz4, zstd, gzip or snappy
      session_timeout (duration, default 10s)
          How long a consumer group waits for a member that is silent
      topics (text)
          Topics that the embedded server has, as name:partitions,name:partitions
    $ aorta connectors sqlite --json | python3 -c 'import json, sys; one = json.load(sys.stdin); print(one["name"], one["groups"], one["single_process"]); [print(*option.values(), sep=" | ") for option in one["options"]]'
    sqlite ['source', 'warehouse'] False
    path | path | True | False | None | the database file; made if it is not there
    busy_timeout | duration | False | False | 10s | how long to wait for another process to give the write lock back
    cache_size | size | False | False | 64MiB | memory for pages, for each session
    read_only | boolean | False | False | false | never write to the file; change capture is not possible then
    $ aorta connectors sqlit
    aorta: there is no connector sqlit: did you mean sqlite?
    [2]
    $ aorta connectors oracle
    aorta: there is no connector oracle: aorta connectors lists them
    [2]
    $ aorta connectors kafka duckdb
    aorta: connectors wants one name, or none for all
    [2]
    $ aorta connectors --project .
    aorta: connectors has no flag --project: see aorta connectors --help
    [2]
    $ AORTA_CONNECTORS=/nonexistent aorta connectors
    aorta: connectors /nonexistent: No such file or directory (set AORTA_CONNECTORS to their folder)
    [2]
