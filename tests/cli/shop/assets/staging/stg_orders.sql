select id, customer_id, cents
from {{ ref('orders') }}
where cents >= {{ var('least_cents') }}
