{% snapshot customers_snapshot %}
{{ config(target_schema=target.schema ~ '_history', unique_key='customer_id', strategy='check', check_cols=['name', 'mail'], invalidate_hard_deletes=true) }}
select * from {{ ref('stg_customers') }}
{% endsnapshot %}
