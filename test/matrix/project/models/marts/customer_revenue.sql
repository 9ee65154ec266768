select c.customer_id, sum(o.cents) as cents
from {{ ref('dim_customers', v=2) }} c join {{ ref('fct_orders') }} o on o.customer_id = c.customer_id
group by c.customer_id
