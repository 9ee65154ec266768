select event_id, loaded_at from {{ source('raw', 'raw_events') }}
