select customer_id, name, mail from {{ ref('raw_customers') }}
