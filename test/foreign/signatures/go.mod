module clyra.dev/test/foreign/signatures

go 1.24.0

tool filippo.io/mostly-harmless/ed25519vectors

require filippo.io/edwards25519 v1.2.0

require filippo.io/mostly-harmless/ed25519vectors v0.0.0-20210322192420-30a2d7243a94 // indirect
