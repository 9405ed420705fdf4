-- A model: whatever this selects becomes the table marts.customers.
select customer, count(*) as orders, sum(amount) as amount, max(day) as last_order
from {{ ref('orders') }}
where amount >= {{ var('least') }}
group by customer
