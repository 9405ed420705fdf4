-- The customers who buy most
-- How many of them: aorta query @top --var how_many=1
select customer, amount, orders
from {{ ref('customers') }}
order by amount desc
limit {{ var('how_many', 3) }}
