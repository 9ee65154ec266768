module clyra.dev/test/pipe

go 1.24

require clyra.dev/verify v0.0.0

replace clyra.dev/verify => ../../../verifier/go
