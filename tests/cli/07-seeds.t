A seed's mistakes are found where they stand, and what was published before stays.

    $ aorta run countries >/dev/null
    $ printf 'code,name\nDE,Germany\nFR\nGB,United Kingdom\n' >assets/seeds/countries.csv
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: assets/seeds/countries.csv:3: row has 1 field, the header has 2
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf 'code,name\nDE,Germany\nFR,France,Paris\n' >assets/seeds/countries.csv
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: assets/seeds/countries.csv:3: row has 3 fields, the header has 2
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf 'code,name\nDE,Germany\nFR,"France\n' >assets/seeds/countries.csv
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: assets/seeds/countries.csv:3: a quote is opened and never closed
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf 'code,name\nDE,Germany\nFR,\351t\351\n' >assets/seeds/countries.csv
    $ aorta run countries
    assets/seeds/countries.csv:3: byte 0xe9 is no text: the file must be UTF-8
    [2]
    $ printf 'code,name\nDE,Germany\nFR,Fra\0nce\n' >assets/seeds/countries.csv
    $ aorta run countries
    assets/seeds/countries.csv:3: byte 0x00 is no text: the file must be UTF-8
    [2]
    $ printf 'code,code\nDE,Germany\n' >assets/seeds/countries.csv
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: assets/seeds/countries.csv:1: column "code" is there twice
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf 'iso,name\nDE,Germany\n' >assets/seeds/countries.csv
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: assets/seeds/countries.csv:1: no column "code" in the header
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf '' >assets/seeds/countries.csv
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: assets/seeds/countries.csv:1: no header
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ aorta query --json "select * from seeds.countries order by code"
    {"code":"DE","name":"Germany"}
    {"code":"FR","name":"France"}
    {"code":"GB","name":"United Kingdom"}

A column's type is what its description says.

    $ printf 'code,name,people\nDE,Germany,83\nFR,France,many\n' >assets/seeds/countries.csv
    $ printf '[columns.people]\ntype = "bigint"\n' >>assets/seeds/countries.toml
    $ aorta run countries
    failed    seeds.countries                   asset seeds.countries: assets/seeds/countries.csv:3: column "people": "many" is not an integer
    asset            kind               rows      time  checks
    seeds.countries  seed                  - <seconds>  failed
    failed in <seconds>
    [1]
    $ printf '[columns.area]\ntype = "bigints"\n' >>assets/seeds/countries.toml
    $ aorta run countries
    assets/seeds/countries.toml:12:1: column area: no type "bigints"; did you mean "bigint"?
    [2]

The delimiter is one character. A seed may be larger than a message between processes.

    $ printf 'kind = "seed"\ndelimiter = "||"\n' >assets/seeds/countries.toml
    $ aorta check
    assets/seeds/countries.toml:2:1: delimiter must be one character, not "||"
    [2]
    $ printf 'kind = "seed"\ndelimiter = "|"\n' >assets/seeds/countries.toml
    $ (echo 'code|name'; seq 1 300000 | sed 's/.*/&|"the ""name"" of &"/') >assets/seeds/countries.csv
    $ aorta run countries
    published seeds.countries                       300,000 rows <seconds>
    asset            kind               rows      time  checks
    seeds.countries  seed            300,000 <seconds>
    succeeded in <seconds>
    $ aorta query --json "select count(*) as rows, sum(code) as codes, max(name) as name from seeds.countries"
    {"rows":300000,"codes":45000150000,"name":"the \"name\" of 99999"}
    $ yes 'DE|Germany' | head -c 70000000 >assets/seeds/countries.csv
    $ aorta check
    aorta: <folder>/assets/seeds/countries.csv: larger than 67108864 bytes
    [2]
