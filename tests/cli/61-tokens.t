Tokens for the HTTP API: printed once, kept as a hash, found again by name.

    $ aorta token list
    there is no token: aorta token create --name NAME --role viewer|operator|admin
    $ aorta token create --name ci --role operator --expires 90d >ci.token
    this is the only time that the token is shown: keep it as a secret
    $ grep -cE '^aorta_[0-9a-f]{12}_[0-9a-f]{72}$' ci.token
    1
    $ aorta token create --name ada.lovelace --role admin 2>/dev/null | wc -l
    1
    $ aorta token list | sed -E 's/20[0-9T:Z-]+/TIME/g; s/ +/ /g' | grep -v -e --
    name role state created last used expires
    ada.lovelace admin valid TIME - -
    ci operator valid TIME - TIME
    $ aorta token list --json | grep -o '"name":"ci","role":"operator","state":"valid"'
    "name":"ci","role":"operator","state":"valid"

What is kept is no token, and does not lead to one.

    $ cut -c 20-83 ci.token >ci.secret
    $ cat .aorta/runs.db* | grep -c -a -F -f ci.secret
    0
    [1]
    $ stat -c %a .aorta .aorta/runs.db
    700
    600

A name is one token's, until it is revoked.

    $ aorta token create --name ci --role viewer
    aorta: there is a token "ci": revoke it first, or take another name
    [1]
    $ aorta token revoke ci
    $ aorta token revoke ci
    aorta: there is no token "ci": aorta token list shows them
    [1]
    $ aorta token create --name ci --role viewer >/dev/null
    this is the only time that the token is shown: keep it as a secret
    $ aorta token list | awk '{print $1, $2, $3}' | grep -e ci | sort
    ci operator revoked
    ci viewer valid

An expired one keeps its name too.

    $ aorta token create --name brief --role viewer --expires 1ms >/dev/null 2>&1
    $ aorta token list | awk '/brief/ {print $3}'
    expired
    $ aorta token create --name brief --role viewer
    aorta: there is an expired token "brief": revoke it first
    [1]

Mistakes.

    $ aorta token
    aorta: token wants one of create, list and revoke
    [2]
    $ aorta token creat
    aorta: token has no action "creat": did you mean create?
    [2]
    $ aorta token create --name ci
    aorta: token create wants --name NAME and --role viewer, operator or admin
    [2]
    $ aorta token create --name me --role king
    aorta: --role must be one of viewer, operator, admin, not "king"
    [2]
    $ aorta token create --name "a b" --role viewer
    aorta: a token's name has letters, digits, "_", "-" and "." only, at most 64
    [2]
    $ aorta token create --name me --role viewer --expires tomorrow
    aorta: --expires wants a time like 30s, 5m or 2h, not "tomorrow"
    [2]
    $ aorta token revoke
    aorta: token revoke wants one name: aorta token revoke NAME
    [2]
    $ aorta token list all
    aorta: token list takes no argument: "all"
    [2]

Who asked for what is in the audit log, without the secrets.

    $ aorta run countries --var least_cents=1234567 >/dev/null
    $ aorta run nosuch
    aorta: no asset is meant by "nosuch": aorta ls shows what there is
    [2]
    $ sqlite3 .aorta/runs.db "select replace(actor, '$(id -un)', 'me'), action, subject, result, detail from audit where subject in ('a b', 'countries', 'nosuch') or subject = 'ci' order by id"
    user:me|create_token|ci|accepted|{"role":"operator","lasts_ms":7776000000}
    user:me|create_token|ci|conflict|{"role":"viewer"}
    user:me|revoke_token|ci|accepted|
    user:me|revoke_token|ci|missing|
    user:me|create_token|ci|accepted|{"role":"viewer"}
    user:me|create_token|a b|config|{"role":"viewer"}
    user:me|run|countries|accepted|{"run":"<any>","select":["countries"],"variables":["least_cents"]}
    user:me|run|nosuch|config|{"select":["nosuch"]}
