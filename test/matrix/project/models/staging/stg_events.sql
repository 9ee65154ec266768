select * from {{ source('raw', 'raw_events') }}
