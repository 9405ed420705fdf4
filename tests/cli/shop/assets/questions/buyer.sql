-- What one buyer has ordered
select o.id, o.cents
from {{ ref('stg_orders') }} as o
join {{ source('raw', 'customers') }} as c on c.id = o.customer_id
where c.name = '{{ var('name') }}'
order by o.id
