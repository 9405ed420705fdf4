select n.name as country, count(*) as orders, cast(sum(o.cents) as bigint) as cents
from {{ ref('stg_orders') }} as o
join {{ ref('customers') }} as c on c.id = o.customer_id
join {{ ref('countries') }} as n on n.code = c.country
group by n.name
