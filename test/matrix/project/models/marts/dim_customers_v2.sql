select customer_id, name, mail from {{ ref('stg_customers') }}
