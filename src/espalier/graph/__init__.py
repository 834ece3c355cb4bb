"""The int8 network: types, operator table, arithmetic, numpy reference, verifier, lossless simplification."""
