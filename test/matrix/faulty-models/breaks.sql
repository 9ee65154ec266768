{% if execute and env_var('MATRIX_BREAK', 'no') == 'yes' %}{{ exceptions.raise_compiler_error('broken on purpose') }}{% endif %}
select 1 as one
