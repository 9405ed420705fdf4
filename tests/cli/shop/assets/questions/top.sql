-- The countries that buy most
-- Cents are of all orders that were ever placed, in the order of what they come to.
select country, cents
from {{ ref('sales') }}
where orders >= {{ var('least', 1) }}
order by cents desc
