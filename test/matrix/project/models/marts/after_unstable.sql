select * from {{ ref('unstable') }}
