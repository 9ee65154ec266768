{{ config(materialized='incremental', on_schema_change='append_new_columns') }}
select order_id{% if is_incremental() %}, cents{% endif %} from {{ ref('stg_orders') }}
