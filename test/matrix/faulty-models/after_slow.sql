select * from {{ ref('slow') }}
