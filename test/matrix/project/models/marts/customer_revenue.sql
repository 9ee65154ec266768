with customers as (select * from {{ ref('dim_customers', v=2) }}),
orders as (select * from {{ ref('fct_orders') }})
select customers.customer_id, sum(orders.cents) as cents
from customers join orders on orders.customer_id = customers.customer_id
group by customers.customer_id
