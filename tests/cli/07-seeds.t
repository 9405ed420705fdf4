A seed's mistakes are found where they stand, and what was published before stays.

    $ aorta run countries >/dev/null
    $ printf 'code,name\nDE,Germany\nFR\nGB,United Kingdom\n' >assets/seeds/countries.csv
    $ aorta run countries
    $ printf 'code,name\nDE,Germany\nFR,France,Paris\n' >assets/seeds/countries.csv
    $ aorta run countries
    $ printf 'code,name\nDE,Germany\nFR,"France\n' >assets/seeds/countries.csv
    $ aorta run countries
    $ printf 'code,name\nDE,Germany\nFR,\351t\351\n' >assets/seeds/countries.csv
    $ aorta run countries
    $ printf 'code,name\nDE,Germany\nFR,Fra\0nce\n' >assets/seeds/countries.csv
    $ aorta run countries
    $ printf 'code,code\nDE,Germany\n' >assets/seeds/countries.csv
    $ aorta run countries
    $ printf 'iso,name\nDE,Germany\n' >assets/seeds/countries.csv
    $ aorta run countries
    $ printf '' >assets/seeds/countries.csv
    $ aorta run countries
    $ aorta query --json "select * from seeds.countries order by code"

A column's type is what its description says.

    $ printf 'code,name,people\nDE,Germany,83\nFR,France,many\n' >assets/seeds/countries.csv
    $ printf '[columns.people]\ntype = "bigint"\n' >>assets/seeds/countries.toml
    $ aorta run countries
    $ printf '[columns.area]\ntype = "bigints"\n' >>assets/seeds/countries.toml
    $ aorta run countries

The delimiter is one character. A seed may be larger than a message between processes.

    $ printf 'kind = "seed"\ndelimiter = "||"\n' >assets/seeds/countries.toml
    $ aorta check
    $ printf 'kind = "seed"\ndelimiter = "|"\n' >assets/seeds/countries.toml
    $ (echo 'code|name'; seq 1 300000 | sed 's/.*/&|"the ""name"" of &"/') >assets/seeds/countries.csv
    $ aorta run countries
    $ aorta query --json "select count(*) as rows, sum(code) as codes, max(name) as name from seeds.countries"
    $ yes 'DE|Germany' | head -c 70000000 >assets/seeds/countries.csv
    $ aorta check
